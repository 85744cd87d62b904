import { estimatedRows, type Table, tableKey } from "../../catalog/catalog.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import type { CaptureGap, ColumnEnds, Snapshot } from "../../catalog/snapshot.ts";
import { seededRandom } from "../../random-database/random.ts";
import { quoteIdent } from "../quote-ident.ts";
import { scaledRows, type Scale } from "./scale.ts";
import type { ScratchServer } from "./scratch-server.ts";
import { syntheticRows } from "./synthetic-rows.ts";
import { inDatabases, tableParts } from "./table-definition.ts";

/** A table of the copy. */
export interface LoadedTable {
  readonly table: Table;
  /** As SQL, with its database. */
  readonly name: string;
  /** Rows that it has, and those of production. */
  readonly made: number;
  readonly rows: number;
}

/** Bytes of one INSERT. */
const BATCH = 1 << 20;
/** Rows that are written out before the length of the text is looked at. */
const STEP = 500;

/** The session in which rows are loaded: what does not fit a column is made to. */
export const LOADING: readonly string[] = [
  "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, unique_checks = 0",
  "SET SESSION time_zone = '+00:00'",
];

/** Makes and fills the snapshot's tables. A table that can't be made is a gap. */
export async function loadTables(
  server: ScratchServer,
  snapshot: Snapshot,
  databases: ReadonlyMap<string, string>,
  scale: Scale,
  find: FindStatistics,
): Promise<{
  readonly loaded: ReadonlyMap<string, LoadedTable>;
  readonly gaps: readonly CaptureGap[];
}> {
  const loaded = new Map<string, LoadedTable>();
  const gaps: CaptureGap[] = [];
  for (const setting of LOADING) await server.query(setting);
  // A check of one column stands in the column's definition there.
  if (server.product === "MariaDB") await server.query("SET SESSION check_constraint_checks = 0");
  for (const [position, table] of snapshot.catalog.tables.entries()) {
    const database = databases.get(table.schema);
    if (database === undefined) continue;
    const name = `${quoteIdent(database)}.${quoteIdent(table.name)}`;
    try {
      loaded.set(
        tableKey(table),
        await loadTable(server, table, name, scale, {
          find,
          ends: snapshot.columnEnds ?? [],
          seed: position,
        }),
      );
    } catch (error) {
      gaps.push({
        object: `table ${table.schema}.${table.name}`,
        reason: `${server.product} ${server.version} can't make it: ${messageOf(error)}; queries on it are not planned`,
      });
      await server.query(`DROP TABLE IF EXISTS ${name}`);
    }
  }
  for (const view of snapshot.catalog.views) {
    const database = databases.get(view.schema);
    if (database === undefined) continue;
    try {
      const name = `${quoteIdent(database)}.${quoteIdent(view.name)}`;
      await server.query(`USE ${quoteIdent(database)}`);
      await server.query(`CREATE VIEW ${name} AS ${inDatabases(view.definition, databases)}`);
    } catch (error) {
      gaps.push({
        object: `view ${view.schema}.${view.name}`,
        reason: `${server.product} ${server.version} can't make it: ${messageOf(error)}; queries on it are not planned`,
      });
    }
  }
  return { loaded, gaps };
}

/** What rows are made up from. */
interface RowSource {
  readonly find: FindStatistics;
  readonly ends: readonly ColumnEnds[];
  readonly seed: number;
}

async function loadTable(
  server: ScratchServer,
  table: Table,
  name: string,
  scale: Scale,
  source: RowSource,
): Promise<LoadedTable> {
  if (table.definition === undefined) throw new Error("the snapshot has no definition of it");
  const { create, keys } = tableParts(table.definition, name);
  await server.query(create);
  if (/\bengine=innodb\b/i.test(table.definition))
    await server.query(`ALTER TABLE ${name} STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0`);
  const rows = Math.max(0, estimatedRows(table));
  const made = scaledRows(rows, scale);
  await fill(server, table, name, made, source);
  // InnoDB builds one FULLTEXT index at a time.
  const isWords = (key: string): boolean => key.startsWith("FULLTEXT");
  const others = keys.filter((key) => !isWords(key));
  for (const group of [others, ...keys.filter(isWords).map((key) => [key])]) {
    if (group.length > 0)
      await server.query(`ALTER TABLE ${name} ${group.map((key) => `ADD ${key}`).join(", ")}`);
  }
  return { table, name, made, rows };
}

async function fill(
  server: ScratchServer,
  table: Table,
  name: string,
  made: number,
  { find, ends, seed }: RowSource,
): Promise<void> {
  if (made === 0) return;
  const rows = syntheticRows(table, find, ends, made, seededRandom(seed + 1));
  const into = `INSERT IGNORE INTO ${name} (${rows.columns.map(quoteIdent).join(", ")}) VALUES `;
  await server.query("START TRANSACTION");
  let text = "";
  for (let at = 0; at < rows.count; at += STEP) {
    text += `${text === "" ? "" : ","}${rows.values(at, Math.min(at + STEP, rows.count))}`;
    if (text.length < BATCH && at + STEP < rows.count) continue;
    await server.query(into + text);
    text = "";
  }
  await server.query("COMMIT");
}

export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
