import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { differences, type Outcome } from "../../testing/standby-table.ts";

/** What a statement may change and leave: in its session, and on the server. */
const LEFT = `
  select now() <> statement_timestamp() as transaction,
    (select json_object_agg(name, setting) from pg_settings where source = 'session') as settings,
    (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as "advisory locks",
    (select count(*) from pg_prepared_statements) as "prepared statements",
    (select count(*) from pg_cursors where is_holdable) as cursors,
    (select array_agg(channel) from pg_listening_channels() channel) as channels,
    pg_my_temp_schema() as "temporary tables",
    (select stats_reset from pg_stat_database where datname = current_database()) as statistics,
    (select stats_reset from pg_stat_bgwriter) as "shared statistics",
    (select count(*) from pg_replication_slots) as slots,
    pg_get_wal_replay_pause_state() as replay,
    pg_conf_load_time() as "configuration read",
    md5(pg_read_file('postgresql.auto.conf')) as configuration,
    (pg_stat_file('/tmp/dbadvise-classifier-copy', true)).modification as file`;

/** What it has until the end of its transaction. */
const HELD = `
  select (select array_agg(distinct locktype || ' ' || mode order by locktype || ' ' || mode) from pg_locks
      where pid = pg_backend_pid() and mode <> 'AccessShareLock' and locktype <> 'virtualxid') as locks,
    (select count(*) from pg_ls_dir('pg_snapshots')) as "exported snapshots",
    (select count(*) from pg_cursors where name <> '') as "open cursors",
    (select json_object_agg(name, setting) from pg_settings where source = 'session') as "settings of the transaction"`;

/** Runs a statement on a standby twice, in new sessions: by itself, and inside a transaction. */
export async function runOnStandby(url: string, sql: string): Promise<Outcome> {
  const alone = await inSession(url, async (client) => {
    const before = await first(client, LEFT);
    const refused = await refusal(client, sql);
    if (refused !== undefined) return { refused, effects: [] };
    // A reload is a signal to other processes.
    await delay(10);
    return {
      effects: differences(before, await first(client, LEFT)),
      random: await first(client, "select random()"),
    };
  });
  if (alone.refused !== undefined) return alone;
  const inside = await inSession(url, async (client) => {
    await client.query("begin");
    const before = await first(client, HELD);
    // Some can't be run here: what they do has been seen above.
    if ((await refusal(client, sql)) !== undefined) return { effects: [] };
    return {
      effects: differences(before, await first(client, HELD)),
      random: await first(client, "select random()"),
    };
  });
  await inSession(url, (client) => client.query("select pg_wal_replay_resume()"));
  const seeded = JSON.stringify(alone.random) === JSON.stringify(inside.random) ? ["seed"] : [];
  return { effects: [...alone.effects, ...inside.effects, ...seeded] };
}

async function inSession<Result>(
  url: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function first(client: pg.Client, sql: string): Promise<Record<string, unknown>> {
  const { rows } = await client.query<Record<string, unknown>>(sql);
  return rows[0] ?? {};
}

async function refusal(client: pg.Client, sql: string): Promise<string | undefined> {
  try {
    await client.query(sql);
    return undefined;
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    return `${code ?? ""} ${message}`;
  }
}
