import { setTimeout as delay } from "node:timers/promises";
import { npmPostgres } from "../servers/postgres-server.ts";
import { runOnPostgres } from "../servers/run-on-postgres.ts";
import { createPostgresDatabase } from "../start-postgres.ts";
import type { Replication } from "./replication.ts";

/** Streaming replication: each server begins with a copy of the first one's data directory, those of copies as standbys. */
export const postgresReplication: Replication = {
  programs: [npmPostgres],
  settings: () => ({
    // What is acknowledged survives the end of the process, though not of the machine.
    synchronous_commit: "on",
    full_page_writes: "on",
    // In the place of slots, which would have to follow each promotion.
    wal_keep_size: "1GB",
    wal_retrieve_retry_interval: "100ms",
  }),
  createDatabase: createPostgresDatabase,
  follow: async (replica, primary) => {
    const { hostname, port, username, password } = new URL(primary);
    await detach(replica);
    await alterSystem(
      replica,
      "primary_conninfo",
      `host=${hostname} port=${port} user=${username} password=${password}`,
    );
    await until(replica, "select exists (select from pg_stat_wal_receiver) as done");
  },
  restarted: () => Promise.resolve(),
  lag: (replica, milliseconds) =>
    alterSystem(replica, "recovery_min_apply_delay", String(milliseconds)),
  pauseReplay: async (replica) => {
    await runOnPostgres(replica, "select pg_wal_replay_pause()");
    await until(replica, "select pg_get_wal_replay_pause_state() = 'paused' as done");
  },
  resumeReplay: async (replica) => {
    await runOnPostgres(replica, "select pg_wal_replay_resume()");
  },
  stopReceiver: (replica) => signalReceiver(replica, "SIGSTOP"),
  startReceiver: (replica) => signalReceiver(replica, "SIGCONT"),
  killReceiver: async (replica) => {
    const receiver = "select pid from pg_stat_wal_receiver";
    const [row] = await runOnPostgres(replica, receiver);
    if (row === undefined) throw new Error("The standby has no WAL receiver to kill");
    process.kill(Number(row["pid"]), "SIGKILL");
    const question = `select exists (${receiver} where pid <> ${Number(row["pid"])}) as done`;
    await until(replica, question, { restarting: true });
  },
  promote: async (replica) => {
    await detach(replica);
    await runOnPostgres(replica, "select pg_promote(true, 60)");
    await until(replica, "select not pg_is_in_recovery() as done");
  },
  catchUp: async (replica, other) => {
    const [row] = await runOnPostgres(
      other,
      `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
        else pg_current_wal_insert_lsn() end as lsn`,
    );
    await until(replica, `select pg_last_wal_replay_lsn() >= '${String(row?.["lsn"])}' as done`);
  },
};

/** Ends the receiver. One that is stopped must not read on before it ends. */
async function detach(replica: string): Promise<void> {
  await alterSystem(replica, "primary_conninfo", "");
  await until(
    replica,
    "select not exists (select from pg_stat_wal_receiver where status <> 'stopping') as done",
  );
  await signalReceiver(replica, "SIGCONT");
}

/** Changes a setting, and waits until new sessions have it: the server's processes are told by signals. */
async function alterSystem(server: string, name: string, value: string): Promise<void> {
  await runOnPostgres(server, `alter system set ${name} = '${value}'`);
  await runOnPostgres(server, "select pg_reload_conf()");
  await until(
    server,
    `select setting = '${value}' as done from pg_settings where name = '${name}'`,
  );
}

async function until(server: string, question: string, { restarting = false } = {}): Promise<void> {
  const deadline = performance.now() + 30_000;
  const isTrue = async (): Promise<boolean> => {
    try {
      return (await runOnPostgres(server, question))[0]?.["done"] === true;
    } catch (error) {
      if (restarting) return false;
      throw error;
    }
  };
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`It never came true: ${question}`);
    await delay(10);
  }
}

async function signalReceiver(server: string, signal: NodeJS.Signals): Promise<void> {
  const [row] = await runOnPostgres(server, "select pid from pg_stat_wal_receiver");
  const pid = Number(row?.["pid"] ?? 0);
  if (pid > 0) process.kill(pid, signal);
  else if (signal === "SIGSTOP") throw new Error("The standby has no WAL receiver to stop");
}
