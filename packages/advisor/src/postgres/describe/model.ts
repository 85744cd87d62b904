import type { Node } from "libpg-query";
import type { Table } from "../../catalog/catalog.ts";
import type { NearestKey, Predicate, SortKey } from "../../workload/statement.ts";
import type { CatalogNames } from "./catalog-names.ts";

/** A `TableUse` while the statement is being read. */
export interface UseDraft {
  readonly table: Table;
  readonly predicates: Predicate[];
  order: readonly SortKey[];
  nearest?: NearestKey;
  group: readonly string[];
  readonly columns: Set<string>;
  whole: boolean;
  readonly written: Set<string>;
  limited: boolean;
}

/**
 * How far the planner carries a condition on a derived column down to the table behind it: joins and filters (a subquery
 * that it flattens), filters only (under GROUP BY), or nothing (under LIMIT, in a materialized CTE).
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
      readonly node: Node;
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
  /** Whether it has columns that are not known: of a function, or of a table that is not in the catalog. */
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

/** One query level's names. */
export interface Scope {
  readonly context: DescribeContext;
  readonly parent: Scope | null;
  /** Whether a join condition on an outer column helps the outer table too: an EXISTS can be turned round, a scalar not. */
  readonly correlation: "both" | "inward";
  readonly relations: Relation[];
  readonly ctes: ReadonlyMap<string, Output>;
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
  /** System catalogs that were named. */
  readonly system: Set<string>;
  /** Subqueries in expressions, each described once, by the node of their query. */
  readonly subqueries: Map<
    object,
    { readonly output: Output; readonly outer: ReadonlySet<UseDraft> }
  >;
  /** References to each CTE name in the statement or view: one that is named once is flattened. */
  readonly references: ReadonlyMap<string, number>;
  /** Views being expanded: one never contains itself. */
  readonly views: string[];
  /** Describes a query in FROM, a CTE or an expression; here so that all of these can reach it. */
  readonly query: (query: Node, level: Scope, read: OutputsRead) => Output;
}

export const NOTHING: Output = { columns: [], open: false, uses: [] };

/** A level below `parent`; `ctes` are those in sight there. */
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
