import type { CaptureGap, ColumnStatistics } from "../../catalog/snapshot.ts";
import { quoteIdent } from "../quote-ident.ts";
import { sqlString } from "../sql-string.ts";
import { type LoadedTable, messageOf } from "./load-tables.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** Gives a table's columns the histograms that production's server keeps of them. One that is not taken is a gap. */
export async function restoreHistograms(
  server: ScratchServer,
  database: string,
  loaded: LoadedTable,
  statistics: readonly ColumnStatistics[],
): Promise<readonly CaptureGap[]> {
  const { table, name } = loaded;
  const gaps: CaptureGap[] = [];
  for (const { column, relation, serverHistogram } of statistics) {
    if (
      serverHistogram === undefined ||
      relation.schema !== table.schema ||
      relation.name !== table.name
    )
      continue;
    try {
      await (server.product === "MySQL"
        ? restoreOnMysql(server, name, String(column), serverHistogram)
        : restoreOnMariadb(server, database, loaded, String(column), serverHistogram));
    } catch (error) {
      gaps.push({
        object: `histogram of ${table.schema}.${table.name}.${column}`,
        reason: `${server.product} ${server.version} does not take it: ${messageOf(error)}; plans are made without`,
      });
    }
  }
  return gaps;
}

async function restoreOnMysql(
  server: ScratchServer,
  table: string,
  column: string,
  histogram: string,
): Promise<void> {
  const rows = await server.query(
    `ANALYZE TABLE ${table} UPDATE HISTOGRAM ON ${quoteIdent(column)} USING DATA ${sqlString(histogram)}`,
  );
  // What is refused is a row of the answer, not an error.
  const refused = rows.find((row) => row["Msg_type"] === "Error");
  if (refused !== undefined) throw new Error(refused["Msg_text"] ?? "no reason is given");
}

const BYTES = new Set(["min_value", "max_value", "histogram"]);

/** Its row of `mysql.column_stats`. Rows of a value are counted there: of these the copy has fewer. */
async function restoreOnMariadb(
  server: ScratchServer,
  database: string,
  { table, made, rows }: LoadedTable,
  column: string,
  histogram: string,
): Promise<void> {
  const row = JSON.parse(histogram) as Readonly<Record<string, string | number | null>>;
  const share = rows > 0 ? made / rows : 1;
  const values = Object.entries(row).map(([field, value]) => {
    if (value === null) return { field, sql: "NULL" };
    if (BYTES.has(field)) return { field, sql: `UNHEX(${sqlString(String(value))})` };
    if (field === "avg_frequency") return { field, sql: String(Number(value) * share) };
    return { field, sql: sqlString(String(value)) };
  });
  await server.query(
    `REPLACE INTO mysql.column_stats (db_name, table_name, column_name, ${values.map(({ field }) => quoteIdent(field)).join(", ")})
     VALUES (${sqlString(database)}, ${sqlString(table.name)}, ${sqlString(column)}, ${values.map(({ sql }) => sql).join(", ")})`,
  );
}
