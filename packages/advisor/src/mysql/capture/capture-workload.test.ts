import { type PrivateServer, startMysql, startPrivateServer } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { snapshotSource } from "../../workload/snapshot-source.ts";
import { buildWorkload } from "../../workload/build-workload.ts";
import { connect } from "../connect.ts";
import { parse } from "../parse.ts";
import { capture } from "./capture.ts";

async function captured(url: string, values = true): Promise<Snapshot> {
  const session = await connect(url);
  try {
    return await capture(session, { values, workload: true, node: "db:3306/shop" });
  } finally {
    await session.close();
  }
}

async function run(url: string): Promise<void> {
  const owner: Connection = await createConnection({ uri: url });
  try {
    await owner.query(
      "create table orders (id int primary key, customer int, note varchar(2000), key by_customer (customer))",
    );
    await owner.query(
      "insert into orders (id, customer, note) values (1, 10, 'a'), (2, 20, 'it''s secret')",
    );
    for (const customer of [10, 20, 30]) {
      await owner.query(
        `select count(*) from orders where customer = ${customer} and note <> 'secret'`,
      );
    }
    await owner.query(
      "select id from orders where customer in (1, 2, 3) and lower(note) = 'x' limit 5",
    );
    await owner.execute("select note from orders where id = ?", [1]);
    await owner.query(`select id from orders where note = '${"long ".repeat(400)}'`);
    await owner.query(
      `select id from orders where ${Array.from({ length: 200 }, (_, at) => `customer <> id + ${at}`).join(" and ")}`,
    );
    await owner.query("set @x = 1");
  } finally {
    await owner.end();
  }
}

describe("the workload of MySQL", () => {
  let database: { readonly url: string; close(): Promise<void> };
  let snapshot: Snapshot;

  beforeAll(async () => {
    database = await startMysql();
    await run(database.url);
    await captured(database.url);
    snapshot = await captured(database.url);
  });
  afterAll(() => database.close());

  it("has each shape's counts and one execution with its values", () => {
    const events = snapshot.workload?.events ?? [];
    const counted = events.filter(({ sql }) => sql.startsWith("select count(*)"));
    expect(counted).toMatchObject([
      { sql: "select count(*) from orders where customer = ? and note <> ?", calls: 2, rows: 3 },
      {
        sql: expect.stringMatching(
          /^select count\(\*\) from orders where customer = \d0 and note <> 'secret'$/,
        ),
        calls: 1,
      },
    ]);
    for (const { totalMs } of counted) {
      expect(totalMs).toBeGreaterThan(0);
      expect(totalMs).toBeLessThan(5_000);
    }
    expect(snapshot.workload?.seconds).toBeGreaterThan(0);
  });

  it("has no query of its own, and none that is not a query", () => {
    const texts = snapshot.workload?.events.map(({ sql }) => sql) ?? [];
    expect(
      texts.filter((sql) =>
        /dbadvise_(?:\d+|value)\b|\/\* dbadvise|information_schema|^set/i.test(sql),
      ),
    ).toEqual([]);
  });

  it("plans without their values what the server cut, and leaves out what it cut twice", () => {
    const texts = snapshot.workload?.events.map(({ sql }) => sql) ?? [];
    expect(texts).toContain("SELECT `id` FROM `orders` WHERE `note` = ?");
    expect(texts.filter((sql) => /<> id \+/.test(sql))).toEqual([]);
    expect(snapshot.gaps.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1 statements? may be longer than max_digest_length/),
        expect.stringMatching(/samples of 1 statements? .* performance_schema_max_sql_text_length/),
      ]),
    );
  });

  it("is a workload of queries whose samples can be planned", async () => {
    const { queries, skipped } = await buildWorkload(
      snapshotSource(snapshot),
      parse,
      snapshot.catalog,
    );
    expect(skipped).toEqual([]);
    const shape = queries.find(({ sql }) => sql.includes("count(*)"));
    expect(shape).toMatchObject({ calls: 3, samples: [{ calls: 1 }] });
    const listed = queries.find(({ sql }) => sql.includes("lower(note)"));
    expect(listed?.samples.map(({ sql }) => sql)).toEqual([
      "select id from orders where customer in (1, 2, 3) and lower(note) = 'x' limit 5",
    ]);
    expect(queries.find(({ sql }) => sql.startsWith("select note"))?.samples).toEqual([]);
  });

  it("holds no value where it is told to", async () => {
    const { workload } = await captured(database.url, false);
    expect(JSON.stringify(workload)).not.toMatch(/secret|long long/);
    expect(workload?.events.filter(({ sql }) => sql.startsWith("select count(*)"))).toMatchObject([
      { calls: 3, rows: 3 },
    ]);
  });
});

describe("the workload of MariaDB", () => {
  let server: PrivateServer;

  beforeAll(async () => {
    server = await startPrivateServer("mariadb", { "performance-schema": "ON" });
    await run(server.url);
    await captured(server.url);
  });
  afterAll(() => server.close());

  it("is made of digests, which parse, without queries of its own", async () => {
    const snapshot = await captured(server.url);
    const { queries, skipped } = await buildWorkload(
      snapshotSource(snapshot),
      parse,
      snapshot.catalog,
    );
    expect(skipped).toEqual([]);
    expect(queries.map(({ sql, calls }) => `${calls} ${sql}`)).toEqual(
      expect.arrayContaining([
        "3 SELECT COUNT( * ) FROM `orders` WHERE `customer` = ? AND `note` != ?",
        "1 SELECT ID FROM `orders` WHERE `customer` IN(?) AND lower( `note` ) = ? LIMIT ?",
      ]),
    );
    expect(queries.filter(({ statement }) => statement.tables.length === 0)).toEqual([]);
  });
});
