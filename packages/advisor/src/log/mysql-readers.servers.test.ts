import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type PrivateServer, startPrivateServer } from "@dbadvise/testkit";
import mysql, { type Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sniffFormat } from "./input/sniff-format.ts";
import { mysqlGeneralReader } from "./mysql-general-reader.ts";
import { CARRIED_DATABASE } from "./mysql-log/carried-database.ts";
import {
  type CollectedExecution,
  type CollectedLog,
  collectRanges,
  expectSame,
} from "./mysql-log/testing/collect-log.ts";
import { mysqlSlowReader } from "./mysql-slow-reader.ts";

/** Percona Server and RDS can't be had here: `mysql-slow-reader.test.ts` has their forms, written by hand. */

const SEEN_BY_ALL: readonly (readonly [sql: string, times: number, rows: number])[] = [
  ["select * from t", 7, 3],
  [
    "select n\n  from t -- a comment\n where n > 1 # don't\n   and s <> '\n# Time: 261122 10:10:19\n# User@Host: a[b] @ c []\n'",
    3,
    2,
  ],
  ["select 'Käufer 日本 🚀', `n` from t where id = 1 /* ; */", 2, 1],
  ["select ';\n;\nselect 9;\n# Query_time: 9\n'", 4, 1],
  ["select 'it''s \\' \\\\'", 1, 1],
  ["select sleep(0.05)", 1, 1],
  ["select 'SET timestamp=1;', 'a\n\t\t  12 Query'", 2, 1],
  ["delete from t where id > 100", 2, 0],
];
const PREPARED = "select n from t where id = ?";
const MISSING = "select * from missing";
const LONG = "information_schema.columns";
const TIMED_OUT = `select /*+ MAX_EXECUTION_TIME(100) */ count(*) from ${LONG} a, ${LONG} b, ${LONG} c`;

describe.each(["mysql", "mariadb"] as const)("%s", (engine) => {
  let server: PrivateServer;
  let slow: Buffer;
  let general: Buffer;
  let session: number;
  let began: number;
  let ended: number;
  const database = (): string => new URL(server.url).pathname.slice(1);

  beforeAll(async () => {
    server = await startPrivateServer(engine);
    const admin = await mysql.createConnection(server.url);
    const settings = [
      "slow_query_log_file = 'slow.log'",
      "general_log_file = 'general.log'",
      "long_query_time = 0",
      "slow_query_log = on",
      "general_log = on",
      engine === "mysql"
        ? "log_slow_extra = on"
        : "log_slow_verbosity = 'query_plan,explain,engine'",
    ];
    for (const setting of settings) await admin.query(`set global ${setting}`);
    const client = await mysql.createConnection({ uri: server.url, multipleStatements: true });
    session = client.threadId;
    began = Date.now();
    await run(client);
    await client.end();
    ended = Date.now();
    await mysql
      .createConnection({ uri: server.url, user: "eve", password: "wrong" })
      .catch(() => {});
    await admin.query("set global slow_query_log = off, global general_log = off");
    await admin.end();
    slow = await readFile(join(server.data, "slow.log"));
    general = await readFile(join(server.data, "general.log"));
  }, 300_000);

  afterAll(async () => {
    await server.close();
  });

  async function run(client: Connection): Promise<void> {
    await client.query("create table t (id int primary key, n int, s text)");
    await client.query("insert into t values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')");
    for (const [sql, times] of SEEN_BY_ALL) {
      for (let time = 0; time < times; time++) await client.query(sql);
    }
    for (const id of [1, 2, 3, 3]) await client.execute(PREPARED, [id]);
    await client.query("select 1; select 2");
    await client.query("prepare p from 'select n + 10 from t'");
    await client.query("execute p");
    await client.query("update t set n = n + 1 where id < 3");
    await client.query(MISSING).catch(() => {});
    if (engine === "mysql") await client.query(TIMED_OUT).catch(() => {});
    await client.ping();
    await client.query("use mysql");
    await client.query("select 'in mysql'");
  }

  const ofClient = ({ executions }: CollectedLog): readonly CollectedExecution[] =>
    executions.filter((execution) => execution.session === session);

  const counts = (executions: readonly CollectedExecution[]): Record<string, number> => {
    const all: Record<string, number> = {};
    for (const { sql } of executions) all[sql] = (all[sql] ?? 0) + 1;
    return all;
  };

  const readSlow = (cuts: readonly number[] = []): CollectedLog =>
    collectRanges(mysqlSlowReader, "mysql-slow", slow, cuts, CARRIED_DATABASE);

  const readGeneral = (cuts: readonly number[] = []): CollectedLog =>
    collectRanges(mysqlGeneralReader, "mysql-general", general, cuts, "");

  const both = {
    ...Object.fromEntries(SEEN_BY_ALL.map(([sql, times]) => [sql, times])),
    "create table t (id int primary key, n int, s text)": 1,
    "insert into t values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')": 1,
    [PREPARED.replace("?", "1")]: 1,
    [PREPARED.replace("?", "2")]: 1,
    [PREPARED.replace("?", "3")]: 2,
    "update t set n = n + 1 where id < 3": 1,
    "use mysql": 1,
    "select 'in mysql'": 1,
  };

  test("the slow log has each statement as often as it ran", () => {
    const log = readSlow();
    expect(counts(ofClient(log))).toEqual({
      ...both,
      "select 1": 1,
      "select 2": 1,
      ...(engine === "mysql"
        ? { "PREPARE p FROM ...": 1, "select n + 10 from t": 1 }
        : { "prepare p from 'select n + 10 from t'": 1, "select n + 10 from t": 1, [MISSING]: 1 }),
    });
    expect(log.unreadLines).toBe(0);
  });

  test("the formats are told from the logs", () => {
    expect(sniffFormat(slow, {})?.name).toBe("mysql-slow");
    expect(sniffFormat(general, {})?.name).toBe("mysql-general");
  });

  test("the slow log tells rows, time, user and database", () => {
    const executions = ofClient(readSlow());
    for (const [sql, , rows] of SEEN_BY_ALL) {
      for (const execution of executions.filter((one) => one.sql === sql)) {
        expect(execution, sql).toMatchObject({ rows, user: new URL(server.url).username });
      }
    }
    const update = executions.find(({ sql }) => sql.startsWith("update"));
    // MySQL does not log how many rows a statement changed.
    expect(update?.rows).toBe(engine === "mysql" ? 0 : 2);
    expect(update?.rowsExamined).toBe(2);
    for (const execution of executions) {
      const inMysql = execution.sql === "use mysql" || execution.sql === "select 'in mysql'";
      expect(execution.database, execution.sql).toBe(inMysql ? "mysql" : database());
      expect(execution.ms).toBeGreaterThan(0);
      // MariaDB's times are in whole seconds.
      expect(execution.at).toBeGreaterThan(began - 1000);
      expect(execution.at).toBeLessThanOrEqual(ended + 1000);
    }
    const slept = executions.find(({ sql }) => sql === "select sleep(0.05)");
    expect(slept?.ms).toBeGreaterThanOrEqual(50);
    expect(slept?.ms).toBeLessThan(ended - began + 1000);
  });

  test("the slow log tells MySQL's errors and MariaDB's plans", () => {
    const { failures, plans } = readSlow();
    const errors = [`1146 error: ${MISSING}`, `3024 cancel: ${TIMED_OUT}`];
    expect(failures.map((failure) => failure.replace(/ \d+:/, ":"))).toEqual(
      engine === "mysql" ? errors : [],
    );
    const ofTable = plans.filter((plan) => plan.includes(" select * from t: # explain: id\t"));
    expect(ofTable).toHaveLength(engine === "mysql" ? 0 : 7);
  });

  test("the general log has each statement as often as it came", () => {
    const log = readGeneral();
    expect(counts(ofClient(log))).toEqual({
      ...both,
      ...(engine === "mysql"
        ? { "select 1;": 1, "select 2": 1, "PREPARE p FROM ...": 1, [TIMED_OUT]: 1 }
        : { "select 1; select 2": 1, "prepare p from 'select n + 10 from t'": 1 }),
      "select n + 10 from t": 1,
      [MISSING]: 1,
    });
    expect(log.unreadLines).toBe(0);
    for (const { at } of ofClient(log)) {
      expect(at).toBeGreaterThan(began - 1000);
      expect(at).toBeLessThanOrEqual(ended + 1000);
    }
    expect(log.events.filter((event) => event.startsWith("connection"))).not.toHaveLength(0);
    expect(log.events.filter((event) => event.startsWith("disconnection"))).not.toHaveLength(0);
    expect(log.failures.map((failure) => failure.replace(/ \d+:/, ":"))).toEqual([
      "1045 fatal: Access denied for user 'eve'@'127.0.0.1' (using password: YES)",
    ]);
  });

  test("any range has its part of both", () => {
    const wholeSlow = readSlow();
    for (let cut = 0; cut < slow.length; cut += 37)
      expectSame(readSlow([cut]), wholeSlow, `the slow log, cut at ${cut}`);
    const wholeGeneral = readGeneral();
    for (let cut = 0; cut < general.length; cut += 37)
      expectSame(readGeneral([cut]), wholeGeneral, `the general log, cut at ${cut}`);
  });
});
