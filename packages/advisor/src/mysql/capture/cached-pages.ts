import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";
import { innodbKey } from "./innodb-statistics.ts";

// Names are db/table, a partition's db/table#p#p0; characters beyond ASCII letters and digits are written as @ and four digits.
const CACHED = `
  select substring_index(substring_index(lower(t.name), '/', -1), '#p#', 1) as name, lower(i.name) as index_name,
    sum(c.n_cached_pages) as pages
  from information_schema.innodb_tables t
    join information_schema.innodb_indexes i on i.table_id = t.table_id
    join information_schema.innodb_cached_indexes c on c.index_id = i.index_id and c.space_id = t.space
  where t.name like ? escape '|'
  group by 1, 2`;

/** Pages of each index in the buffer pool, of InnoDB's own size. MySQL only; throws where this account may not ask. */
export async function readCachedPages(
  session: Session,
  database: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await readRows(session, CACHED, [
    `${encodeName(database).replaceAll(/[|%_]/g, String.raw`|$&`)}/%`,
  ]);
  return new Map(
    rows.map((row) => [
      innodbKey(decodeName(row["name"] ?? ""), row["index_name"] ?? ""),
      Number(row["pages"]),
    ]),
  );
}

function encodeName(name: string): string {
  return name.replaceAll(
    /[^\w]/g,
    (character) => `@${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Only the form with four digits: letters of some alphabets have shorter ones, and then are not known. */
function decodeName(name: string): string {
  return name.replaceAll(/@([0-9a-f]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
