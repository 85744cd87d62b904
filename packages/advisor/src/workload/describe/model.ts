import type { Table } from "../../catalog/catalog.ts";
import type { NearestKey, Predicate, SortKey, TableUse } from "../statement.ts";

/** What the descriptions of an engine's statements are made of. */
export interface Syntax {
  /** An expression of its parser. */
  readonly node: unknown;
  /** What one statement's description knows at every level. */
  readonly context: unknown;
  /** What a name of WITH stands for. */
  readonly commonTable: unknown;
}

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
  /** Indexes that hints name. */
  readonly hinted: Set<string>;
  limited: boolean;
}

/**
 * How far the planner carries a condition on a derived column down to the table behind it: joins and filters (a subquery
 * that it merges), filters only (under GROUP BY), or nothing (under LIMIT).
 */
export type Reach = "all" | "filter" | "none";

/** Where a column's values come from. */
export type Origin<S extends Syntax> =
  | {
      readonly kind: "column";
      readonly use: UseDraft;
      readonly column: string;
      readonly reach: Reach;
    }
  | {
      readonly kind: "expression";
      readonly node: S["node"];
      readonly scope: Scope<S>;
      readonly reach: Reach;
    };

/** A column of a FROM item. Several origins: one per branch of a UNION. None: values that no table holds as they are. */
export interface RelationColumn<S extends Syntax> {
  readonly name: string;
  readonly origins: readonly Origin<S>[];
}

/** What a query or a FROM item gives to the level around it. */
export interface Output<S extends Syntax> {
  readonly columns: readonly RelationColumn<S>[];
  /** Whether it has columns that are not known: of a function, or of a table that is not in the catalog. */
  readonly open: boolean;
  /** Table uses that a LIMIT around this item reaches. */
  readonly uses: readonly UseDraft[];
}

/** A FROM item by the name that column references use. */
export interface Relation<S extends Syntax> extends Output<S> {
  readonly alias: string | null;
  /** Schema of a table that can be named `schema.table.column`. */
  readonly schema: string | null;
}

/** One query level's names. */
export interface Scope<S extends Syntax> {
  readonly context: S["context"];
  readonly parent: Scope<S> | null;
  /** Whether a join condition on an outer column helps the outer table too: an EXISTS can be turned round, a scalar not. */
  readonly correlation: "both" | "inward";
  readonly relations: Relation<S>[];
  readonly ctes: ReadonlyMap<string, S["commonTable"]>;
  /** Uses of outer levels that this level refers to. */
  readonly outer: Set<UseDraft>;
}

/** `all`: every output is read. `used`: those that the level around refers to. `none`: EXISTS reads no output. */
export type OutputsRead = "all" | "used" | "none";

/** A level below `parent`; `columns` is the level whose columns are in sight there. */
export function childScope<S extends Syntax>(
  parent: Scope<S>,
  options: { readonly columns: Scope<S> | null; readonly correlation?: Scope<S>["correlation"] },
): Scope<S> {
  return {
    context: parent.context,
    parent: options.columns,
    correlation: options.correlation ?? "inward",
    relations: [],
    ctes: parent.ctes,
    outer: new Set(),
  };
}

/** A new use of a table, noted among those of the statement. */
export function newUse({ uses }: { readonly uses: UseDraft[] }, table: Table): UseDraft {
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
  uses.push(use);
  return use;
}

/** The use as it was read. */
export function tableUse(draft: UseDraft): TableUse {
  const { table, predicates, order, nearest, group, hinted, limited } = draft;
  return {
    table: { schema: table.schema, name: table.name },
    predicates,
    order,
    ...(nearest !== undefined && { nearest }),
    group,
    columns: draft.whole ? "*" : [...draft.columns],
    written: [...draft.written],
    ...(hinted.size > 0 && { hintedIndexes: [...hinted] }),
    limited,
  };
}

const REACHES: readonly Reach[] = ["none", "filter", "all"];

export function lesserReach(a: Reach, b: Reach): Reach {
  return REACHES.indexOf(a) < REACHES.indexOf(b) ? a : b;
}

/** The same columns seen from behind a level that lets less through. */
export function limitReach<S extends Syntax>(
  output: Output<S>,
  reach: (origin: Origin<S>) => Reach,
): Output<S> {
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

/** Marks what a `*` reads: where it stands for a whole table, that says more than the list of its columns. */
export function markWhole({ uses }: { readonly uses: readonly UseDraft[] }): void {
  for (const use of uses) {
    if (use.table.columns.every((column) => use.columns.has(column.name))) use.whole = true;
  }
}
