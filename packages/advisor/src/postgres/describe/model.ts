import type { Node } from "libpg-query";
import type * as shared from "../../workload/describe/model.ts";
import type { CatalogNames } from "./catalog-names.ts";

export {
  childScope,
  lesserReach,
  limitReach,
  newUse,
  type OutputsRead,
  type Reach,
  type UseDraft,
} from "../../workload/describe/model.ts";

export interface PostgresSyntax {
  readonly node: Node;
  readonly context: DescribeContext;
  readonly commonTable: Output;
}

export type Origin = shared.Origin<PostgresSyntax>;
export type RelationColumn = shared.RelationColumn<PostgresSyntax>;
export type Output = shared.Output<PostgresSyntax>;
export type Relation = shared.Relation<PostgresSyntax>;
export type Scope = shared.Scope<PostgresSyntax>;

/** State of one statement's description. */
export interface DescribeContext {
  readonly names: CatalogNames;
  readonly uses: shared.UseDraft[];
  readonly unresolved: Set<string>;
  /** System catalogs that were named. */
  readonly system: Set<string>;
  /** Subqueries in expressions, each described once, by the node of their query. */
  readonly subqueries: Map<
    object,
    { readonly output: Output; readonly outer: ReadonlySet<shared.UseDraft> }
  >;
  /** References to each CTE name in the statement or view: one that is named once is flattened. */
  readonly references: ReadonlyMap<string, number>;
  /** Views being expanded: one never contains itself. */
  readonly views: string[];
  /** Describes a query in FROM, a CTE or an expression; here so that all of these can reach it. */
  readonly query: (query: Node, level: Scope, read: shared.OutputsRead) => Output;
}

export const NOTHING: Output = { columns: [], open: false, uses: [] };
