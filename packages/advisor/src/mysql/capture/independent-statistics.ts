import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";
import { innodbKey } from "./innodb-statistics.ts";

/** What MariaDB's ANALYZE TABLE ... PERSISTENT left, which plans then go by instead of what the storage engine says. */
export interface IndependentStatistics {
  /** Rows by table, in lower case. */
  readonly rows: ReadonlyMap<string, number>;
  /** By `innodbKey`: rows that share the first key, the first two, ...; `null` where that is not known. */
  readonly rowsPerKey: ReadonlyMap<string, readonly (number | null)[]>;
}

export const NO_INDEPENDENT_STATISTICS: IndependentStatistics = {
  rows: new Map(),
  rowsPerKey: new Map(),
};

const TABLES = `
  select lower(table_name) as name, cardinality as row_count
  from mysql.table_stats
  where db_name = database() and cardinality is not null`;

const INDEXES = `
  select table_name as \`table\`, index_name as name, prefix_arity as keys_count, avg_frequency as frequency
  from mysql.index_stats
  where db_name = database()
  order by table_name, index_name, prefix_arity`;

/** MariaDB only. Throws where this account may not ask. */
export async function readIndependentStatistics(session: Session): Promise<IndependentStatistics> {
  const [setting] = await readRows(session, "show global variables like 'use_stat_tables'");
  if (/never/i.test(setting?.["value"] ?? "")) return NO_INDEPENDENT_STATISTICS;
  const rows = new Map(
    (await readRows(session, TABLES)).map((row) => [row["name"] ?? "", Number(row["row_count"])]),
  );
  const rowsPerKey = new Map<string, (number | null)[]>();
  for (const row of await readRows(session, INDEXES)) {
    const key = innodbKey(row["table"] ?? "", row["name"] ?? "");
    const known = rowsPerKey.get(key) ?? [];
    const frequency = Number(row["frequency"] ?? 0);
    known[Number(row["keys_count"]) - 1] = frequency > 0 ? frequency : null;
    rowsPerKey.set(key, known);
  }
  return { rows, rowsPerKey };
}
