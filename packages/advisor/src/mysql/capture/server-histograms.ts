import type { CaptureGap } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";
import type { ServerFacts } from "./capture-server.ts";

/** Histograms that the server keeps, as texts that give them back to such a server. */
export interface ServerHistograms {
  of(table: string, column: string): string | null;
  readonly gaps: readonly CaptureGap[];
}

// The very text: a round trip through numbers of JavaScript would change it.
const MYSQL = `
  select table_name as \`table\`, column_name as name, cast(histogram as char) as histogram
  from information_schema.column_statistics
  where schema_name = database()`;

// The row as it is, bytes as hexadecimal digits: what an INSERT needs.
const MARIADB = `
  select table_name as \`table\`, column_name as name, json_object(
      'min_value', hex(min_value), 'max_value', hex(max_value), 'nulls_ratio', cast(nulls_ratio as char),
      'avg_length', cast(avg_length as char), 'avg_frequency', cast(avg_frequency as char),
      'hist_size', hist_size, 'hist_type', hist_type, 'histogram', hex(histogram)) as histogram
  from mysql.column_stats
  where db_name = database()`;

/**
 * MySQL's histograms as `ANALYZE TABLE t UPDATE HISTOGRAM ON c USING DATA` takes them; of MariaDB the rows of `mysql.column_stats`,
 * bytes in hexadecimal digits.
 */
export async function readServerHistograms(
  session: Session,
  { traits, account }: ServerFacts,
): Promise<ServerHistograms> {
  const found = new Map<string, string>();
  const key = (table: string, column: string): string => `${table}\\0${column}`.toLowerCase();
  const gaps: CaptureGap[] = [];
  try {
    for (const row of await readRows(session, traits.product === "MariaDB" ? MARIADB : MYSQL)) {
      found.set(key(row["table"] ?? "", row["name"] ?? ""), row["histogram"] ?? "");
    }
  } catch {
    gaps.push({
      object:
        traits.product === "MariaDB"
          ? "mysql.column_stats"
          : "information_schema.COLUMN_STATISTICS",
      reason: `This account may not read it: plans may differ where the server has statistics of columns of its own. GRANT SELECT ON it TO ${account}.`,
    });
  }
  return { of: (table, column) => found.get(key(table, column)) ?? null, gaps };
}
