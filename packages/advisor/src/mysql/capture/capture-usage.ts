import type {
  CaptureGap,
  IndexUsage,
  NodeUsage,
  SequenceUsage,
  TableUsage,
} from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { ownAlias } from "../own-alias.ts";
import { readRows, type TextRow } from "../read-rows.ts";
import { nameInSchema } from "./capture-indexes.ts";
import { isoTime, type ServerFacts } from "./capture-server.ts";
import { captureRole } from "./capture-role.ts";

const INDEX_WAITS = "performance_schema.table_io_waits_summary_by_index_usage";

export interface CapturedUsage {
  readonly node: NodeUsage;
  readonly gaps: readonly CaptureGap[];
}

// A row fetched through the index is one count; entries that are only kept up to date are not.
const INDEX_COUNTS = `
  select w.object_name as \`table\`, w.index_name as name, w.count_fetch as fetched,
    unix_timestamp(t.create_time) as made
  from ${INDEX_WAITS} w
    join information_schema.tables t on t.table_schema = w.object_schema and t.table_name = w.object_name
  where w.object_schema = database() and w.object_type = 'TABLE' and w.index_name is not null
  order by w.object_name, w.index_name`;

const TABLE_COUNTS = `
  select w.object_name as \`table\`, w.count_insert as inserts, w.count_update as updates, w.count_delete as deletes,
    coalesce(f.count_fetch, 0) as unindexed
  from performance_schema.table_io_waits_summary_by_table w
    left join ${INDEX_WAITS} f
      on f.object_type = w.object_type and f.object_schema = w.object_schema and f.object_name = w.object_name
        and f.index_name is null
  where w.object_schema = database() and w.object_type = 'TABLE'
  order by w.object_name`;

// Without it nothing is counted, and every count stays 0.
const COUNTING = `
  select (select count(*) from performance_schema.setup_instruments
      where name = 'wait/io/table/sql/handler' and enabled = 'YES')
    * (select count(*) from performance_schema.setup_consumers
      where name = 'global_instrumentation' and enabled = 'YES') as counting`;

const USER_STATISTICS = `
  select table_name as \`table\`, index_name as name, rows_read as fetched
  from information_schema.index_statistics
  where table_schema = database()
  order by table_name, index_name`;

/**
 * Reads one server's counters of indexes and tables. What the server does not count is left out and told as a gap: an index
 * without a counter is not an unused one. `lastValues`: what the AUTO_INCREMENT columns gave last.
 */
export async function captureUsage(
  session: Session,
  facts: ServerFacts,
  node: string,
  lastValues: readonly SequenceUsage[],
): Promise<CapturedUsage> {
  const role = await captureRole(session, facts);
  const counters = await readCounters(session, facts, node);
  return {
    node: {
      node,
      ...role,
      capturedAt: facts.now,
      since: counters.counted ? facts.started : null,
      indexes: counters.indexes,
      tables: counters.tables,
      sequences: lastValues,
    },
    gaps: counters.gaps,
  };
}

interface Counters {
  /** Whether they count since the server's start. */
  readonly counted: boolean;
  readonly indexes: readonly IndexUsage[];
  readonly tables: readonly TableUsage[];
  readonly gaps: readonly CaptureGap[];
}

async function readCounters(session: Session, facts: ServerFacts, node: string): Promise<Counters> {
  const none = (reason: string): Counters => ({
    counted: false,
    indexes: [],
    tables: [],
    gaps: [{ object: `usage counters of ${node}`, reason }],
  });
  const unproved = "Whether an index is used is not known.";
  if (!facts.performanceSchema) {
    const own =
      facts.traits.product === "MariaDB" ? await readUserStatistics(session, facts) : null;
    return (
      own ??
      none(
        `The server counts no use of indexes: it runs with performance_schema=OFF${facts.traits.product === "MariaDB" ? " and userstat=OFF, MariaDB's defaults. SET GLOBAL userstat=ON starts to count at once" : ". Set performance_schema=ON in its configuration and restart it"}. ${unproved}`,
      )
    );
  }
  try {
    const [setup] = await readRows(session, COUNTING);
    if (setup?.["counting"] === "0") {
      return none(
        `performance_schema does not count: the instrument wait/io/table/sql/handler or the consumer global_instrumentation is off. ${unproved}`,
      );
    }
    return await readPerformanceSchema(session, facts);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return none(
      `They can't be read (${message}). GRANT SELECT ON performance_schema.* TO ${facts.account}. ${unproved}`,
    );
  }
}

async function readPerformanceSchema(session: Session, facts: ServerFacts): Promise<Counters> {
  const started = facts.started === null ? 0 : Date.parse(facts.started) / 1000;
  const rows = await readRows(session, INDEX_COUNTS);
  // ALTER TABLE begins the table's counters anew, which only a later time of its making tells.
  const younger = rows.filter(
    ({ fetched, made }) => fetched === "0" && made != null && Number(made) > started,
  );
  const tables = await readRows(session, TABLE_COUNTS);
  const modified = await readModified(session, facts);
  return {
    counted: true,
    indexes: rows.filter((row) => !younger.includes(row)).map((row) => toIndexUsage(row, facts)),
    tables: tables.map((row) => toTableUsage(row, facts, modified)),
    gaps:
      younger.length === 0
        ? []
        : [
            {
              object: INDEX_WAITS,
              reason: `Of ${younger.length} indexes without a use the counters began after the server's start, when their tables were made or altered: whether they are used is not known.`,
            },
          ],
  };
}

/** MariaDB's own counters; `null` where they are off. Rows read through an index; one that was never used has no row. */
async function readUserStatistics(session: Session, facts: ServerFacts): Promise<Counters | null> {
  const [setting] = await readRows(session, `select @@global.userstat as ${ownAlias("value")}`);
  if (setting?.[ownAlias("value")] !== "1") return null;
  const rows = await readRows(session, USER_STATISTICS);
  return {
    counted: false,
    indexes: rows.map((row) => toIndexUsage(row, facts)),
    tables: [],
    gaps: [
      {
        object: "information_schema.INDEX_STATISTICS",
        reason:
          "It tells which indexes were used since userstat was switched on, but not since when that is: an index that it does not name is not proved to be unused.",
      },
    ],
  };
}

function toIndexUsage(row: TextRow, { server }: ServerFacts): IndexUsage {
  const fetched = Number(row["fetched"]);
  return {
    index: { schema: server.database, name: nameInSchema(row["table"] ?? "", row["name"] ?? "") },
    scans: fetched,
    tuplesRead: fetched,
    tuplesFetched: fetched,
    lastScan: null,
  };
}

interface Modified {
  readonly changed: number;
  readonly analyzed: string | null;
  readonly threshold: number | null;
}

// InnoDB reads its statistics anew when more than a tenth of the rows changed. Both tables need privileges of their own.
const selectModified = ({ traits }: ServerFacts): string => `
  select s.table_name as \`table\`, sum(i.modified_counter) as changed,
    unix_timestamp(min(s.last_update)) as analyzed, sum(s.n_rows) as row_count
  from mysql.innodb_table_stats s
    join information_schema.${traits.product === "MariaDB" ? "innodb_sys_tablestats" : "innodb_tablestats"} i
      on i.name = concat(s.database_name, '/', s.table_name)
  where s.database_name = database()
  group by s.table_name`;

async function readModified(
  session: Session,
  facts: ServerFacts,
): Promise<ReadonlyMap<string, Modified>> {
  const rows = await readRows(session, selectModified(facts)).catch(() => []);
  const [setting] = await readRows(
    session,
    `select @@global.innodb_stats_auto_recalc as ${ownAlias("value")}`,
  );
  return new Map(
    rows.map((row) => [
      row["table"] ?? "",
      {
        changed: Number(row["changed"]),
        analyzed: row["analyzed"] == null ? null : isoTime(Number(row["analyzed"])),
        threshold: setting?.[ownAlias("value")] === "1" ? 16 + Number(row["row_count"]) / 10 : null,
      },
    ]),
  );
}

function toTableUsage(
  row: TextRow,
  { server }: ServerFacts,
  modified: ReadonlyMap<string, Modified>,
): TableUsage {
  const name = row["table"] ?? "";
  const known = modified.get(name);
  return {
    table: { schema: server.database, name },
    // Only rows are counted, not how often a table was read from end to end.
    sequentialScans: 0,
    sequentialRows: Number(row["unindexed"]),
    inserts: Number(row["inserts"]),
    updates: Number(row["updates"]),
    hotUpdates: 0,
    deletes: Number(row["deletes"]),
    modifiedSinceAnalyze: known?.changed ?? 0,
    lastAnalyze: known?.analyzed ?? null,
    ...(known?.threshold != null && { analyzeThreshold: known.threshold }),
  };
}
