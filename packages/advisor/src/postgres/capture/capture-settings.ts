import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";

/** Settings outside the planner's own category that a plan, a cost or the reading of values depends on. */
const OTHER_SETTINGS = [
  "array_nulls",
  "backslash_quote",
  "bytea_output",
  "DateStyle",
  "block_size",
  "default_statistics_target",
  "default_text_search_config",
  "IntervalStyle",
  "lc_collate",
  "lc_ctype",
  "lc_monetary",
  "lc_numeric",
  "lc_time",
  "max_parallel_workers",
  "max_parallel_workers_per_gather",
  "max_worker_processes",
  "parallel_leader_participation",
  "server_encoding",
  "shared_buffers",
  "standard_conforming_strings",
  "TimeZone",
  "track_counts",
  "transform_null_equals",
  "work_mem",
  "hash_mem_multiplier",
  "xmlbinary",
  "xmloption",
];

// jit moved between categories, and the locale of the database is no setting since version 16.
const SETTINGS = `
  select s.name, pg_catalog.current_setting(s.name) as value
  from pg_catalog.pg_settings s
  where s.category like 'Query Tuning%' or s.name like 'jit%' or s.name = any ($1::pg_catalog.text::pg_catalog.text[])
  union all
  select e.key, e.value
  from pg_catalog.pg_database d, pg_catalog.jsonb_each_text(pg_catalog.to_jsonb(d)) e
  where d.datname = pg_catalog.current_database()
    and e.key in ('datcollate', 'datctype', 'datlocprovider', 'daticulocale', 'datlocale', 'daticurules')
    and e.value is not null
  order by 1`;

const SERVER = `
  select pg_catalog.current_setting('server_version') as version,
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as "versionNumber",
    pg_catalog.version() as banner,
    pg_catalog.current_database() as database,
    pg_catalog.quote_ident(current_user) as role,
    pg_catalog.to_json(pg_catalog.current_schemas(false)) as "searchPath",
    pg_catalog.now() as now`;

export interface ServerFacts {
  readonly version: string;
  readonly versionNumber: number;
  /** The server's full description of itself: tells relatives of PostgreSQL from PostgreSQL. */
  readonly banner: string;
  readonly database: string;
  /** Name of this session's role as SQL. */
  readonly role: string;
  readonly searchPath: readonly string[];
  /** ISO time by the server's clock. */
  readonly now: string;
}

/** Must run before the transaction's own settings are made. */
export async function captureServer(session: Session): Promise<ServerFacts> {
  const [server] = await readRows<ServerFacts>(session, SERVER);
  if (!server) throw new Error("The server answered a query of one row with none.");
  return { ...server, now: new Date(server.now).toISOString() };
}

/** Settings by name, as SHOW prints them. Must run before the transaction's own settings are made. */
export async function captureSettings(session: Session): Promise<Readonly<Record<string, string>>> {
  const rows = await readRows<{ name: string; value: string }>(session, SETTINGS, [
    `{${OTHER_SETTINGS.join(",")}}`,
  ]);
  return Object.fromEntries(rows.map((row) => [row.name, row.value]));
}
