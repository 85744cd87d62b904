import type { Table } from "../../catalog/catalog.ts";
import type { Predicate, SortKey } from "../../workload/statement.ts";
import type { CommonTable, Expression, Query } from "../syntax/tree.ts";
import type { CatalogNames } from "./catalog-names.ts";

/** A `TableUse` while the statement is being read. */
export interface UseDraft {
  readonly table: Table;
  readonly predicates: Predicate[];
  order: readonly SortKey[];
  group: readonly string[];
  readonly columns: Set<string>;
  whole: boolean;
  readonly written: Set<string>;
  readonly hinted: Set<string>;
  limited: boolean;
}

/**
 * How far the planner carries a condition on a derived column down to the table behind it: joins and filters (a subquery
 * that it merges), filters only (under GROUP BY), or nothing (under LIMIT).
 */
export type Reach = "all" | "filter" | "none";

/** Where a column's values come from. */
export type Origin =
  | {
      readonly kind: "column";
      readonly use: UseDraft;
      readonly column: string;
      readonly reach: Reach;
    }
  | {
      readonly kind: "expression";
      readonly node: Expression;
      readonly scope: Scope;
      readonly reach: Reach;
    };

/** A column of a FROM item. Several origins: one per branch of a UNION. None: values that no table holds as they are. */
export interface RelationColumn {
  readonly name: string;
  readonly origins: readonly Origin[];
}

/** What a query or a FROM item gives to the level around it. */
export interface Output {
  readonly columns: readonly RelationColumn[];
  /** Whether it has columns that are not known: of a table that is not in the catalog. */
  readonly open: boolean;
  /** Table uses that a LIMIT around this item reaches. */
  readonly uses: readonly UseDraft[];
}

/** A FROM item by the name that column references use. */
export interface Relation extends Output {
  readonly alias: string | null;
  /** Schema of a table without alias: it can be named `schema.table.column`. */
  readonly schema: string | null;
}

/** A name of WITH: each place that names it is a query of its own, as the servers merge it; `rows` of a recursive one. */
export type CommonTableEntry =
  | { readonly kind: "query"; readonly table: CommonTable; readonly scope: Scope }
  | { readonly kind: "rows"; readonly output: Output };

/** One query level's names. */
export interface Scope {
  readonly context: DescribeContext;
  readonly parent: Scope | null;
  /** Whether a join condition on an outer column helps the outer table too: an IN can be turned round, a scalar not. */
  readonly correlation: "both" | "inward";
  readonly relations: Relation[];
  readonly ctes: ReadonlyMap<string, CommonTableEntry>;
  /** Uses of outer levels that this level refers to. */
  readonly outer: Set<UseDraft>;
}

/** `all`: every output is read. `used`: those that the level around refers to. `none`: EXISTS reads no output. */
export type OutputsRead = "all" | "used" | "none";

/** State of one statement's description. */
export interface DescribeContext {
  readonly names: CatalogNames;
  readonly uses: UseDraft[];
  readonly unresolved: Set<string>;
  /** The server's own tables that were named. */
  readonly system: Set<string>;
  /** Subqueries in expressions, each described once, by their node. */
  readonly subqueries: Map<
    Query,
    { readonly output: Output; readonly outer: ReadonlySet<UseDraft> }
  >;
  /** Views and common tables being expanded: one never contains itself. */
  readonly expanding: unknown[];
  /** Describes a query in FROM, WITH or an expression; here so that all of these can reach it. */
  readonly query: (query: Query, level: Scope, read: OutputsRead) => Output;
}

export const NOTHING: Output = { columns: [], open: false, uses: [] };
export const UNKNOWN: Output = { columns: [], open: true, uses: [] };

/** A level below `parent`; `columns` is the level whose columns are in sight there. */
export function childScope(
  parent: Scope,
  options: { readonly columns: Scope | null; readonly correlation?: Scope["correlation"] },
): Scope {
  return {
    context: parent.context,
    parent: options.columns,
    correlation: options.correlation ?? "inward",
    relations: [],
    ctes: parent.ctes,
    outer: new Set(),
  };
}

export function newUse(context: DescribeContext, table: Table): UseDraft {
  const use: UseDraft = {
    table,
    predicates: [],
    order: [],
    group: [],
    columns: new Set(),
    whole: false,
    written: new Set(),
    hinted: new Set(),
    limited: false,
  };
  context.uses.push(use);
  return use;
}

const REACHES: readonly Reach[] = ["none", "filter", "all"];

export function lesserReach(a: Reach, b: Reach): Reach {
  return REACHES.indexOf(a) < REACHES.indexOf(b) ? a : b;
}

/** The same columns seen from behind a level that lets less through. */
export function limitReach(output: Output, reach: (origin: Origin) => Reach): Output {
  return {
    open: output.open,
    uses: output.uses,
    columns: output.columns.map((column) => ({
      name: column.name,
      origins: column.origins.map((origin) => ({
        ...origin,
        reach: lesserReach(origin.reach, reach(origin)),
      })),
    })),
  };
}

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
