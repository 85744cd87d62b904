import type { IndexUsage, NodeUsage, TableUsage } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { captureLastValues } from "./capture-sequences.ts";
import { readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

/** Number of `pg_default` in every version. */
const DEFAULT_TABLESPACE = 1663;

// A server's address and, on a primary, its timeline, which every promotion raises, tell whose counters these are.
// Of what streams from a primary, logical subscribers, backups and archivers are no replicas that answer queries.
const NODE = `
  select case when pg_is_in_recovery() then 'replica' else 'primary' end as role,
    clock_timestamp() as "capturedAt",
    d.stats_reset as since,
    case when inet_server_addr() is null or inet_server_addr() << '127.0.0.0/8' or inet_server_addr() = '::1'
      then 'local' else host(inet_server_addr()) end || ':' || coalesce(inet_server_port(), 0) ||
      case when pg_is_in_recovery() then '' else '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) end as incarnation,
    has_function_privilege('pg_catalog.pg_stat_file(text)', 'execute') and b.dattablespace = ${DEFAULT_TABLESPACE}
      as "filesSeen",
    (select count(*)::int from pg_stat_replication r
      where coalesce(r.state, '') <> 'backup'
        and coalesce(r.application_name, '') not in ('pg_basebackup', 'pg_receivewal')
        and not exists (select from pg_replication_slots l where l.slot_type = 'logical' and l.active_pid = r.pid)
    ) as standbys
  from pg_stat_database d join pg_database b on b.oid = d.datid
  where d.datname = current_database()`;

// The reset time is unknown where nobody reset the counters since version 15 made the server forget when it began. Then
// they are no younger than the later of two times. One is the server's: it stamps its own counters whenever it throws all
// statistics away (after a crash, on a new replica). The other is the database's making, by a file of it that never
// changes; without it a database that was restored yesterday into an old server would seem to have a year of counters.
// Only few roles may see that file, and a query that merely mentions the function fails for the others.
const SINCE_AT_LEAST = `
  select greatest(
    (pg_stat_file('base/' || d.oid || '/PG_VERSION')).modification,
    least((select stats_reset from pg_stat_archiver), (select stats_reset from pg_stat_bgwriter))) as since
  from pg_database d
  where d.datname = current_database()`;

interface NodeRow {
  readonly role: NodeUsage["role"];
  readonly capturedAt: string;
  readonly since: string | null;
  readonly filesSeen: boolean;
  readonly standbys: number;
  readonly incarnation: string;
}

interface IndexUsageRow extends Omit<IndexUsage, "index"> {
  readonly schema: string;
  readonly name: string;
}

interface TableUsageRow extends Omit<TableUsage, "table" | "analyzeThreshold"> {
  readonly analyzeThreshold: number | null;
  readonly schema: string;
  readonly name: string;
}

const INDEXES = `
  select n.nspname as schema, i.relname as name, coalesce(s.idx_scan, 0) as scans,
    coalesce(s.idx_tup_read, 0) as "tuplesRead", coalesce(s.idx_tup_fetch, 0) as "tuplesFetched",
    (to_jsonb(s) ->> 'last_idx_scan')::timestamptz as "lastScan"
  from pg_stat_all_indexes s
    join pg_class i on i.oid = s.indexrelid
    join pg_namespace n on n.oid = i.relnamespace
  where i.relpersistence <> 't' and ${userSchema("n")} and ${notOfExtension("pg_class", "s.relid")}
  order by n.nspname, i.relname`;

const TABLES = `
  select n.nspname as schema, c.relname as name, coalesce(s.seq_scan, 0) as "sequentialScans",
    coalesce(s.seq_tup_read, 0) as "sequentialRows", s.n_tup_ins as inserts, s.n_tup_upd as updates,
    s.n_tup_hot_upd as "hotUpdates", s.n_tup_del as deletes, s.n_mod_since_analyze as "modifiedSinceAnalyze",
    greatest(s.last_analyze, s.last_autoanalyze) as "lastAnalyze",
    case when current_setting('autovacuum') = 'on' and current_setting('track_counts') = 'on' and c.relkind <> 'p'
        and coalesce((select o.option_value::bool from pg_options_to_table(c.reloptions) o
          where o.option_name = 'autovacuum_enabled'), true)
      then coalesce((select o.option_value::float8 from pg_options_to_table(c.reloptions) o
            where o.option_name = 'autovacuum_analyze_threshold'),
          current_setting('autovacuum_analyze_threshold')::float8)
        + coalesce((select o.option_value::float8 from pg_options_to_table(c.reloptions) o
            where o.option_name = 'autovacuum_analyze_scale_factor'),
          current_setting('autovacuum_analyze_scale_factor')::float8) * greatest(c.reltuples, 0)
      end as "analyzeThreshold"
  from pg_stat_all_tables s
    join pg_class c on c.oid = s.relid
    join pg_namespace n on n.oid = c.relnamespace
  where c.relpersistence <> 't' and ${userSchema("n")} and ${notOfExtension("pg_class", "s.relid")}
  order by n.nspname, c.relname`;

/** Reads one server's counters of indexes and tables. `node` is its `host:port/database`. */
export async function captureUsage(session: Session, node: string): Promise<NodeUsage> {
  const [row] = await readRows<NodeRow>(session, NODE);
  const since = row?.since ?? (row?.filesSeen ? await sinceAtLeast(session) : null);
  const indexes = await readRows<IndexUsageRow>(session, INDEXES);
  const tables = await readRows<TableUsageRow>(session, TABLES);
  return {
    node,
    role: row?.role ?? "primary",
    capturedAt: isoTime(row?.capturedAt ?? null) ?? new Date().toISOString(),
    since: isoTime(since),
    ...(row ? { standbys: row.standbys, incarnation: row.incarnation } : {}),
    sequences: await captureLastValues(session),
    indexes: indexes.map(({ schema, name, ...usage }) => ({
      index: { schema, name },
      ...usage,
      lastScan: isoTime(usage.lastScan),
    })),
    tables: tables.map(({ schema, name, analyzeThreshold, ...usage }) => ({
      table: { schema, name },
      ...usage,
      ...(analyzeThreshold === null ? {} : { analyzeThreshold }),
      lastAnalyze: isoTime(usage.lastAnalyze),
    })),
  };
}

async function sinceAtLeast(session: Session): Promise<string | null> {
  const [row] = await readRows<{ since: string | null }>(session, SINCE_AT_LEAST);
  return row?.since ?? null;
}

function isoTime(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
