import { type Cluster, startCluster } from "@dbadvise/testkit";
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { misrouted, needless, type TableRow } from "../testing/standby-table.ts";
import { createMysqlClassifier } from "./create-classifier.ts";
import { runOnReplica } from "./testing/run-on-replica.ts";
import { MARIADB_SCHEMA, SCHEMA, STATEMENTS } from "./testing/statements.ts";

/** What a replica could have answered without a trace, and why it is not sent there; each where its system has it. */
const NEEDLESS: Readonly<Record<string, readonly string[]>> = {
  "Stored functions: what they declare of themselves is not enforced.": [
    "select adds(1)",
    "select looks()",
    "select `adds`(1)",
    "explain select adds(1)",
    "explain analyze select adds(1)",
    "analyze select adds(1)",
    "do adds(1)",
  ],
  "Otherwise code under NO_BACKSLASH_ESCAPES.": [`select 'it\\'s; delete from t', "x\\"y"`],
  "Whether a comment is code depends on the server's version.": [
    "select /*!40001 sql_no_cache */ * from t",
  ],
  "About the session: it means something only on a connection that is kept.": [
    "begin; select 1; commit",
    "commit",
    "do 1",
    "drop temporary table if exists x",
    "execute immediate 'select 1'",
    "handler t open; handler t read first; handler t close",
    "prepare p from 'select 1'; execute p; deallocate prepare p",
    "rollback",
    "savepoint y",
    "select @@last_insert_id, @@identity, @@warning_count",
    "select @x",
    "select connection_id()",
    "select found_rows(), row_count()",
    "select last_insert_id()",
    "select lastval(s)",
    "select previous value for s",
    "select ps_current_thread_id()",
    "select release_all_locks()",
    "select release_lock('classifier')",
    "select sql_calc_found_rows * from t limit 1",
    "set role none",
    "set statement max_statement_time = 1 for select 1",
    "set transaction isolation level serializable",
    "show count(*) warnings",
    "show errors",
    "show warnings",
    "unlock tables",
  ],
  "About one server, or acts on it: the caller has to choose which.": [
    "backup stage start",
    "check table t",
    "flush logs",
    "flush status",
    "flush tables",
    "lock instance for backup",
    "repair table t",
    "reset persist",
    "reset query cache",
    "select is_free_lock('classifier')",
    "select is_used_lock('classifier')",
    "select load_file('/etc/hostname')",
    "select master_gtid_wait('', 0)",
    "select wait_for_executed_gtid_set('', 0)",
    "show binary log status",
    "show binary logs",
    "show engine innodb status",
    "show full processlist",
    "show master status",
    "show processlist",
    "show replica status",
    "show slave status",
    "show user_statistics",
    "xa recover",
  ],
  "Too rare for rules of their own.": [
    "help 'select'",
    "select * from t procedure analyse()",
    "show authors",
  ],
};

describe.each(["mysql", "mariadb"] as const)("on a replica of %s", (system) => {
  let cluster: Cluster;
  const rows: TableRow[] = [];

  beforeAll(async () => {
    cluster = await startCluster(system, { replicas: 1 });
    const [replica] = cluster.replicas;
    const primary = await mysql.createConnection(cluster.primary.url);
    for (const sql of SCHEMA) await primary.query(sql);
    if (system === "mariadb") for (const sql of MARIADB_SCHEMA) await primary.query(sql);
    await primary.end();
    await replica!.catchUp(cluster.primary);
    const { classify } = createMysqlClassifier(system);
    for (const sql of STATEMENTS[system]) {
      const outcome = await runOnReplica(replica!.url, sql);
      rows.push({ sql, verdict: classify(sql), outcome });
    }
  }, 400_000);
  afterAll(() => cluster?.close());

  test("nothing is called a read that the replica refuses, or that leaves something there", () => {
    expect(rows.length).toBeGreaterThan(150);
    expect(misrouted(rows)).toEqual([]);
  });

  test("no read goes to the primary needlessly, but for those that are listed", () => {
    const here = new Set(STATEMENTS[system]);
    const elsewhere = new Set(STATEMENTS[system === "mysql" ? "mariadb" : "mysql"]);
    const listed = Object.values(NEEDLESS).flat();
    expect(needless(rows).toSorted()).toEqual(listed.filter((sql) => here.has(sql)).toSorted());
    expect(listed.filter((sql) => !here.has(sql) && !elsewhere.has(sql))).toEqual([]);
  });

  test("what a replica silently accepts is measured", () => {
    const effects = (sql: string): readonly string[] =>
      rows.find((row) => row.sql === sql)?.outcome.effects ?? [];
    expect(effects("select get_lock('classifier', 0)")).toContain("user locks");
    expect(effects("select takes_lock()")).toContain("user locks");
    expect(effects("select @x := 1")).toContain("user variables");
    expect(effects("select * from t lock in share mode")).toContain("row locks");
    expect(effects("create temporary table x (a int)")).toContain("temporary tables");
    expect(effects("prepare p from 'select 1'")).toContain("prepared statements");
    expect(effects("set session sql_mode = ''")).toContain("settings");
    expect(effects("select last_insert_id(5)")).toContain("last id");
    expect(effects("select * from t into outfile 'classifier.out'")).toContain("files");
    expect(effects("lock tables t read")).toContain("table locks");
    expect(effects("handler t open")).toContain("handlers");
    expect(effects("begin")).toContain("transaction");
    expect(effects("use information_schema")).toContain("database");
    expect(effects("select * from t")).toEqual([]);
  });
});
