import { type Cluster, startCluster } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { misrouted, needless, type TableRow } from "../testing/standby-table.ts";
import { createPostgresClassifier } from "./create-classifier.ts";
import { readStableFunctions } from "./read-stable-functions.ts";
import { runOnStandby } from "./testing/run-on-standby.ts";
import { SCHEMA, STATEMENTS } from "./testing/statements.ts";

/** What a standby could have answered without a trace, and why it is not sent there. */
const NEEDLESS: Readonly<Record<string, readonly string[]>> = {
  "A function that its author calls volatile: only its code would tell.": [
    "select volatile_only()",
    "do 'begin perform 1; end'",
  ],
  "Runs a SQL text that is given as a string.": ["select ts_stat('select to_tsvector(''a'')')"],
  "The plan of a write is the primary's affair.": ["explain select nextval('s')"],
  "Writes elsewhere: a program, a file of the server, its log.": [
    "copy (select 1) to program 'cat > /dev/null'",
    "select pg_rotate_logfile()",
    "select pg_log_backend_memory_contexts(pg_backend_pid())",
  ],
  "About one server, or acts on it: the caller has to choose which.": [
    "checkpoint",
    "select pg_wal_replay_resume()",
    "select pg_cancel_backend(0)",
    "select pg_terminate_backend(0)",
    "select pg_read_file('PG_VERSION')",
    "select pg_ls_dir('.')",
  ],
  "About the session or the transaction: it means something only on a connection that is kept.": [
    "select pg_advisory_unlock_all()",
    "select pg_backend_pid()",
    "select pg_stat_clear_snapshot()",
    "select txid_current_if_assigned()",
    "set role none",
    "reset work_mem",
    "reset all",
    "discard all",
    "begin; select 1; commit",
    "commit",
    "rollback",
    "end",
    "abort",
    "deallocate all",
    "close all",
    "unlisten *",
    "load 'plpgsql'",
  ],
  "Columns of an alias without AS look like a call.": ["select * from t x(a1, a2)"],
};

let cluster: Cluster;
let standby: string;
const rows: TableRow[] = [];

beforeAll(async () => {
  cluster = await startCluster("postgres", { replicas: 1 });
  const [replica] = cluster.replicas;
  standby = replica!.url;
  const primary = new pg.Client(cluster.primary.url);
  await primary.connect();
  await primary.query(SCHEMA);
  await primary.end();
  await replica!.catchUp(cluster.primary);

  const classifier = createPostgresClassifier();
  const client = new pg.Client(standby);
  await client.connect();
  classifier.trustFunctions(await readStableFunctions((sql) => client.query(sql)));
  await client.end();
  for (const sql of STATEMENTS) {
    const outcome = await runOnStandby(standby, sql);
    rows.push({ sql, verdict: classifier.classify(sql), outcome });
  }
}, 400_000);
afterAll(() => cluster?.close());

test("nothing is called a read that a standby refuses, or that leaves something there", () => {
  expect(rows.length).toBeGreaterThan(150);
  expect(misrouted(rows)).toEqual([]);
});

test("no read goes to the primary needlessly, but for those that are listed", () => {
  expect(needless(rows).toSorted()).toEqual(Object.values(NEEDLESS).flat().toSorted());
});

test("the table's statements are refused for what they do, not for their syntax", () => {
  const broken = rows.filter(({ outcome }) => /^(?:42|22)/.test(outcome.refused ?? ""));
  expect(broken.map(({ sql, outcome }) => `${sql}: ${outcome.refused}`)).toEqual([]);
});

test("what a standby silently accepts is measured", () => {
  const effects = (sql: string): readonly string[] =>
    rows.find((row) => row.sql === sql)?.outcome.effects ?? [];
  expect(effects("select pg_advisory_lock(1)")).toContain("advisory locks");
  expect(effects("select set_config('work_mem', '5MB', false)")).toContain("settings");
  expect(effects("prepare p as select 1")).toContain("prepared statements");
  expect(effects("declare c cursor with hold for select 1")).toContain("cursors");
  expect(effects("begin; lock table t in row exclusive mode")).toContain("locks");
  expect(effects("select pg_stat_reset()")).toContain("statistics");
  expect(effects("select pg_export_snapshot()")).toContain("exported snapshots");
  expect(effects("select setseed(0.5)")).toContain("seed");
  expect(effects("begin")).toContain("transaction");
  expect(effects("select * from t")).toEqual([]);
});

test("functions are trusted that the catalog calls stable, by their names and schemas", async () => {
  const client = new pg.Client(standby);
  await client.connect();
  const names = await readStableFunctions((sql) => client.query(sql));
  await client.end();
  expect([...names].toSorted()).toEqual(["adds", "public.adds", "public.reads", "reads"]);
});
