export { count } from "./relations/count.ts";
export { exists } from "./relations/exists.ts";
export { many } from "./relations/many.ts";
export { one, type OneOptions } from "./relations/one.ts";
export { RelationError } from "./relations/relation-error.ts";
export type {
  FilterOptions,
  KeyColumns,
  KeyOf,
  KyselyOf,
  LoadArguments,
  LoadOptions,
  Relation,
  RelationOptions,
} from "./relations/relation.ts";
export { withScopeCache } from "./relations/scope-cache.ts";
export { type Scope, withScope } from "@dbadvise/observe";
export { type CoalescingKysely, withCoalescing } from "./coalescing/with-coalescing.ts";
export type { CoalescingReport, ShapeReport } from "./coalescing/shapes.ts";
