import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { Plan } from "../../whatif/plan.ts";
import type { Planner } from "../../whatif/planner.ts";
import { connect } from "../connect.ts";
import { capture } from "../capture/capture.ts";
import { explainOnServer } from "../explain-on-server.ts";
import { tableSteps } from "../explain-tree.ts";
import { quoteIdent } from "../quote-ident.ts";
import { readVersion } from "../server-traits.ts";
import { runScript, unlimited } from "../testing/run-script.ts";
import { indexSql } from "../index-sql.ts";
import { createScratchPlanner } from "./create-scratch-planner.ts";
import { candidateOn, createShop, ORDERS, queryOf, snapshotOf } from "./testing/shop.ts";

const BUDGET = { perTable: 6_000, total: 100_000 };

interface Read {
  readonly type: string;
  readonly index: string | null;
  readonly rows: number;
}

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
] as const)("a scratch copy on $product", ({ product, start }) => {
  let database: TestDatabase;
  let session: Session;
  let snapshot: Snapshot;
  let planner: Planner;

  const open = async (of: Snapshot = snapshot, budget = BUDGET): Promise<Planner> => {
    const opened = await createScratchPlanner(of, () => undefined, database.url, budget);
    if (opened === null) throw new Error("no scratch server");
    return opened;
  };
  const scratchDatabases = async (): Promise<readonly string[]> =>
    (await session.query("SHOW DATABASES LIKE 'dbadvise\\_scratch\\_%'")).map((row) =>
      String(Object.values(row)[0]),
    );

  beforeAll(async () => {
    database = await start();
    await createShop(database.url);
    session = await unlimited(database.url);
    snapshot = await snapshotOf(database.url);
    planner = await open();
  }, 180_000);
  afterAll(async () => {
    await planner?.close();
    await session?.close();
    await database?.close();
  });

  const planOf = async (
    sql: string,
    add: readonly CandidateIndex[] = [],
    hide: readonly { readonly schema: string; readonly name: string }[] = [],
  ): Promise<Plan> => {
    const proposals = await planner.propose(add);
    expect(proposals.filter(({ accepted }) => !accepted)).toEqual([]);
    const query = await queryOf(sql, snapshot);
    const result = await planner.plan(query, { add, hide }, query.samples[0]);
    if (!result.ok) throw new Error(`${sql}: ${result.reason}`);
    return result.plan;
  };

  /** What the server itself does once the indexes are there. */
  const realReads = async (
    sql: string,
    add: readonly CandidateIndex[],
  ): Promise<readonly Read[]> => {
    const [row] = await session.query("SELECT VERSION() AS version");
    const explain = await explainOnServer(session, readVersion(String(row?.["version"])));
    const names = new Map(add.map((candidate, at) => [`real_${at}`, candidate]));
    for (const [name, candidate] of names)
      await session.query(
        `ALTER TABLE ${quoteIdent(candidate.table.name)} ADD ${indexSql(candidate, name)}`,
      );
    try {
      return tableSteps(await explain(sql)).map(({ access, indexes, rows }) => {
        const [index] = indexes;
        const candidate = names.get(index ?? "");
        return {
          type: access,
          index: candidate === undefined ? (index ?? null) : candidateId(candidate),
          rows,
        };
      });
    } finally {
      for (const [name, candidate] of names)
        await session.query(`ALTER TABLE ${quoteIdent(candidate.table.name)} DROP INDEX ${name}`);
    }
  };

  test("says what it is, and how it was made", () => {
    const version = /^[\d.]+/.exec(snapshot.server.version)?.[0];
    expect(planner.name).toBe(`scratch copy (${product} ${version})`);
    expect(planner.capabilities).toEqual({
      hypotheticalIndexes: true,
      hideIndexes: true,
      verifies: true,
    });
    expect(planner.gaps).toEqual([]);
  });

  const on = (table: string, ...keys: Parameters<typeof candidateOn>[2][]): CandidateIndex =>
    candidateOn(snapshot, table, ...keys);

  const shapes: readonly {
    readonly sql: string;
    readonly add?: () => readonly CandidateIndex[];
  }[] = [
    { sql: "SELECT * FROM orders WHERE state = 'paid'" },
    { sql: "SELECT * FROM orders WHERE state = 'failed'" },
    { sql: "SELECT COUNT(*) FROM orders WHERE state = 'held'" },
    { sql: "SELECT * FROM orders WHERE customer_id = 1200" },
    { sql: "SELECT * FROM orders WHERE customer_id IN (3, 1200, 2100)" },
    { sql: "SELECT * FROM orders WHERE shop = 17", add: () => [on("orders", "shop")] },
    {
      sql: "SELECT * FROM orders WHERE created >= '2023-12-01'",
      add: () => [on("orders", "created")],
    },
    {
      sql: "SELECT * FROM orders WHERE created >= '2022-06-01'",
      add: () => [on("orders", "created")],
    },
    {
      sql: "SELECT * FROM orders WHERE created BETWEEN '2023-03-01' AND '2023-03-08'",
      add: () => [on("orders", "created")],
    },
    {
      sql: "SELECT * FROM orders WHERE state = 'new' AND created >= '2023-10-01'",
      add: () => [on("orders", "state", "created")],
    },
    {
      sql: "SELECT id, total FROM orders WHERE shop = 17 AND total > 500",
      add: () => [on("orders", "shop", "total")],
    },
    {
      sql: "SELECT * FROM orders WHERE shop = 17 ORDER BY created DESC LIMIT 10",
      add: () => [on("orders", "shop", "created")],
    },
    {
      sql: "SELECT * FROM orders ORDER BY total DESC LIMIT 20",
      add: () => [on("orders", { column: "total", expression: "`total`", direction: "desc" })],
    },
    { sql: "SELECT SUM(total) FROM orders", add: () => [on("orders", "total")] },
    { sql: "SELECT * FROM customers WHERE email = 'user777@example.org'" },
    { sql: "SELECT * FROM customers WHERE email LIKE 'user77%'" },
    {
      sql: "SELECT * FROM customers WHERE name = 'Name 33'",
      add: () => [on("customers", { column: "name", expression: "`name`", prefix: 8 })],
    },
    { sql: "SELECT * FROM customers WHERE name IS NULL", add: () => [on("customers", "name")] },
    { sql: "SELECT * FROM orders WHERE id = 12345" },
    { sql: "SELECT * FROM orders WHERE id BETWEEN 5000 AND 6000" },
    { sql: "SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = 12345" },
    {
      sql: "SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = 'user777@example.org'",
    },
    {
      sql: "SELECT * FROM orders o JOIN items i ON i.order_id = o.id WHERE o.customer_id = 1200",
    },
    {
      sql: "SELECT * FROM items i JOIN orders o ON o.id = i.order_id WHERE i.sku = 'SKU-00417' AND o.state = 'failed'",
    },
    {
      sql: "SELECT c.id, COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.created >= '2023-12-20' GROUP BY c.id",
      add: () => [on("orders", "created")],
    },
    { sql: "SELECT shop, COUNT(*) FROM orders GROUP BY shop", add: () => [on("orders", "shop")] },
    {
      sql: "UPDATE orders SET note = 'x' WHERE shop = 9 AND state = 'failed'",
      add: () => [on("orders", "shop", "state")],
    },
    { sql: "DELETE FROM items WHERE sku = 'SKU-00001'" },
  ];

  test(
    "predicts what the server does with the indexes really built",
    { timeout: 300_000 },
    async () => {
      const wrong: string[] = [];
      const far: string[] = [];
      let reads = 0;
      for (const { sql, add = () => [] } of shapes) {
        const plan = await planOf(sql, add());
        const real = await realReads(sql, add());
        const way = (all: readonly Read[]): string =>
          all.map(({ type, index }) => `${type} ${index ?? "-"}`).join(", ");
        if (way(plan.accesses ?? []) !== way(real)) {
          wrong.push(`${sql}\n  ${way(plan.accesses ?? [])}\n  ${way(real)}`);
          continue;
        }
        for (const [at, { rows }] of real.entries()) {
          reads += 1;
          const predicted = plan.accesses?.[at]?.rows ?? 0;
          const ratio = Math.max(1, predicted) / Math.max(1, rows);
          if (ratio > 2 || ratio < 0.5) far.push(`${sql}: ${predicted} for ${rows}`);
        }
      }
      expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(shapes.length * 0.1);
      expect(far.length, far.join("\n")).toBeLessThanOrEqual(reads * 0.1);
    },
  );

  test("counts rows and costs as in production", async () => {
    const all = await planOf("SELECT * FROM orders");
    expect(all.rows / ORDERS).toBeGreaterThan(0.9);
    expect(all.rows / ORDERS).toBeLessThan(1.1);
    expect(all.scans).toEqual([`${snapshot.server.database}.orders`]);
    const whole = await open(snapshot, { perTable: 1e6, total: 1e6 });
    try {
      const query = await queryOf("SELECT * FROM orders WHERE note = 'x'", snapshot);
      const configuration = { add: [], hide: [] };
      const [small, large] = [
        await planner.plan(query, configuration),
        await whole.plan(query, configuration),
      ];
      if (!small.ok || !large.ok) throw new Error("no plan");
      expect(small.plan.cost / large.plan.cost).toBeGreaterThan(0.9);
      expect(small.plan.cost / large.plan.cost).toBeLessThan(1.1);
    } finally {
      await whole.close();
    }
  });

  test("shows and hides indexes for one plan only", async () => {
    const sql = "SELECT * FROM orders WHERE customer_id = 1200";
    const { schema } = on("orders", "id").table;
    const before = await planOf(sql);
    const without = await planOf(sql, [], [{ schema, name: "orders.k_customer" }]);
    expect(before.indexes).toEqual([`${schema}.orders.k_customer`]);
    expect(without.scans).toEqual([`${schema}.orders`]);
    const wide = on("orders", "customer_id", "created");
    const ordered = "SELECT id FROM orders WHERE customer_id = 1200 ORDER BY created";
    expect((await planOf(ordered, [wide])).candidates).toEqual([candidateId(wide)]);
    expect((await planOf(ordered)).candidates).toEqual([]);
    expect((await planOf(`${sql} /* again */`)).indexes).toEqual(before.indexes);
    const query = await queryOf(sql, snapshot);
    expect(
      await planner.plan(query, { add: [], hide: [{ schema, name: "orders.PRIMARY" }] }),
    ).toEqual({ ok: false, reason: `${product} can't plan as if a primary key were not there` });
  });

  test("plans by what it was told, though a key had the table copied", async () => {
    const told = await open();
    try {
      const query = await queryOf("SELECT * FROM orders WHERE note = 'x'", snapshot);
      // MariaDB has no functional keys.
      const key = { column: null, expression: "(date(`created`))" };
      const candidate = on("orders", product === "MySQL" ? key : "created");
      expect(await told.propose([candidate])).toMatchObject([{ accepted: true }]);
      const before = await told.plan(query, { add: [], hide: [] });
      const after = await told.plan(query, { add: [candidate], hide: [] });
      if (!before.ok || !after.ok) throw new Error("no plan");
      expect(after.plan).toEqual(before.plan);
    } finally {
      await told.close();
    }
  });

  test("refuses what the server refuses, in its words", async () => {
    const [wide, missing, good] = await planner.propose([
      on("orders", "note"),
      on("orders", "nowhere"),
      on("orders", "total", "shop"),
    ]);
    // MariaDB takes as much of a text as fits.
    expect(wide?.accepted).toBe(product === "MariaDB");
    expect(missing).toMatchObject({ accepted: false, reason: expect.stringMatching(/nowhere/) });
    expect(good?.accepted === true && good.bytes).toBeGreaterThan(ORDERS * 15);
  });

  test("plans more candidates than a table can have indexes", { timeout: 300_000 }, async () => {
    const columns = ["customer_id", "state", "shop", "total", "created"];
    const pairs = columns.flatMap((a) =>
      columns
        .filter((b) => b !== a)
        .flatMap((b) => [
          on("orders", a, b),
          on("orders", a, b, { column: "id", expression: "`id`", direction: "desc" }),
          on("orders", a, { column: b, expression: `\`${b}\``, direction: "desc" }),
          on("orders", { column: a, expression: `\`${a}\``, direction: "desc" }, b, "id"),
        ]),
    );
    expect(pairs.length).toBeGreaterThan(64);
    for (const candidate of [...pairs.slice(0, 5), ...pairs.slice(-5), ...pairs.slice(0, 5)]) {
      const [first, second] = candidate.keys.map(({ column }) => column);
      const plan = await planOf(
        `SELECT ${first}, ${second} FROM orders WHERE ${first} > ${second}`,
        [candidate],
      );
      expect(plan.candidates).toEqual([candidateId(candidate)]);
    }
    await planner.propose(pairs);
    const query = await queryOf("SELECT * FROM orders WHERE shop = 7", snapshot);
    expect(await planner.plan(query, { add: pairs, hide: [] })).toMatchObject({
      ok: false,
      reason: expect.stringContaining("64 indexes"),
    });
    for (const candidate of [pairs[0], pairs.at(-1)]) {
      if (candidate === undefined) continue;
      expect((await planner.plan(query, { add: [candidate], hide: [] })).ok).toBe(true);
    }
  });

  test("plans a shape without values by typical ones, and says so", async () => {
    const query = await queryOf(
      "SELECT * FROM orders WHERE customer_id = ? AND created > ? ORDER BY id LIMIT ?",
      snapshot,
      [],
    );
    const result = await planner.plan(query, { add: [], hide: [] });
    if (!result.ok) throw new Error(result.reason);
    expect(result.plan.lines.at(-1)).toMatch(/typical/);
    expect(result.plan.accesses?.[0]).toMatchObject({ type: "ref", index: "k_customer" });
  });

  test("keeps values out of its lines", async () => {
    const plan = await planOf("SELECT * FROM orders WHERE state = 'held' AND shop = 171717");
    expect(plan.lines.join("\n")).not.toMatch(/held|171717/);
  });

  test("plans views, and texts that name the database", async () => {
    const { database: name } = snapshot.server;
    const plain = await planOf("SELECT * FROM open_orders WHERE customer_id = 1200");
    const named = await planOf(
      `SELECT o.* FROM ${name}.orders AS o WHERE \`${name}\`.o.customer_id = 1200`.replace(
        `\`${name}\`.o.`,
        "o.",
      ),
    );
    expect(plain.indexes).toEqual([`${name}.orders.k_customer`]);
    expect(named.indexes).toEqual([`${name}.orders.k_customer`]);
  });

  test("runs nothing", async () => {
    const query = await queryOf("SELECT * FROM orders", snapshot);
    for (const sql of ["DROP TABLE orders", "ANALYZE SELECT 1", "FOR CONNECTION 1"]) {
      const sample = { sql, durationMs: undefined };
      expect(await planner.plan(query, { add: [], hide: [] }, sample)).toEqual({
        ok: false,
        reason: "a statement without a plan",
      });
    }
    const before = await planOf("SELECT COUNT(*) FROM items WHERE line = 1");
    await planOf("DELETE FROM items");
    await planOf("UPDATE items SET line = line + 10");
    expect(await planOf("SELECT COUNT(*) FROM items WHERE line = 1 /* again */")).toMatchObject({
      rows: before.rows,
    });
  });

  test("asks the server once for the same question", async () => {
    const before = planner.calls();
    await planOf("SELECT * FROM items WHERE quantity = 3");
    await planOf("SELECT * FROM items WHERE quantity = 3");
    const after = planner.calls();
    expect(after.requests - before.requests).toBe(2);
    expect(after.planned - before.planned).toBe(1);
  });

  test("two planners on one server, and nothing left of either", async () => {
    const before = await scratchDatabases();
    const [one, other] = await Promise.all([open(), open()]);
    expect((await scratchDatabases()).length).toBe(before.length + 2);
    const query = await queryOf("SELECT * FROM orders WHERE shop = 3", snapshot);
    const index = on("orders", "shop");
    await one.propose([index]);
    const [seen, unseen] = await Promise.all([
      one.plan(query, { add: [index], hide: [] }),
      other.plan(query, { add: [], hide: [] }),
    ]);
    expect(seen.ok && seen.plan.candidates).toEqual([candidateId(index)]);
    expect(unseen.ok && unseen.plan.candidates).toEqual([]);
    await Promise.all([one.close(), other.close()]);
    expect(await scratchDatabases()).toEqual(before);
    const left = await session.query(
      `SELECT DISTINCT database_name AS name FROM mysql.innodb_index_stats WHERE database_name LIKE 'dbadvise\\_scratch\\_%'`,
    );
    expect(left.map((row) => String(row["name"])).toSorted()).toEqual(before.toSorted());
  });

  test("drops what an earlier planner left behind, and nothing younger", async () => {
    const second = (daysAgo: number): string =>
      (Math.floor(Date.now() / 1000) - daysAgo * 86_400).toString(16).padStart(8, "0");
    const old = `dbadvise_scratch_${second(3)}_0badf00d`;
    const young = `dbadvise_scratch_${second(0)}_0badf00d`;
    const foreign = `dbadvise_scratch_mine`;
    await runScript(
      database.url,
      [old, young, foreign].map((name) => `CREATE DATABASE ${name}`),
    );
    try {
      await (await open()).close();
      const now = await scratchDatabases();
      expect(now).not.toContain(old);
      expect(now).toEqual(expect.arrayContaining([young, foreign]));
    } finally {
      await runScript(
        database.url,
        [old, young, foreign].map((name) => `DROP DATABASE IF EXISTS ${name}`),
      );
    }
  });

  test("refuses the server that the snapshot is of", async () => {
    const live = await connect(database.url);
    try {
      const real = await capture(live, { values: false, workload: false, node: "db" });
      await expect(open(real)).rejects.toMatchObject({ code: "planner-failed" });
    } finally {
      await live.close();
    }
  });
});

test("refuses a scratch server of the other product, and one that is not there", async () => {
  const [mysql, mariadb] = await Promise.all([startMysql(), startMariadb()]);
  try {
    const snapshot = await snapshotOf(mysql.url);
    const open = (url: string): Promise<Planner | null> =>
      createScratchPlanner(snapshot, () => undefined, url);
    await expect(open(mariadb.url)).rejects.toMatchObject({ code: "planner-failed" });
    await expect(open("mysql://root:hunter2@127.0.0.1:1/")).rejects.toMatchObject({
      code: "planner-failed",
      message: expect.not.stringContaining("hunter2"),
    });
    await expect(open("hunter2")).rejects.toMatchObject({ code: "planner-failed" });
  } finally {
    await Promise.all([mysql.close(), mariadb.close()]);
  }
});
