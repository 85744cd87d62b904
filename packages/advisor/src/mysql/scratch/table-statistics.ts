import type { Table } from "../../catalog/catalog.ts";
import { sqlString } from "../sql-string.ts";
import { scaledDistinct } from "./distinct-keys.ts";
import type { LoadedTable } from "./load-tables.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** InnoDB's page, in units of the catalog's. */
const CATALOG_PAGES = 2;

/** What an index of the copy is to say of itself. */
export interface IndexClaim {
  readonly name: string;
  /** Distinct values in production of the first key, of the first two, ... Those that are not told stay as they were counted. */
  readonly distinct: readonly number[];
  /** Pages of 8 kB in production. */
  readonly pages: number;
  /** Share of its pages that production has in memory, 0 to 1. */
  readonly cached: number;
}

/** What InnoDB is to believe of a table: sizes at the copy's scale, and as many rows for each key as production has. */
export interface TableStatistics {
  /** Adds what indexes are to say. */
  claim(indexes: readonly IndexClaim[]): Promise<void>;
  /** Has the server plan by all that was claimed. */
  write(): Promise<void>;
  /** Leaves that an index of the copy has, whatever it says. */
  leaves(index: string): number | undefined;
}

/** Of a table of another engine nothing is written: it counts for itself. */
export function tableStatistics(
  server: ScratchServer,
  database: string,
  { table, name, made, rows }: LoadedTable,
): TableStatistics {
  const k = made > 0 ? Math.max(1, rows / made) : 1;
  const claims = new Map<string, readonly Value[]>();
  const leaves = new Map<string, number>();
  const tableName = sqlString(table.name);
  const ofTable = `database_name = ${sqlString(database)} AND table_name = ${tableName}`;

  async function valuesOf({
    name: index,
    distinct,
    pages,
    cached,
  }: IndexClaim): Promise<readonly Value[]> {
    const size = Math.max(1, Math.round(pages / CATALOG_PAGES / k));
    const values: Value[] = distinct.map((count, at) => ({
      statistic: `n_diff_pfx${String(at + 1).padStart(2, "0")}`,
      value: scaledDistinct(count, made, k),
    }));
    values.push({ statistic: "size", value: size });
    const [counted] = await server.query(
      `SELECT stat_value AS n FROM mysql.innodb_index_stats
       WHERE ${ofTable} AND index_name = ${sqlString(index)} AND stat_name = 'n_leaf_pages'`,
    );
    const all = Math.max(1, Number(counted?.["n"] ?? 1));
    leaves.set(index, all);
    if (server.product === "MariaDB")
      return [...values, { statistic: "n_leaf_pages", value: size }];
    // MySQL counts the leaves to see how many of them are in memory: the copy's all are, whatever production's.
    const value = cached >= 0.99 ? 1 : Math.ceil(all / Math.max(cached, 1e-6));
    return [...values, { statistic: "n_leaf_pages", value }];
  }

  async function writeTable(): Promise<void> {
    const scaled = (pages: number): number => Math.max(1, Math.round(pages / CATALOG_PAGES / k));
    const primary = table.indexes.find((index) => index.primary)?.pages ?? table.currentPages;
    const others = table.indexes.reduce((sum, index) => sum + (index.primary ? 0 : index.pages), 0);
    await server.query(
      `UPDATE mysql.innodb_table_stats SET n_rows = ${made}, clustered_index_size = ${scaled(primary)},
         sum_of_other_index_sizes = ${scaled(others)} WHERE ${ofTable}`,
    );
    const values = [...claims].flatMap(([index, all]) =>
      all.map(
        ({ statistic, value }) =>
          `(${sqlString(database)}, ${tableName}, ${sqlString(index)}, '${statistic}', ${value}, 20, '')`,
      ),
    );
    if (values.length === 0) return;
    await server.query(
      `INSERT INTO mysql.innodb_index_stats
         (database_name, table_name, index_name, stat_name, stat_value, sample_size, stat_description)
       VALUES ${values.join(", ")} ON DUPLICATE KEY UPDATE stat_value = VALUES(stat_value)`,
    );
  }

  return {
    async claim(indexes) {
      if (!isInnodb(table)) return;
      for (const index of indexes) claims.set(index.name, await valuesOf(index));
    },
    async write() {
      if (!isInnodb(table)) return;
      // Each partition has statistics of its own, which were counted when it was filled.
      if (table.partitionKey === null) await writeTable();
      await reopen(server, name);
    },
    leaves: (index) => leaves.get(index),
  };
}

interface Value {
  readonly statistic: string;
  readonly value: number;
}

/** Has the server read a table's statistics anew. */
async function reopen(server: ScratchServer, name: string): Promise<void> {
  if (server.product === "MySQL") {
    await server.query(`FLUSH TABLES ${name}`);
    return;
  }
  // MariaDB reads them again under a new name only (MDEV-35000).
  const other = `${name.slice(0, name.indexOf(".`"))}.dbadvise_renamed`;
  await server.query(`RENAME TABLE ${name} TO ${other}, ${other} TO ${name}`);
}

export function isInnodb({ definition }: Pick<Table, "definition">): boolean {
  return /\bengine=innodb\b/i.test(definition ?? "");
}
