import { onQuery } from "@dbadvise/observe";
import { type Cluster, DIALECTS, startCluster } from "@dbadvise/testkit";
import { type Dialect, Kysely, sql } from "kysely";
import type { Connection } from "mysql2";
import type pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mysqlDialect, postgresDialect, route } from "./kysely.ts";
import type { Router } from "./router.ts";
import { type Routers, routersOver } from "./testing/routers-over.ts";

interface Tables {
  notes: { id: number; body: string };
}

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

describe.each(DIALECTS)("Kysely over a router, $name", ({ name }) => {
  let cluster: Cluster;
  let routers: Routers;
  let db: Kysely<Tables>;
  let seen: string[];
  let stop: () => void;

  beforeAll(async () => {
    cluster = await startCluster(name, { replicas: 1 });
    routers = routersOver(name, cluster);
    const router = routers.router({ catchUpMs: 10_000 });
    const dialect: Dialect =
      name === "postgres"
        ? postgresDialect({ router: router as Router<pg.Client>, cursor: Cursor })
        : mysqlDialect({ router: router as Router<Connection> });
    db = new Kysely<Tables>({ dialect });
    await db.schema
      .createTable("notes")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("body", "varchar(50)", (column) => column.notNull())
      .execute();
    await db
      .insertInto("notes")
      .values([1, 2, 3].map((id) => ({ id, body: `note ${id}` })))
      .execute();
  }, START_MS);
  afterAll(async () => {
    await db?.destroy();
    await routers?.[Symbol.asyncDispose]();
    await cluster?.close();
  });
  beforeEach(async () => {
    await caughtUp();
    seen = [];
    // Those of the test alone: the router asks nodes how they are, and where a write is.
    stop = onQuery(({ sql: sent, pool, route: reason }) => {
      if (reason === undefined) return;
      seen.push(`${pool?.endsWith("-1") === true ? "primary" : "replica"} ${sent.split(" ")[0]}`);
    });
  });
  afterEach(() => stop());

  /** What is read then is read once. */
  const caughtUp = () => cluster.replicas[0]!.catchUp(cluster.primary);
  const notes = (of: Kysely<Tables> = db) => of.selectFrom("notes").selectAll().orderBy("id");

  test("reads what was just written, from a replica", async () => {
    const inserted = await db
      .insertInto("notes")
      .values({ id: 4, body: "four" })
      .executeTakeFirst();
    expect(inserted.numInsertedOrUpdatedRows).toBe(1n);
    await caughtUp();
    expect((await notes().execute()).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    await sql`select count(*) from notes`.execute(db);
    await notes().forUpdate().execute();
    expect(seen).toEqual(["primary insert", "replica select", "replica select", "primary select"]);
  });

  test("a read that comes before the write that it must see is sent once more, when that is there", async () => {
    await cluster.replicas[0]!.pauseReplay();
    await db.insertInto("notes").values({ id: 5, body: "five" }).execute();
    const reading = notes().execute();
    await expect.poll(() => seen).toEqual(["primary insert", "replica select"]);
    await cluster.replicas[0]!.resumeReplay();
    expect((await reading).map(({ id }) => id)).toContain(5);
    expect(seen).toEqual(["primary insert", "replica select", "replica select"]);
  });

  test("a read-only transaction is a replica's, others are the primary's", async () => {
    const read = db.transaction().setAccessMode("read only");
    expect(await read.execute((trx) => notes(trx).execute())).not.toHaveLength(0);
    await db.transaction().execute(async (trx) => {
      await notes(trx).execute();
      await trx.updateTable("notes").set({ body: "changed" }).where("id", "=", 1).execute();
    });
    await caughtUp();
    expect((await notes().executeTakeFirst())?.body).toBe("changed");
    const selects = seen.filter((one) => /select|update/.test(one));
    expect(selects).toEqual([
      "replica select",
      "primary select",
      "primary update",
      "replica select",
    ]);
  });

  test("a read-only transaction that writes is refused", async () => {
    const read = db.transaction().setAccessMode("read only");
    const writes = read.execute((trx) => trx.deleteFrom("notes").execute());
    await expect(writes).rejects.toThrow(/read.only/i);
    expect(await notes().execute()).not.toHaveLength(0);
  });

  test("rolled back and savepoints", async () => {
    const failing = db.transaction().execute(async (trx) => {
      await trx.deleteFrom("notes").execute();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    const trx = await db.startTransaction().execute();
    const inside = await trx.savepoint("here").execute();
    await inside.deleteFrom("notes").execute();
    await inside.rollbackToSavepoint("here").execute();
    await trx.commit().execute();
    expect(await notes().execute()).not.toHaveLength(0);
  });

  test("a connection stays on the primary from its first write on", async () => {
    await db.connection().execute(async (one) => {
      await notes(one).execute();
      await one.updateTable("notes").set({ body: "x" }).where("id", "=", 2).execute();
      await notes(one).execute();
    });
    expect(seen).toEqual(["replica select", "primary update", "primary select"]);
  });

  test("streams from a replica", async () => {
    const ids: number[] = [];
    for await (const { id } of notes().stream(2)) ids.push(id);
    expect(ids.slice(0, 3)).toEqual([1, 2, 3]);
    for await (const { id } of notes().stream(1)) if (id === 2) break;
    expect(await notes().execute()).not.toHaveLength(0);
    expect(seen).toEqual(["replica select", "replica select", "replica select"]);
  });

  test("a route is said by a plugin, or by a comment", async () => {
    await notes(db.withPlugin(route({ target: "primary" }))).execute();
    await notes(db.withPlugin(route({ consistency: "strong" }))).execute();
    await notes(db.withPlugin(route({ consistency: "eventual" }))).execute();
    await sql`/* dbadvise:primary */ select 1`.execute(db);
    expect(seen).toEqual(["primary select", "primary select", "replica select", "primary /*"]);
  });

  test("an abort cancels the statement on the replica", async () => {
    const abort = new AbortController();
    const sleep = name === "postgres" ? sql`select pg_sleep(30)` : sql`select sleep(30)`;
    const replica = db.withPlugin(route({ target: "replica" }));
    const sleeping = replica.executeQuery(sleep.compile(replica), { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 300);
    await expect(sleeping).rejects.toThrow("enough");
    const first = await notes().executeTakeFirst();
    expect(first).toBeDefined();
  });
});
