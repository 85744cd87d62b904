import type { IndexKey, Table } from "../catalog/catalog.ts";
import type { ColumnStatistics } from "../catalog/snapshot.ts";
import type { AccessPath, TableUse } from "../workload/statement.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import type { IndexForms } from "./index-forms.ts";

/** One query's use of one table, and what is known of that table: what every kind of candidate is made from. */
export interface TableAccess {
  readonly use: TableUse;
  readonly table: Table;
  /** The tables that hold the rows: the table itself, or its partitions. */
  readonly storage: readonly Table[];
  /** Whether the statement only reads: rows that are to be changed are fetched whole. */
  readonly reads: boolean;
  readonly statistics: (column: string) => ColumnStatistics | undefined;
  /** Whether text without a collation of its own is ordered by bytes. */
  readonly byteOrder: boolean;
  /** Schemas of the installed extensions, as SQL, by the extensions' names. */
  readonly extensions: ReadonlyMap<string, string>;
  /** A name as SQL. */
  readonly quote: (name: string) => string;
  readonly forms: IndexForms;
}

/** A candidate, and how many of its leading keys may stand in any order: they are compared for equality. */
export interface ProposedIndex {
  readonly candidate: CandidateIndex;
  readonly reorderable: number;
  /** How many of its last keys are there only to be read, where a server can't store columns beside the keys. Default 0. */
  readonly stored?: number;
  /** Columns of a partial index's condition, which a query with that condition need not look at. */
  readonly implied?: readonly string[];
}

/** An ascending key. `nulls`: where NULLs stand in one. */
export function plainKey(
  column: string | null,
  expression: string,
  nulls: IndexForms["nulls"],
): IndexKey {
  return {
    column,
    expression,
    direction: "asc",
    nulls,
    operatorClass: null,
    collation: null,
  };
}

export function columnKey(column: string, access: TableAccess): IndexKey {
  return plainKey(column, access.quote(column), access.forms.nulls);
}

export function newIndex(
  { table }: Pick<TableAccess, "table">,
  parts: Pick<CandidateIndex, "method" | "keys"> & Partial<CandidateIndex>,
): CandidateIndex {
  return {
    table: { schema: table.schema, name: table.name },
    include: [],
    predicate: null,
    ...parts,
  };
}

/** The path's operator class by its full name; `undefined` where its extension is not installed. */
export function operatorClassOf(path: AccessPath, access: TableAccess): string | null | undefined {
  if (path.extension === undefined) return path.operatorClass;
  const schema = access.extensions.get(path.extension);
  return schema === undefined ? undefined : `${schema}.${path.operatorClass}`;
}

/** Pages of all storage tables together. */
export function storedPages({ storage }: TableAccess): number {
  return storage.reduce((sum, table) => sum + table.currentPages, 0);
}
