import { SMALL_TABLE_PAGES } from "../../catalog/small-table.ts";
import type { ColumnEnds } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { CapturedTable } from "./capture-tables.ts";
import { quoteIdent } from "../quote-ident.ts";
import { readRows } from "../read-rows.ts";

/** Types of which an index's two ends are read: numbers, dates and times. */
const TYPES =
  /^(smallint|integer|bigint|numeric|real|double precision|date|timestamp|time)\b(?!.*\[\])/;

/** Only look-ups in an index, each bounded: many dead rows at an index's end make one slow. */
const LOOK_UP_SETTINGS: readonly string[] = [
  "statement_timeout = '1s'",
  "enable_seqscan = off",
  "enable_bitmapscan = off",
  "enable_sort = off",
];
const ALL_MILLISECONDS = 10_000;

/**
 * Least and greatest value of the columns that valid btrees begin with: what the server's planner itself looks up there
 * when a condition comes near a column's ends. A table whose ends are not read in time is left out. None is read by a
 * role that may not set `track_counts`: its look-ups would be counted as use of the indexes.
 */
export async function captureColumnEnds(
  session: Session,
  tables: readonly CapturedTable[],
): Promise<readonly ColumnEnds[]> {
  const ends: ColumnEnds[] = [];
  const until = Date.now() + ALL_MILLISECONDS;
  for (const captured of tables) {
    const columns = endColumns(captured);
    if (columns.length === 0 || Date.now() > until) continue;
    await session.query("savepoint dbadvise_ends");
    try {
      // A look-up would count as a scan of the index, and no index would ever be unused again.
      await session.query("set local track_counts = off");
    } catch {
      await session.query("rollback to savepoint dbadvise_ends");
      return [];
    }
    for (const setting of LOOK_UP_SETTINGS) await session.query(`set local ${setting}`);
    const { schema, name } = captured.table;
    const from = `${quoteIdent(schema)}.${quoteIdent(name)}`;
    try {
      const rows = await readRows<Omit<ColumnEnds, "table">>(
        session,
        columns.map((column) => lookUp(from, column)).join(" union all "),
      );
      for (const row of rows) {
        if (row.least !== null && row.greatest !== null)
          ends.push({ table: { schema, name }, ...row });
      }
    } catch {
      // Slow or locked: the statistics must do. A lost connection fails the next statement.
    }
    await session.query("rollback to savepoint dbadvise_ends");
  }
  return ends;
}

function endColumns({ table, hiddenColumns, rowSecurity }: CapturedTable): readonly string[] {
  if (rowSecurity || table.kind === "partitioned" || table.kind === "foreign") return [];
  if (table.currentPages < SMALL_TABLE_PAGES) return [];
  const led = table.indexes.flatMap((index) =>
    index.valid && index.method === "btree" && index.predicate === null
      ? [index.keys[0]?.column]
      : [],
  );
  return table.columns
    .filter(({ name, type }) => led.includes(name) && TYPES.test(type))
    .map(({ name }) => name)
    .filter((name) => !hiddenColumns.includes(name));
}

function lookUp(from: string, column: string): string {
  const name = quoteIdent(column);
  const end = (direction: string): string =>
    `(select ${name} from only ${from} where ${name} is not null order by ${name} ${direction} limit 1)::pg_catalog.text`;
  return `select '${column.replaceAll("'", "''")}'::pg_catalog.text as column, ${end("")} as least, ${end("desc")} as greatest`;
}
