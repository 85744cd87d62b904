import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";

/** What InnoDB keeps of one index, over all partitions. */
export interface InnodbIndex {
  /** Pages of InnoDB's own size. */
  readonly pages: number;
  /** Distinct values of the first key, of the first two, ..., the primary key's columns at the end included. */
  readonly distinct: readonly number[];
}

/** By table and index, each in lower case: `innodbKey`. */
export type InnodbStatistics = ReadonlyMap<string, InnodbIndex>;

// Partitions are tables of their own here: t#P#p0 on MariaDB, t#p#p0 on MySQL.
const INDEXES = `
  select substring_index(lower(table_name), '#p#', 1) as name, lower(index_name) as index_name, stat_name as stat,
    sum(stat_value) as total, max(stat_value) as greatest, count(*) as parts
  from mysql.innodb_index_stats
  where database_name = database() and (stat_name = 'size' or stat_name like 'n\\_diff\\_pfx%')
  group by 1, 2, 3
  order by 1, 2, 3`;

export function innodbKey(table: string, index: string): string {
  return `${table.toLowerCase()}\0${index.toLowerCase()}`;
}

/** Sizes and distinct values by InnoDB's own tables. Throws where this account may not read them. */
export async function readInnodbStatistics(session: Session): Promise<InnodbStatistics> {
  const found = new Map<string, { pages: number; distinct: number[] }>();
  for (const row of await readRows(session, INDEXES)) {
    const key = innodbKey(row["name"] ?? "", row["index_name"] ?? "");
    const index = found.get(key) ?? { pages: 0, distinct: [] };
    found.set(key, index);
    if (row["stat"] === "size") index.pages = Number(row["total"]);
    // A value may be in several partitions or in one: of a partitioned table only the server's own sum is used.
    else if (row["parts"] === "1") index.distinct.push(Number(row["total"]));
  }
  return found;
}
