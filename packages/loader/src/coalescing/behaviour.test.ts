/** What callers see besides rows: errors, aborts, streams, plugins, logs, and what is left behind. */
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { CamelCasePlugin, type Kysely, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { kyselyOn } from "./testing/kysely-on.ts";
import { type CoalescingKysely, withCoalescing } from "./with-coalescing.ts";

interface Database {
  people: { id: number; full_name: string; born: string };
  tenants: { id: number; tenant: string };
}

let database: TestDatabase;
let plain: Kysely<Database>;
let db: CoalescingKysely<Database>;
const sent: string[] = [];

beforeAll(async () => {
  database = await startPostgres();
  plain = kyselyOn.postgres<Database>(database.url, 2, ({ query }) => sent.push(query.sql));
  await sql`create table people (id int primary key, full_name text, born date)`.execute(plain);
  await sql`insert into people select n, 'p' || n, '2000-01-01' from generate_series(1, 50) n`.execute(
    plain,
  );
});
beforeEach(() => {
  db = withCoalescing(plain);
  sent.length = 0;
});
afterAll(async () => {
  await plain?.destroy();
  await database?.close();
});

const merged = (): string[] =>
  sent.filter((text) => text.includes("__dbadvise_call") && !text.startsWith("prepare"));
const person = (id: unknown, on: Kysely<Database> = db) =>
  on
    .selectFrom("people")
    .selectAll()
    .where("id", "=", id as number);

describe("one failing key", () => {
  test("outside of a transaction only its caller fails: invalid input", async () => {
    const results = await Promise.allSettled([1, "x", 2].map((id) => person(id).execute()));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: { code: "22P02" } });
    expect(db.coalescing.report().shapes[0]).toMatchObject({ statements: 4, notMerged: undefined });
    sent.length = 0;
    await Promise.all([person(1).execute(), person(2).execute()]);
    expect(merged()).toHaveLength(1);
  });

  test("outside of a transaction only its caller fails: division by zero", async () => {
    const divided = (by: number) =>
      db
        .selectFrom("people")
        .select("id")
        .where((eb) => eb(eb("id", "/", by), "=", 0))
        .where("id", "=", 1)
        .execute();
    const results = await Promise.allSettled([1, 0, 2].map(divided));
    expect(results).toMatchObject([
      { value: [] },
      { reason: { code: "22012" } },
      { value: [{ id: 1 }] },
    ]);
  });

  test("inside of a transaction all that were merged fail, with the cause", async () => {
    await Promise.all([person(1).execute(), person(2).execute()]);
    const inside = db.transaction().execute((trx) =>
      Promise.allSettled([1, "x", 2].map((id) => person(id, trx).execute())).then((results) => {
        expect(results).toMatchObject(
          [1, 2, 3].map(() => ({
            status: "rejected",
            reason: { cause: { code: "22P02" }, message: expect.stringContaining("One of 3") },
          })),
        );
        throw new Error("rolled back");
      }),
    );
    await expect(inside).rejects.toThrow("rolled back");
    expect(await person(1).execute()).toHaveLength(1);
  });

  test("the error's stack names the caller", async () => {
    async function theCaller(): Promise<unknown> {
      return await person("x").execute();
    }
    const [one] = await Promise.allSettled([theCaller(), person(1).execute()]);
    expect((one as PromiseRejectedResult).reason.stack).toContain("theCaller");
  });
});

describe("sessions", () => {
  test("another search_path in a transaction: no more merging there", async () => {
    await sql`create schema if not exists other`.execute(plain);
    await sql`create table if not exists other.people (id text, full_name text, born text)`.execute(
      plain,
    );
    await Promise.all([person(1).execute(), person(2).execute()]);
    sent.length = 0;
    await db.transaction().execute(async (trx) => {
      await sql`set local search_path to other`.execute(trx);
      expect(await Promise.all([person(1, trx).execute(), person(2, trx).execute()])).toEqual([
        [],
        [],
      ]);
    });
    expect(merged()).toEqual([]);
    await Promise.all([person(1).execute(), person(2).execute()]);
    expect(merged()).toHaveLength(1);
  });

  test("a search_path that stays behind on a connection: no more merging at all", async () => {
    await Promise.all([person(1).execute(), person(2).execute()]);
    await sql`set search_path to public`.execute(db);
    sent.length = 0;
    await Promise.all([person(1).execute(), person(2).execute()]);
    expect(merged()).toEqual([]);
    expect(String(db.coalescing.report())).toContain("set search_path to public");
  });

  test("row level security by a setting of the transaction", async () => {
    await sql`create table tenants (id int, tenant text)`.execute(plain);
    await sql`insert into tenants select n, 't' || n % 2 from generate_series(1, 10) n`.execute(
      plain,
    );
    await sql`alter table tenants enable row level security`.execute(plain);
    await sql`create policy own on tenants using (tenant = current_setting('app.tenant', true))`.execute(
      plain,
    );
    await sql`create role tenant_user`.execute(plain);
    await sql`grant select on tenants to tenant_user`.execute(plain);
    const of = (on: Kysely<Database>, id: number) =>
      on.selectFrom("tenants").selectAll().where("id", "=", id).execute();
    await Promise.all([of(db, 1), of(db, 2)]);
    const seenBy = (tenant: string) =>
      db.transaction().execute(async (trx) => {
        await sql`set local role tenant_user`.execute(trx);
        await sql`select set_config('app.tenant', ${tenant}, true)`.execute(trx);
        return await Promise.all([1, 2, 3].map(async (id) => (await of(trx, id)).length));
      });
    expect(await Promise.all([seenBy("t0"), seenBy("t1")])).toEqual([
      [0, 1, 0],
      [1, 0, 1],
    ]);
  });

  test("a table that changes through it is learned again", async () => {
    await sql`create table codes (code text)`.execute(plain);
    await sql`insert into codes values ('1'), ('01')`.execute(plain);
    const found = (code: string) =>
      (db as unknown as Kysely<{ codes: { code: string } }>)
        .selectFrom("codes")
        .selectAll()
        .where("code", "=", code)
        .execute();
    expect((await Promise.all([found("1"), found("01")])).flat()).toHaveLength(2);
    await sql`alter table codes alter column code type numeric using code::numeric`.execute(db);
    expect((await Promise.all([found("1"), found("01")])).flat()).toHaveLength(4);
    expect(db.coalescing.report().shapes[0]).toMatchObject({ calls: 4, statements: 2 });
  });
});

describe("aborts", () => {
  test("one of several callers goes: the others get their rows", async () => {
    const controller = new AbortController();
    const gone = person(1).execute({ signal: controller.signal });
    const stays = person(2).execute();
    controller.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    expect(await stays).toHaveLength(1);
  });

  test("all have gone before it was sent: nothing is sent", async () => {
    const controller = new AbortController();
    const calls = [1, 2].map((id) => person(id).execute({ signal: controller.signal }));
    const settled = Promise.allSettled(calls);
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    controller.abort(new Error("gone"));
    expect(await settled).toMatchObject([{ reason: { message: "gone" } }, { status: "rejected" }]);
    await plain.connection().execute(() => Promise.resolve());
    expect(merged()).toEqual([]);
  });

  test("all go while it runs: the server is told to stop", async () => {
    await Promise.all([person(1).execute(), person(2).execute()]);
    const controller = new AbortController();
    const locked = await plain.startTransaction().execute();
    await sql`lock table people in access exclusive mode`.execute(locked);
    const settled = Promise.allSettled(
      [1, 2].map((id) => person(id).execute({ signal: controller.signal })),
    );
    await expect.poll(async () => await waitingFor(locked), { timeout: 20_000 }).toBe(1);
    controller.abort(new Error("gone"));
    await settled;
    await expect.poll(async () => await waitingFor(locked), { timeout: 20_000 }).toBe(0);
    await locked.rollback().execute();
  });

  async function waitingFor(on: Kysely<Database>): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database()`.execute(on);
    return rows[0]?.n ?? 0;
  }
});

test("plugins see each caller's rows, and write their own SQL", async () => {
  const camel = withCoalescing(
    plain.withPlugin(new CamelCasePlugin()) as unknown as Kysely<{
      people: { id: number; fullName: string };
    }>,
  );
  const names = await Promise.all(
    [1, 2].map((id) =>
      camel.selectFrom("people").select("fullName").where("id", "=", id).execute(),
    ),
  );
  expect(names).toEqual([[{ fullName: "p1" }], [{ fullName: "p2" }]]);
  expect(merged()).toHaveLength(1);
});

test("with a schema, and from a copy of the instance", async () => {
  const names = await Promise.all(
    [1, 2].map((id) => person(id, db.withSchema("public").withoutPlugins()).execute()),
  );
  expect(names).toHaveLength(2);
});

test("the same question twice is sent once; each caller has rows of its own", async () => {
  const [[one], [other]] = await Promise.all([person(1).execute(), person(1).execute()]);
  expect(one).toEqual(other);
  expect(one).not.toBe(other);
  expect(one?.born).not.toBe(other?.born);
  expect(db.coalescing.report().statements).toBe(1);
});

test("no connection to be had: each caller is told, and later ones are served", async () => {
  const broken = kyselyOn.postgres<Database>(database.url.replace(/:\d+\//, ":1/"), 1);
  const own = withCoalescing(broken);
  const results = await Promise.allSettled([person(1, own).execute(), person(2, own).execute()]);
  expect(results).toMatchObject([1, 2].map(() => ({ reason: { code: "ECONNREFUSED" } })));
  await own.destroy();
  await expect(person(1, own).execute()).rejects.toThrow("destroyed");
});

test("while no connection is free, reads are gathered", async () => {
  await Promise.all([person(1).execute(), person(2).execute()]);
  const one = await plain.startTransaction().execute();
  const other = await plain.startTransaction().execute();
  await sql`select 1`.execute(one);
  sent.length = 0;
  const results: Promise<unknown>[] = [];
  for (let id = 1; id <= 5; id += 1) {
    results.push(person(id).execute());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await one.commit().execute();
  await Promise.all(results);
  await other.commit().execute();
  expect(merged()).toHaveLength(1);
});

test("its report, for people", async () => {
  await Promise.all([1, 2, 3].map((id) => person(id).execute()));
  await sql`select ${1}::int as one`.execute(db);
  const report = db.coalescing.report();
  expect(report).toMatchObject({ calls: 4, statements: 2 });
  expect(String(report).split("\n")).toEqual([
    '3 calls -> 1 sent: select * from "people" where "id" = $1',
    "1 call -> 1 sent (not merged: raw SQL, which may hold anything): select $1::int as one",
  ]);
});
