import {
  type Catalog,
  estimatedRows,
  type IndexKey,
  type Table,
  type TableName,
  tableKey,
} from "../catalog/catalog.ts";
import { storageTables } from "../catalog/partitions.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import type { SortKey, TableUse } from "../workload/statement.ts";
import type { Query } from "../workload/workload.ts";
import { type CandidateIndex, candidateId } from "./candidate-index.ts";
import { isServedBy } from "./is-served-by.ts";

/** Key columns beyond which another one rarely saves a page. */
const MAX_KEYS = 4;

export interface CandidateSet {
  /** Each candidate once, with the fingerprints of the queries it was made for. */
  readonly candidates: readonly {
    readonly candidate: CandidateIndex;
    readonly queries: readonly string[];
  }[];
  /** Why a table got no candidates although queries filter it. */
  readonly notes: readonly string[];
}

/**
 * Btree indexes that could serve the workload: per use of a table its equality columns first, then one range or the sort order.
 * Leaves out what a valid index serves already, and tables too small to matter.
 */
export function generateCandidates(queries: readonly Query[], catalog: Catalog): CandidateSet {
  const tables = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const found = new Map<string, { candidate: CandidateIndex; queries: Set<string> }>();
  const notes = new Set<string>();
  for (const query of queries) {
    for (const use of query.statement.tables) {
      const table = tables.get(tableKey(use.table));
      if (table === undefined || !isIndexable(table)) continue;
      const keyLists = keyListsOf(use, table);
      if (keyLists.length === 0) continue;
      const tooSmall = whyTooSmall(table, catalog);
      if (tooSmall !== null) {
        notes.add(tooSmall);
        continue;
      }
      for (const keys of keyLists) {
        const candidate = btree(table, keys);
        if (table.indexes.some((index) => isServedBy(candidate, index))) continue;
        const id = candidateId(candidate);
        const entry = found.get(id) ?? { candidate, queries: new Set() };
        entry.queries.add(query.fingerprint);
        found.set(id, entry);
      }
    }
  }
  return {
    candidates: [...found.values()].map((entry) => ({
      candidate: entry.candidate,
      queries: [...entry.queries],
    })),
    notes: [...notes].toSorted(),
  };
}

function isIndexable(table: Table): boolean {
  return table.kind !== "foreign";
}

function whyTooSmall(table: Table, catalog: Catalog): string | null {
  const name = `${table.schema}.${table.name}`;
  if (isSmallTable(table, catalog))
    return `${name} has ${Math.max(0, Math.round(estimatedRows(table)))} rows: too small for an index to matter`;
  if (storageTables(table, catalog).every((part) => part.rows < 0))
    return `${name} was never analysed: no index was tried on it (run ANALYZE ${name})`;
  return null;
}

/** Key lists for one use of a table, the most specific ones included; no list is longer than {@link MAX_KEYS}. */
function keyListsOf(use: TableUse, table: Table): readonly (readonly IndexKey[])[] {
  const columnsOf = (role: string): string[] => [
    ...new Set(
      use.predicates
        .filter((predicate) => predicate.role === role && predicate.column !== null)
        .map((predicate) => predicate.column ?? ""),
    ),
  ];
  const known = new Set(table.columns.map((column) => column.name));
  const equal = columnsOf("equality").filter((column) => known.has(column));
  const joined = columnsOf("join").filter((column) => known.has(column) && !equal.includes(column));
  const ranged = columnsOf("range").filter(
    (column) => known.has(column) && !equal.includes(column),
  );
  const prefixes = prefixesOf(equal, joined);
  const sort = sortSuffix(use.order, equal);
  const group = use.group.filter((column) => known.has(column) && !equal.includes(column));

  const lists: IndexKey[][] = [];
  for (const prefix of prefixes) {
    const keys = prefix.map(ascending);
    if (keys.length > 0) lists.push(keys);
    for (const column of ranged) {
      if (!prefix.includes(column)) lists.push([...keys, ascending(column)]);
    }
    if (sort.length > 0) {
      const rest = sort.filter((key) => !prefix.includes(key.column ?? ""));
      lists.push([...keys, ...rest]);
      for (const column of ranged) {
        const filtered = rest.some((key) => key.column === column) || prefix.includes(column);
        if (!filtered) lists.push([...keys, ...rest, ascending(column)]);
      }
    }
    if (group.length > 0) {
      lists.push([...keys, ...group.filter((column) => !prefix.includes(column)).map(ascending)]);
    }
  }
  return lists.filter((keys) => keys.length > 0 && keys.length <= MAX_KEYS);
}

/**
 * Leading columns worth trying: nothing, each alone, each pair, and all; equalities in front of joins.
 * Which order of equalities shares best between queries is left to selection, so pairs come both ways round.
 */
function prefixesOf(
  equal: readonly string[],
  joined: readonly string[],
): readonly (readonly string[])[] {
  const all = [...equal, ...joined];
  const lists: string[][] = [[]];
  for (const first of all) {
    lists.push([first]);
    for (const second of all) if (second !== first) lists.push([first, second]);
  }
  lists.push([...equal], [...joined, ...equal], all);
  const seen = new Set<string>();
  return lists.filter((list) => {
    const key = list.join("\0");
    if (seen.has(key) || list.length > MAX_KEYS) return false;
    seen.add(key);
    return true;
  });
}

/** The sort keys after those that an equality already fixes; read forwards, so that mirrored orders give one candidate. */
function sortSuffix(order: readonly SortKey[], equal: readonly string[]): readonly IndexKey[] {
  const keys = order.filter((key) => key.column === null || !equal.includes(key.column));
  const first = keys[0];
  if (first === undefined || keys.some((key) => key.column === null)) return [];
  const flip = first.direction === "desc";
  return keys.map((key) => ({
    ...ascending(key.column ?? ""),
    direction: flip === (key.direction === "desc") ? "asc" : "desc",
    nulls: flip === (key.nulls === "first") ? "last" : "first",
  }));
}

function ascending(column: string): IndexKey {
  return {
    column,
    expression: column,
    direction: "asc",
    nulls: "last",
    operatorClass: null,
    collation: null,
  };
}

function btree(table: TableName, keys: readonly IndexKey[]): CandidateIndex {
  return {
    table: { schema: table.schema, name: table.name },
    method: "btree",
    keys,
    include: [],
    predicate: null,
  };
}
