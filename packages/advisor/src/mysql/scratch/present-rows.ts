import { type Table, tableKey } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";
import type { Query } from "../../workload/workload.ts";
import type { LoadedTable } from "./load-tables.ts";
import type { PlannedText } from "./planned-text.ts";
import type { TableColumns } from "./scaled-rows.ts";
import type { ScratchServer } from "./scratch-server.ts";

/**
 * While they plan, servers read rows that a unique key picks out, and follow them: where one is missing, nothing is planned.
 * Rows of the copy that are made up are given the keys that the query asks for.
 */
export function presentRows(
  server: ScratchServer,
  columnsOf: (table: Table) => TableColumns,
): (query: Query, text: PlannedText, tables: readonly LoadedTable[]) => Promise<boolean> {
  return async (query, text, tables) => {
    const known = new Map<string, Map<string, string>>();
    const learn = (table: string, column: string, value: string): boolean => {
      const columns = known.get(table) ?? new Map<string, string>();
      known.set(table, columns);
      if (columns.has(column)) return false;
      columns.set(column, value);
      return true;
    };
    for (const { use, text: value } of text.values) {
      if (use.kind !== "equal") continue;
      for (const { table, column } of use.columns) learn(tableKey(table), column, value);
    }
    const done = new Set<string>();
    for (let again = true; again;) {
      again = false;
      for (const loaded of tables) {
        const key = tableKey(loaded.table);
        const values = known.get(key);
        if (values === undefined || done.has(key)) continue;
        const row = await rowOf(server, loaded, values, columnsOf(loaded.table));
        if (row === null) continue;
        done.add(key);
        again = true;
        for (const [column, value] of row) learn(key, column, value);
      }
      for (const use of query.statement.tables) {
        for (const { joins, column } of use.predicates) {
          if (joins === null || column === null) continue;
          const [own, other] = [tableKey(use.table), tableKey(joins.table)];
          const value = known.get(own)?.get(column);
          const theirs = known.get(other)?.get(joins.column);
          if (value !== undefined && learn(other, joins.column, value)) again = true;
          if (theirs !== undefined && learn(own, column, theirs)) again = true;
        }
      }
    }
    return done.size > 0;
  };
}

/** The row that a unique key picks out, as SQL by column; made to be where it is not. `null` where no unique key is known. */
async function rowOf(
  server: ScratchServer,
  { table, name }: LoadedTable,
  values: ReadonlyMap<string, string>,
  columns: TableColumns,
): Promise<ReadonlyMap<string, string> | null> {
  const unique = table.indexes.find(
    ({ unique: is, keys }) =>
      is &&
      keys.every(
        ({ column, prefix }) => column !== null && prefix === undefined && values.has(column),
      ),
  );
  if (unique === undefined) return null;
  const equal = (column: string): string => `${quoteIdent(column)} = ${values.get(column)}`;
  const keys = unique.keys.flatMap(({ column }) => column ?? []);
  const condition = keys.map(equal).join(" AND ");
  const all = [...values.keys()].map(equal).join(", ");
  const [found] = await server.query(`SELECT 1 FROM ${name} WHERE ${condition} LIMIT 1`);
  if (found === undefined) {
    const first = keys[0] ?? "";
    const near = `${quoteIdent(first)} >= ${values.get(first)}`;
    for (const where of [`WHERE ${near} ORDER BY ${quoteIdent(first)}`, ""]) {
      await server.query(`UPDATE IGNORE ${name} SET ${all} ${where} LIMIT 1`);
      const [made] = await server.query(`SELECT 1 FROM ${name} WHERE ${condition} LIMIT 1`);
      if (made !== undefined) break;
    }
  } else await server.query(`UPDATE IGNORE ${name} SET ${all} WHERE ${condition}`);
  const read = [...columns];
  const [row] = await server.query(
    `SELECT ${read.map(([column, { facts }], at) => `${facts.kind.read(quoteIdent(column))} AS c${at}`).join(", ")}
     FROM ${name} WHERE ${condition} LIMIT 1`,
  );
  if (row === undefined) return null;
  return new Map(
    read.flatMap(([column, { facts }], at) => {
      const value = row[`c${at}`];
      return value == null ? [] : [[column, facts.kind.literal(value)] as const];
    }),
  );
}
