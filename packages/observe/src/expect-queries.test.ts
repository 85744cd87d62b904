import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startPostgres } from "@dbadvise/testkit";
import type pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  allowNPlusOne,
  expectConstantQueries,
  expectNoNPlusOne,
  expectQueryCount,
} from "./expect-queries.ts";
import { queriesAreObserved } from "./query-channel.ts";
import { withScope } from "./scope.ts";
import { type ObservedPostgres, observedPostgres } from "./testing/observed-postgres.ts";

let postgres: ObservedPostgres;
beforeAll(async () => {
  postgres = observedPostgres(await startPostgres());
  await query("create table customers (id int primary key, name text)");
  await query("create table orders (id int primary key, customer_id int not null)");
  await query("insert into customers select i, 'customer ' || i from generate_series(1, 50) i");
  await query("insert into orders select i, i % 50 + 1 from generate_series(1, 100) i");
});
afterAll(() => postgres[Symbol.asyncDispose]());

async function query(sql: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult> {
  const client = await postgres.pool.connect();
  try {
    return await client.query(sql, [...parameters]);
  } finally {
    client.release();
  }
}

interface Order {
  readonly id: number;
  readonly customer_id: number;
}

async function orders(count: number): Promise<readonly Order[]> {
  return (await query("select * from orders order by id limit $1", [count])).rows;
}

/** The N+1: each order asks for its customer. */
async function namesOneByOne(count: number): Promise<readonly string[]> {
  const names: string[] = [];
  for (const order of await orders(count)) {
    const { rows } = await query("select name from customers where id = $1", [order.customer_id]);
    names.push(rows[0].name);
  }
  return names;
}

/** The same without it. */
async function namesAtOnce(count: number): Promise<readonly string[]> {
  const found = await orders(count);
  const ids = found.map((order) => order.customer_id);
  const { rows } = await query("select id, name from customers where id = any($1)", [ids]);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return found.map((order) => names.get(order.customer_id));
}

test("the N+1 and its fix give the same", async () => {
  expect(await namesAtOnce(20)).toEqual(await namesOneByOne(20));
});

test("expectNoNPlusOne rejects with what to change, and gives the result where there is none", async () => {
  await expect(expectNoNPlusOne(() => namesOneByOne(6))).rejects.toMatchObject({
    name: "AssertionError",
    message: expect.stringMatching(
      /^N\+1: 6 queries of one shape.*\n {4}select name from customers where id = \$1\n {4}at packages\/observe\/src\/expect-queries\.test\.ts[^]*\(namesOneByOne\)[^]*DataLoader/,
    ),
  });
  expect(await expectNoNPlusOne(() => namesAtOnce(3))).toHaveLength(3);
  await expectNoNPlusOne(() => namesOneByOne(4));
  await expect(expectNoNPlusOne(() => namesOneByOne(4), { threshold: 4 })).rejects.toThrow("N+1");
  await expectNoNPlusOne(() => namesOneByOne(9), { ignore: ["from customers"] });
  await expectNoNPlusOne(() => allowNPlusOne(() => namesOneByOne(9)));
});

test("expectNoNPlusOne sees the scopes inside, and judges each for itself", async () => {
  const request = (): Promise<unknown> => withScope(() => namesOneByOne(6), "GET /names");
  await expect(expectNoNPlusOne(request)).rejects.toThrow("in GET /names");
  const apart = async (): Promise<void> => {
    for (let time = 0; time < 6; time++) await withScope(() => namesAtOnce(time + 1));
  };
  await expectNoNPlusOne(apart);
});

test("expectNoNPlusOne does not pass for nothing: what is behind a socket is not seen", async () => {
  const server = createServer((_request, response) => {
    void namesOneByOne(6).then((names) => response.end(JSON.stringify(names)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const ask = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`)).json();
  await expect(expectNoNPlusOne(ask)).rejects.toThrow("expectNoNPlusOne saw no query");
  await expect(expectConstantQueries(ask)).rejects.toThrow("saw no query");
  expect(await expectQueryCount(ask).toBe(0)).toHaveLength(6);
});

test("what the function throws comes through, and nobody listens afterwards", async () => {
  const failing = async (): Promise<void> => {
    await query("select 1 / 0");
  };
  await expect(expectNoNPlusOne(failing)).rejects.toThrow("division by zero");
  await expect(expectQueryCount(failing).toBe(1)).rejects.toThrow("division by zero");
  expect(queriesAreObserved()).toBe(false);
});

test("expectQueryCount counts, without transaction control, and lists what there was", async () => {
  expect(await expectQueryCount(() => namesAtOnce(5)).toBe(2)).toHaveLength(5);
  await expectQueryCount(() => namesOneByOne(5)).toBeAtMost(6);
  await expect(expectQueryCount(() => namesOneByOne(5)).toBeAtMost(5)).rejects.toThrow(
    "Expected at most 5 queries, there were 6",
  );
  await expect(expectQueryCount(() => namesOneByOne(5)).toBe(2)).rejects.toMatchObject({
    name: "AssertionError",
    actual: 6,
    expected: 2,
    message: expect.stringMatching(
      /^Expected 2 queries, there were 6\n {2}1 x select \* from orders.*\n {6}at .*\n {2}5 x select name from customers where id = \$1\n {6}at packages\/observe\/src\/expect-queries\.test\.ts:\d+/,
    ),
  });
  await expectQueryCount(async () => {
    await query("begin");
    await query("select 1");
    await query("rollback");
  }).toBe(1);
});

test("each expectation counts its own, one inside another and side by side", async () => {
  await expectQueryCount(async () => {
    await query("select 1");
    await expectQueryCount(() => query("select 2")).toBe(1);
  }).toBe(2);
  await Promise.all([
    expectQueryCount(() => namesOneByOne(3)).toBe(4),
    expectQueryCount(() => namesAtOnce(3)).toBe(2),
  ]);
});

test("expectConstantQueries: the N+1 grows with the data, and the fix does not", async () => {
  await expectConstantQueries(namesAtOnce);
  await expect(expectConstantQueries(namesOneByOne)).rejects.toMatchObject({
    name: "AssertionError",
    message: expect.stringMatching(
      /^The number of queries grows with the data: 6 for n = 5, 11 for n = 10\n {2}5 -> 10 x select name from customers where id = \$1\n {6}at packages\/observe\/src\/expect-queries\.test\.ts.*\n {6}One query can do: a DataLoader[^]*Promise\.all/,
    ),
  });
  // Two queries are below any threshold: only the growth tells.
  await expect(expectConstantQueries(namesOneByOne, { n: 1 })).rejects.toThrow("1 -> 2 x");
  await expect(expectConstantQueries(namesAtOnce, { n: 0 })).rejects.toThrow("n is 0");
});

test("expectConstantQueries: a cache of the process neither hides growth nor looks like it", async () => {
  const names = new Map<number, unknown>();
  let settings: unknown;
  const cached = async (count: number): Promise<void> => {
    settings ??= await query("select count(*) from customers");
    for (const { customer_id: id } of await orders(count)) {
      if (names.has(id)) continue;
      names.set(id, await query("select name from customers where id = $1", [id]));
    }
  };
  await expect(expectConstantQueries(cached)).rejects.toThrow("0 -> 5 x select name");
  let asked = false;
  await expectConstantQueries(async (count) => {
    if (!asked) await query("select count(*) from customers");
    asked = true;
    await namesAtOnce(count);
  });
});

test("expectConstantQueries: writes count too, but not the data that the test makes", async () => {
  let next = 1000;
  const insert = async (count: number): Promise<void> => {
    for (let row = 0; row < count; row++) {
      next += 1;
      await query("insert into orders values ($1, 1)", [next]);
    }
  };
  await expect(expectConstantQueries(insert)).rejects.toThrow(
    "Send one statement for all rows, such as `insert ... values (...), (...)`",
  );
  await expectConstantQueries(async (count) => {
    await allowNPlusOne(() => insert(count));
    await namesAtOnce(count);
  });
});
