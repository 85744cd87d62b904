import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Observation, Trial } from "../../migration/trial.ts";
import { mysqlMigration } from "./engine.ts";
import { ALTER_CASES, type AlterCase, BASE, titleOf } from "./testing/alter-cases.ts";
import { type AlterMeter, openAlterMeter } from "./testing/measure-alter.ts";

const SERVERS = [
  ["MariaDB", startMariadb],
  ["MySQL", startMysql],
] as const;

/** Changes for which the server takes no ALGORITHM: what the trial says itself that it did not see. */
const UNSEEN = /(?:add|drop) partition/;

test("there is no embedded MySQL", async () => {
  expect(await mysqlMigration.openTrial({ url: null, progress: () => {} })).toBeNull();
});

test("a server that can't be reached: the URL without its password", async () => {
  await expect(open("mysql://me:s3cret@127.0.0.1:1/")).rejects.toThrow(
    expect.objectContaining({
      code: "connection-failed",
      message: expect.not.stringContaining("s3cret"),
    }),
  );
});

describe.each(SERVERS)("%s", (product, start) => {
  let database: TestDatabase;
  let trial: Trial;
  let meter: AlterMeter;
  beforeAll(async () => {
    database = await start();
    trial = await open(database.url);
    meter = await openAlterMeter(database.url);
  });
  afterAll(async () => {
    await trial?.close();
    await meter?.close();
    await database?.close();
  });

  const cases = ALTER_CASES.filter(({ only = product }) => only === product);

  test("there are enough cases", () => {
    expect(cases.length).toBeGreaterThan(60);
  });

  test.for(cases.map((one) => ({ one, title: titleOf(one) })))(
    "says of an empty table what is done to one with rows: $title",
    async ({ one }) => {
      const seen = await observed(one);
      const { algorithm } = seen;
      const lock = lockOf(seen);
      const { refused, copied, cheaper } = await meter.measure(one, { algorithm, lock });
      expect(refused).toBeNull();
      const unseen = algorithm === undefined;
      expect({ cheaper, copied: unseen || copied, unseen: seen.unseen.length }).toEqual({
        cheaper: [],
        copied: unseen || algorithm === "COPY",
        unseen: unseen && UNSEEN.test(one.sql) ? 1 : 0,
      });
    },
  );

  test("a new table, and one that is gone, is nobody's", async () => {
    expect(await observed({ sql: "create table t (id int)" })).toMatchObject(NOTHING);
    expect(await observed({ sql: "drop table if exists t" })).toMatchObject(NOTHING);
    expect(await observed({ sql: "insert into customers values (1, 'x')" })).toMatchObject(NOTHING);
    expect(await observed({ sql: "set lock_wait_timeout = 5" })).toMatchObject(NOTHING);
  });

  test.each([
    ["drop table if exists orders, customers", ["orders", "customers"]],
    ["rename table orders to a, customers to b", ["orders", "customers"]],
    ["truncate orders", ["orders"]],
    ["create trigger t before insert on orders for each row set @a = 1", ["orders"]],
  ])("locks tables that were there: %s", async (sql, names) => {
    const { locks, ...rest } = await observed({ sql });
    expect(locks.map(({ mode, table }) => `${mode} ${table.name}`)).toEqual(
      names.map((name) => `EXCLUSIVE metadata lock ${name}`),
    );
    expect({ ...rest, locks: [] }).toEqual(NOTHING);
  });

  test("a table that a new key refers to is locked too, by MySQL", async () => {
    const { locks } = await observed({
      sql: "create table t (id int, c int, foreign key (c) references customers (id))",
    });
    expect(locks.map(({ table }) => table.name)).toEqual(product === "MySQL" ? ["customers"] : []);
  });

  test("a temporary table", async () => {
    const setup = ["create temporary table staged (id int)"];
    const { unseen } = await observed({ setup, sql: "alter table staged add column n int" });
    expect(unseen).toEqual([]);
    await trial.run("drop temporary table staged");
  });

  test("values of a statement are bound", async () => {
    await empty(trial);
    for (const text of BASE) await trial.run(text);
    await trial.observe("insert into customers values (?, ?)", [7, "it's"]);
    expect(await trial.run("select email from customers where id = ?", [7])).toEqual([
      { email: "it's" },
    ]);
    await trial.observe("insert into customers values (8, 'why?')");
    expect(await trial.run("select email from customers where id = 8")).toEqual([
      { email: "why?" },
    ]);
  });

  test("what is refused is refused in the server's words, and leaves things as they were", async () => {
    await expect(
      observed({ sql: "alter table orders add column x int, drop column nope" }),
    ).rejects.toThrow(/nope/);
    expect(await trial.run("show columns from orders like 'x'")).toEqual([]);
  });

  test("what a session set is gone with the next one", async () => {
    await trial.run("set @a = 1");
    await trial.run("set session lock_wait_timeout = 3");
    await trial.reset();
    const [row] = await trial.run("select @a as a, @@lock_wait_timeout as seconds");
    expect(row?.["a"]).toBeNull();
    expect(row?.["seconds"]).not.toBe(3);
  });

  test("another database: one of its own is watched and goes with the trial, one that was there is left alone", async () => {
    const before = await databases(database.url);
    const other = await open(database.url);
    const mine = `dbadvise_made_${product.toLowerCase()}`;
    try {
      await other.run(`create database ${mine}`);
      await other.run(`create table ${mine}.t (id int primary key, n int)`);
      const far = await other.observe(`alter table ${mine}.t modify n bigint`);
      expect(far.observation).toMatchObject({ algorithm: "COPY", rewritten: [{ schema: mine }] });
      await other.run(`use ${mine}`);
      const here = await other.observe("alter table t modify n int not null");
      expect(here.observation).toMatchObject({ algorithm: "COPY", rewritten: [{ name: "t" }] });
      const theirs = new URL(database.url).pathname.slice(1);
      for (const sql of [
        `use ${theirs}`,
        `create database if not exists ${theirs}`,
        `drop database ${theirs}`,
        `drop table ${theirs}.t`,
        `create index i on ${theirs}.t (a)`,
        `rename table t to ${theirs}.t`,
      ])
        await expect(other.observe(sql), sql).rejects.toThrow(/nothing there is touched/);
      await expect(other.run("select nonsense")).rejects.toThrow(/nonsense/);
    } finally {
      await other.close();
    }
    expect(await databases(database.url)).toEqual(before);
  });

  test("a trial that can't begin leaves nothing behind", async () => {
    const before = await databases(database.url);
    const url = new URL(database.url);
    const reader = `reader_${product.toLowerCase()}`;
    const admin = await createConnection(database.url);
    await admin.query(`create user ${reader}@'%' identified by 's3cret'`);
    url.username = reader;
    url.password = "s3cret";
    url.pathname = "/";
    await expect(open(url.href)).rejects.toThrow(
      expect.objectContaining({
        code: "trial-failed",
        message: expect.not.stringContaining("s3cret"),
      }),
    );
    // Databases alone are not enough: nobody would see what is written anew.
    await admin.query(`grant all on \`dbadvise_trial_%\`.* to ${reader}@'%'`);
    await expect(open(url.href)).rejects.toThrow(/PROCESS/);
    await admin.query(`grant process on *.* to ${reader}@'%'`);
    await (await open(url.href)).close();
    await admin.query(`drop user ${reader}@'%'`);
    await admin.end();
    expect(await databases(database.url)).toEqual(before);
  });

  async function observed({ sql, setup = [] }: AlterCase): Promise<Observation> {
    await empty(trial);
    for (const text of [...BASE, ...setup]) await trial.run(text);
    return (await trial.observe(sql)).observation;
  }
});

const NOTHING: Observation = { locks: [], held: [], rewritten: [], scanned: [], unseen: [] };

/** Names of databases that trials make. */
async function databases(url: string): Promise<readonly string[]> {
  const connection = await createConnection(url);
  const [rows] = await connection.query<RowDataPacket[]>("show databases like 'dbadvise%'");
  await connection.end();
  return rows
    .map((row) => String(Object.values(row)[0]))
    .filter((name) => !name.startsWith("dbadvise_test"));
}

function lockOf({ locks }: Observation): string {
  return locks.find(({ mode }) => mode.startsWith("LOCK="))?.mode.slice("LOCK=".length) ?? "NONE";
}

async function open(url: string): Promise<Trial> {
  const trial = await mysqlMigration.openTrial({ url, progress: () => {} });
  if (trial === null) throw new Error("no trial");
  return trial;
}

async function empty(trial: Trial): Promise<void> {
  await trial.run("set foreign_key_checks = 0");
  for (const row of await trial.run("show tables"))
    await trial.run(`drop table \`${String(Object.values(row)[0])}\``);
  await trial.run("set foreign_key_checks = 1");
}
