import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Trial } from "../../migration/trial.ts";
import { postgres } from "../engine.ts";
import { openTrial } from "./open-trial.ts";
import { SHIPPED_EXTENSIONS } from "./trial/embedded-server.ts";

const progress = (): void => undefined;

let database: TestDatabase;
beforeAll(async () => {
  database = await startPostgres();
}, 60_000);
afterAll(() => database.close());

async function onServer(sql: string, url = database.url): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const TRIAL_DATABASES = "select datname from pg_database where datname like 'dbadvise_trial_%'";

describe.each(["embedded", "on a server"])("%s", (where) => {
  let trial: Trial;
  const open = (): Promise<Trial> =>
    openTrial({ url: where === "embedded" ? null : database.url, progress });
  beforeAll(async () => {
    trial = await open();
  }, 120_000);
  beforeEach(() =>
    trial.run("create table a (id int primary key, n int); create index a_n on a (n)"),
  );
  afterEach(() => trial.run("drop schema public cascade; create schema public"));
  afterAll(() => trial.close());

  test("tells its version", () => {
    expect(trial.name).toMatch(
      where === "embedded"
        ? /^embedded PostgreSQL \d+\.\d+$/
        : /^PostgreSQL \d+(\.\d+)? at [\d.]+:\d+$/,
    );
    expect(trial.versionNumber).toBeGreaterThanOrEqual(120_000);
  });

  test("tells locks that a transaction holds already apart from new ones", async () => {
    await trial.begin();
    await trial.observe("create index on a (id, n)");
    const { observation } = await trial.observe("alter table a alter n set not null");
    expect(observation.held.map(({ mode }) => mode)).toEqual(["SHARE"]);
    expect(observation.locks.map(({ mode }) => mode)).toEqual(["ACCESS EXCLUSIVE"]);
    const again = await trial.observe("alter table a alter n set default 1");
    expect(again.observation.held.map(({ mode }) => mode)).toEqual(["ACCESS EXCLUSIVE"]);
    expect(again.observation.locks).toEqual([]);
    await trial.rollback();
  });

  test("says nothing of tables that the same transaction made", async () => {
    await trial.begin();
    await trial.observe("create table b (id int primary key, a int)");
    const { observation } = await trial.observe(
      "alter table b alter a type bigint, add foreign key (a) references a (id)",
    );
    expect(observation.locks.map(({ table }) => table.name)).toEqual(["a"]);
    expect(observation.rewritten).toEqual([]);
    await trial.commit();
    const later = await trial.observe("alter table b alter a type int");
    expect(later.observation.rewritten).toEqual([{ schema: "public", name: "b" }]);
  });

  test("CONCURRENTLY runs outside of a transaction, unseen; inside it is left out, which is told", async () => {
    const alone = await trial.observe("create index concurrently one on a (n)");
    expect(alone.observation).toMatchObject({ locks: [], unseen: [expect.any(String)] });
    await trial.begin();
    const within = await trial.observe("create index concurrently two on a (n)");
    expect(within.observation.unseen).toEqual([expect.stringContaining("CONCURRENTLY")]);
    expect(within.observation.locks).toEqual([]);
    await trial.observe("reindex (concurrently true) table a");
    await trial.run("drop index concurrently one");
    await trial.commit();
    expect(
      await trial.run(
        "select indexrelid::regclass::text as index, indisvalid as valid from pg_index where indrelid = 'a'::regclass order by 1",
      ),
    ).toEqual([
      { index: "a_n", valid: true },
      { index: "a_pkey", valid: true },
      { index: "two", valid: true },
    ]);
  });

  test("VACUUM FULL rewrites", async () => {
    const { observation } = await trial.observe("vacuum full a");
    expect(observation.rewritten).toEqual([{ schema: "public", name: "a" }]);
    expect(observation.unseen).toHaveLength(1);
  });

  test("a procedure that commits is called without a transaction", async () => {
    await trial.run(
      "create procedure p() language plpgsql as 'begin insert into a values (1); commit; end'",
    );
    await trial.observe("call p()");
    expect(await trial.run("select id from a")).toEqual([{ id: 1 }]);
  });

  test("a refused statement leaves nothing open", async () => {
    await expect(trial.observe("alter table a add column n int")).rejects.toThrow(
      'column "n" of relation "a" already exists',
    );
    expect((await trial.observe("alter table a add column m int")).observation.locks).toHaveLength(
      1,
    );
  });

  test("parameters are bound", async () => {
    await trial.observe("insert into a values ($1, $2)", [1, 2]);
    expect((await trial.observe("select n from a where id = $1", [1])).rows).toEqual([{ n: 2 }]);
  });

  test("the rows of COPY are left out", async () => {
    const { observation } = await trial.observe("copy a from stdin");
    expect(observation.unseen).toEqual([expect.stringContaining("COPY")]);
    await trial.run("copy a from stdin");
  });

  test("a reset session is a new one", async () => {
    await trial.run(
      "create schema s; set search_path = s; create temp table t (); set default_transaction_read_only = on",
    );
    await trial.reset();
    expect(
      await trial.run("select to_regclass('a') is not null as found, to_regclass('t') as gone"),
    ).toEqual([{ found: true, gone: null }]);
  });

  test("other databases and the server's settings are left alone", async () => {
    for (const sql of [
      "create database other",
      "drop database postgres",
      "alter database postgres set work_mem = '1MB'",
      "alter system set work_mem = '1MB'",
      "grant connect on database postgres to public",
    ]) {
      const { observation } = await trial.observe(sql);
      expect(observation.unseen, sql).toEqual([expect.stringContaining("not run")]);
    }
  });

  test("roles that migrations take for given are made", async () => {
    const own = await open();
    await own.run("create table a ()");
    await own.observe("grant select on a to dbadvise_test_reader");
    await own.observe("alter table a owner to dbadvise_test_owner");
    await own.begin();
    await own.observe("create role dbadvise_test_writer");
    await own.observe("drop role dbadvise_test_writer");
    await own.commit();
    const made = "select rolname from pg_roles where rolname like 'dbadvise_test_%' order by 1";
    expect(await own.run(made)).toEqual([
      { rolname: "dbadvise_test_owner" },
      { rolname: "dbadvise_test_reader" },
    ]);
    await own.close();
    expect(await onServer(made)).toEqual([]);
  });

  test("its schema can be captured", async () => {
    const snapshot = await postgres.capture(trial.session, {
      values: false,
      workload: false,
      node: "trial",
    });
    expect(snapshot.catalog.tables.map(({ name }) => name)).toEqual(["a"]);
    expect(snapshot.gaps).toEqual([]);
  });
});

test("the embedded server has all extensions that are shipped with it", async () => {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const shipped = readdirSync(join(dirname(entry), "contrib"))
    .filter((file) => /^[a-z_0-9]+\.js$/.test(file))
    .map((file) => file.replace(".js", ""));
  expect(shipped.toSorted()).toEqual(SHIPPED_EXTENSIONS.toSorted());
  const trial = await openTrial({ url: null, progress });
  await trial.run('create extension "uuid-ossp"');
  await trial.run("create extension pgcrypto; create extension citext; create extension pg_trgm");
  await expect(trial.run("create extension postgis")).rejects.toThrow(
    "it has no extension postgis; a server that has it can be given with --trial-url",
  );
  await trial.close();
});

test("a database on a server is dropped also when the connection is lost", async () => {
  const trial = await openTrial({ url: database.url, progress });
  const [row] = await trial.run("select current_database() as name, pg_backend_pid() as pid");
  expect(await onServer(TRIAL_DATABASES)).toContainEqual({ datname: row?.["name"] });
  await onServer(`select pg_terminate_backend(${Number(row?.["pid"])})`);
  await expect(trial.run("select 1")).rejects.toThrow(/terminat|not queryable/i);
  await trial.close();
  expect(await onServer(TRIAL_DATABASES)).not.toContainEqual({ datname: row?.["name"] });
});

test("a role that may not create databases is told what it needs", async () => {
  await onServer("create role dbadvise_poor login password 'secret'");
  const url = new URL(database.url);
  url.username = "dbadvise_poor";
  url.password = "secret";
  const refused = openTrial({ url: url.href, progress });
  await expect(refused).rejects.toMatchObject({
    code: "trial-failed",
    message: expect.stringContaining("permission denied to create database"),
    hint: expect.stringContaining("ALTER ROLE dbadvise_poor CREATEDB"),
  });
  await expect(refused).rejects.not.toThrow(/secret/);
  await onServer("drop role dbadvise_poor");
});

test("a server that is not there is a connection error", async () => {
  await expect(
    openTrial({ url: "postgres://u:secret@127.0.0.1:1/x", progress }),
  ).rejects.toMatchObject({ code: "connection-failed" });
});
