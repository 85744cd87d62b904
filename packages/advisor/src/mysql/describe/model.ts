import type * as shared from "../../workload/describe/model.ts";
import type { CommonTable, Expression, Query } from "../syntax/tree.ts";
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

export interface MysqlSyntax {
  readonly node: Expression;
  readonly context: DescribeContext;
  readonly commonTable: CommonTableEntry;
}

export type Origin = shared.Origin<MysqlSyntax>;
export type RelationColumn = shared.RelationColumn<MysqlSyntax>;
export type Output = shared.Output<MysqlSyntax>;
export type Relation = shared.Relation<MysqlSyntax>;
export type Scope = shared.Scope<MysqlSyntax>;

/** A name of WITH: each place that names it is a query of its own, as the servers merge it; `rows` of a recursive one. */
export type CommonTableEntry =
  | { readonly kind: "query"; readonly table: CommonTable; readonly scope: Scope }
  | { readonly kind: "rows"; readonly output: Output };

/** State of one statement's description. */
export interface DescribeContext {
  readonly names: CatalogNames;
  readonly uses: shared.UseDraft[];
  readonly unresolved: Set<string>;
  /** The server's own tables that were named. */
  readonly system: Set<string>;
  /** Subqueries in expressions, each described once, by their node. */
  readonly subqueries: Map<
    Query,
    { readonly output: Output; readonly outer: ReadonlySet<shared.UseDraft> }
  >;
  /** Views and common tables being expanded: one never contains itself. */
  readonly expanding: unknown[];
  /** Describes a query in FROM, WITH or an expression; here so that all of these can reach it. */
  readonly query: (query: Query, level: Scope, read: shared.OutputsRead) => Output;
}

export const UNKNOWN: Output = { columns: [], open: true, uses: [] };

/** An item under its alias, its first columns renamed by the alias's list. */
export function renamed(output: Output, names: readonly string[], alias: string | null): Relation {
  const columns = output.columns.map((column, at) => ({
    ...column,
    name: names[at] ?? column.name,
  }));
  return { ...output, columns, alias, schema: null };
}

/** A level whose subqueries are not those of another expansion of the same text. */
export function afresh(scope: Scope): Scope {
  return { ...scope, context: { ...scope.context, subqueries: new Map() } };
}

/** Column names are equal whatever their case. */
export function sameName(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
