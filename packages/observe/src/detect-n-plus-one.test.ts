import { setImmediate as tick } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startPostgres } from "@dbadvise/testkit";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { allowNPlusOne } from "./allow-n-plus-one.ts";
import { describeNPlusOne } from "./describe-n-plus-one.ts";
import {
  detectNPlusOne,
  type NPlusOneDetector,
  type NPlusOneOptions,
} from "./detect-n-plus-one.ts";
import { NPlusOneError } from "./n-plus-one-error.ts";
import type { NPlusOnePattern } from "./n-plus-one-pattern.ts";
import { observeQuery, queriesAreObserved } from "./query-channel.ts";
import { currentScope, withScope } from "./scope.ts";
import { type ObservedPostgres, observedPostgres } from "./testing/observed-postgres.ts";

let postgres: ObservedPostgres;
beforeAll(async () => {
  postgres = observedPostgres(await startPostgres());
  await query(`
    create table customers (id int primary key, name text);
    create table orders (id int primary key, customer_id int not null, placed_at int not null);
    insert into customers select i, 'customer ' || i from generate_series(1, 50) i;
    insert into orders select i, i % 50 + 1, i from generate_series(1, 100) i`);
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** On any connection. */
async function query(sql: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult> {
  const client = await postgres.pool.connect();
  try {
    return await client.query(sql, [...parameters]);
  } finally {
    client.release();
  }
}

const BY_ID = "select * from customers where id = $1";

/** What a repository does. */
async function customer(id: number | string): Promise<unknown> {
  return (await query(BY_ID, [id])).rows[0];
}

async function eachAfterTheOther(ids: readonly (number | string)[]): Promise<void> {
  for (const id of ids) await customer(id);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** A detection that ends with the test, quiet unless told otherwise. */
function detect(options: NPlusOneOptions = {}): NPlusOneDetector {
  const detector = detectNPlusOne({ mode: "collect", ...options });
  onTestFinished(detector.stop);
  return detector;
}

/** The patterns of `fn`, run in a scope. */
async function patternsOf(
  fn: () => Promise<unknown>,
  options: NPlusOneOptions = {},
): Promise<readonly NPlusOnePattern[]> {
  const detector = detect(options);
  await withScope(fn, "GET /orders");
  detector.stop();
  return detector.report().patterns;
}

describe("an N+1", () => {
  test("is a shape with other parameters each time, as often as the threshold", async () => {
    expect(await patternsOf(() => eachAfterTheOther(upTo(4)))).toEqual([]);
    const [pattern, ...others] = await patternsOf(() => eachAfterTheOther(upTo(7)));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      kind: "n-plus-one",
      shape: BY_ID,
      system: "postgresql",
      scopeNames: ["GET /orders"],
      scopes: 1,
      queries: 7,
      occurrences: 7,
      distinctParameters: 7,
      overlapping: 0,
    });
  });

  test("names the line that sent it, from the second query on, and how it came there", async () => {
    const [pattern] = await patternsOf(() => eachAfterTheOther(upTo(5)));
    expect(pattern?.callSites).toMatchObject([
      { file: "packages/observe/src/detect-n-plus-one.test.ts", function: "query", queries: 4 },
    ]);
    expect(pattern?.stack.map((site) => site.function)).toEqual(
      expect.arrayContaining(["query", "customer", "eachAfterTheOther"]),
    );
  });

  test("takes no stack for shapes that come once, and few for those that come often", async () => {
    const stacks = vi.spyOn(Error, "captureStackTrace");
    onTestFinished(() => stacks.mockRestore());
    const taken = (): number =>
      stacks.mock.calls.filter(([target]) => !(target instanceof Error)).length;
    await patternsOf(async () => {
      await customer(1);
      await query("select * from orders where id = $1", [1]);
    });
    expect(taken()).toBe(0);
    await patternsOf(() => eachAfterTheOther(upTo(40)));
    expect(taken()).toBeGreaterThan(0);
    expect(taken()).toBeLessThan(20);
  });

  test("is found where the constants stand in the text", async () => {
    const [pattern] = await patternsOf(async () => {
      for (const id of upTo(5)) await query(`select * from customers where id = ${id}`);
    });
    expect(pattern).toMatchObject({ kind: "n-plus-one", shape: BY_ID, distinctParameters: 5 });
  });

  test("is one of each scope: requests side by side are not added up", async () => {
    const detector = detect();
    await Promise.all(upTo(5).map((id) => withScope(() => customer(id))));
    expect(detector.report().patterns).toEqual([]);
    await Promise.all(upTo(3).map(() => withScope(() => eachAfterTheOther(upTo(6)), "GET /a")));
    expect(detector.report().patterns).toMatchObject([
      { scopes: 3, queries: 18, occurrences: 6, distinctParameters: 6 },
    ]);
  });

  test("says outright that queries are concurrent only where it has seen that", async () => {
    const [sequential] = await patternsOf(() => eachAfterTheOther(upTo(6)));
    expect(describeNPlusOne(sequential!)).toMatch(/Where a loop awaits each call.*`Promise.all`/);
    const [concurrent] = await patternsOf(() => Promise.all(upTo(6).map(customer)));
    expect(concurrent!.overlapping).toBeGreaterThan(2);
    expect(describeNPlusOne(concurrent!)).toContain("merges these concurrent calls with no other");
  });

  test("outside of any scope is not judged, but said", async () => {
    const detector = detect();
    await eachAfterTheOther(upTo(8));
    expect(detector.report()).toEqual({
      patterns: [],
      notJudged: { outsideScope: 8, beyondShapes: 0, beyondPatterns: 0 },
    });
  });
});

describe("a duplicate query", () => {
  test("has the same parameters, and is no N+1", async () => {
    const patterns = await patternsOf(() => eachAfterTheOther([7, 7, 7, 7, 7, 7]));
    expect(patterns).toMatchObject([
      { kind: "duplicate-query", occurrences: 6, distinctParameters: 1 },
    ]);
    expect(describeNPlusOne(patterns[0]!)).toMatch(/^Duplicate query: 6 queries[^]*Ask once/);
  });

  test("is told as an N+1 alone where the parameters differ too (bullet #147: advice that contradicts)", async () => {
    const patterns = await patternsOf(() => eachAfterTheOther([1, 1, 1, 1, 1, 2, 3, 4, 5]));
    expect(patterns).toMatchObject([{ kind: "n-plus-one", distinctParameters: 5 }]);
  });

  test("is none when a write or a transaction is between", async () => {
    const write = "update customers set name = name where id = $1";
    expect(
      await patternsOf(async () => {
        for (let time = 0; time < 10; time++) {
          await customer(1);
          await query(write, [1]);
        }
      }),
    ).toEqual([]);
    expect(
      await patternsOf(async () => {
        const client = await postgres.pool.connect();
        for (let time = 0; time < 10; time++) {
          await client.query("begin read only");
          await client.query(BY_ID, [1]);
          await client.query("commit");
        }
        client.release();
      }),
    ).toEqual([]);
  });

  test("is none on another server, as for each shard", async () => {
    const patterns = await patternsOf(async () => {
      for (const host of ["a", "b", "c", "d", "e", "f"]) {
        const server = { ...postgres.server, host };
        observeQuery({ sql: BY_ID, parameters: [1], server, pool: undefined }).succeed(1);
      }
    });
    expect(patterns).toEqual([]);
  });
});

describe("nothing is found in (bullet #467, #642, #641: false positives)", () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      "the first query and one that loads for all",
      async () => {
        const { rows } = await query("select * from orders order by id limit 50");
        const ids = rows.map(({ customer_id }: { customer_id: number }) => customer_id);
        await query("select * from customers where id = any($1)", [ids]);
      },
    ],
    [
      "two batches of differing length",
      async () => {
        for (const list of ["$1, $2, $3", "$1, $2"]) {
          const sql = `select * from customers where id in (${list})`;
          await query(sql, upTo(list.split(",").length));
        }
      },
    ],
    [
      "transaction control and reads of no table",
      async () => {
        const client = await postgres.pool.connect();
        for (const id of upTo(10)) {
          await client.query("begin");
          await client.query(`savepoint s${id}`);
          await client.query("select 1");
          await client.query("select pg_try_advisory_xact_lock($1)", [id]);
          await client.query("rollback");
        }
        client.release();
      },
    ],
    [
      "writes in a loop",
      async () => {
        for (const id of upTo(10)) {
          await query("insert into orders values ($1, $2, $3)", [1000 + id, id, id]);
          await query("delete from orders where id = $1", [1000 + id]);
        }
      },
    ],
    [
      "pages of a table, by key or offset",
      async () => {
        for (const page of upTo(10)) {
          await query("select * from orders where id > $1 order by id limit $2", [page * 10, 10]);
          await query(
            "select * from orders where customer_id = $1 order by id limit $2 offset $3",
            [1, 1, page],
          );
        }
      },
    ],
    [
      "a poll for work that locks what it takes",
      async () => {
        for (let time = 0; time < 10; time++) {
          await query("select * from orders where placed_at = $1 for update skip locked", [1]);
        }
      },
    ],
    [
      "retries of a query that fails",
      async () => {
        for (let time = 0; time < 10; time++) await customer("no number").catch(() => undefined);
      },
    ],
    [
      "retries of a query that fails with other values",
      async () => {
        for (let time = 0; time < 10; time++)
          await customer(`no number ${time}`).catch(() => undefined);
      },
    ],
    [
      "retries of a transaction",
      async () => {
        const client = await postgres.pool.connect();
        for (let time = 0; time < 10; time++) {
          await client.query("begin isolation level serializable");
          await client.query(BY_ID, [1]);
          await client.query("rollback");
        }
        client.release();
      },
    ],
  ])("%s", async (_, fn) => {
    expect(await patternsOf(fn)).toEqual([]);
  });
});

describe("what is allowed", () => {
  test("by the text of the shape", async () => {
    const loop = (): Promise<void> => eachAfterTheOther(upTo(6));
    expect(await patternsOf(loop, { ignore: ["from customers"] })).toEqual([]);
    expect(await patternsOf(loop, { ignore: [/CUSTOMERS/gi] })).toEqual([]);
    expect(await patternsOf(loop, { ignore: ["from orders"] })).toHaveLength(1);
  });

  test("by the file that sends it", async () => {
    const loop = (): Promise<void> => eachAfterTheOther(upTo(30));
    expect(await patternsOf(loop, { ignoreCallSites: [/\/detect-.*\.test\.ts$/] })).toEqual([]);
    expect(await patternsOf(loop, { ignoreCallSites: ["src/orders.ts"] })).toHaveLength(1);
  });

  test("in a block, and only there", async () => {
    const allowed = (): Promise<void> => allowNPlusOne(() => eachAfterTheOther(upTo(8)));
    expect(await patternsOf(allowed)).toEqual([]);
    const both = async (): Promise<void> => {
      await allowed();
      await eachAfterTheOther(upTo(5));
    };
    expect(await patternsOf(both)).toMatchObject([{ occurrences: 5 }]);
    // A write there is a write all the same.
    const write = "update customers set name = name where id = $1";
    const rereads = async (): Promise<void> => {
      for (let time = 0; time < 6; time++) {
        await allowNPlusOne(() => query(write, [1]));
        await customer(1);
      }
    };
    expect(await patternsOf(rereads)).toEqual([]);
  });
});

describe("modes", () => {
  test("warn: once for each pattern, as a process warning", async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on("warning", keep);
    onTestFinished(() => void process.off("warning", keep));
    detect({ mode: "warn" });
    for (let request = 0; request < 3; request++) {
      await withScope(() => eachAfterTheOther(upTo(9)), "GET /orders");
    }
    await tick();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ name: "NPlusOneWarning", code: "DBADVISE_N_PLUS_ONE" });
    expect(warnings[0]!.message).toMatch(
      /^N\+1: 5 queries of one shape in GET \/orders, with 5 different lists of parameters\n {4}select \* from customers where id = \$1\n {4}at packages\/observe\/src\/detect-n-plus-one\.test\.ts:\d+:\d+ \(query\)\n {4}called from \S+ \(customer\)\n {4}called from \S+ \(eachAfterTheOther\)\n[^]* {2}One query can do/,
    );
  });

  test("warn: to a function of one's own", async () => {
    const warn = vi.fn<NonNullable<NPlusOneOptions["warn"]>>();
    await patternsOf(() => eachAfterTheOther(upTo(5)), { mode: "warn", warn });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("N+1"),
      expect.objectContaining({ kind: "n-plus-one" }),
    );
  });

  test("throw: the scope rejects when its work is done, and a failure of its own comes first", async () => {
    detect({ mode: "throw" });
    const done: string[] = [];
    const work = async (): Promise<void> => {
      await eachAfterTheOther(upTo(5));
      done.push("work");
    };
    const error = await withScope(work).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NPlusOneError);
    expect(error).toMatchObject({ code: "DBADVISE_N_PLUS_ONE", patterns: [{ occurrences: 5 }] });
    expect(done).toEqual(["work"]);
    await expect(
      withScope(async () => {
        await work();
        throw new TypeError("its own");
      }),
    ).rejects.toThrow(TypeError);
    await expect(withScope(() => eachAfterTheOther(upTo(4)))).resolves.toBeUndefined();
  });

  test("collect: says nothing, and nobody listens after the end", async () => {
    const detector = detect();
    expect(queriesAreObserved()).toBe(true);
    detector.stop();
    expect(queriesAreObserved()).toBe(false);
    await expect(withScope(() => eachAfterTheOther(upTo(5)))).resolves.toBeUndefined();
    expect(detector.report().patterns).toEqual([]);
  });

  test.each([1, 0, 2.5, Number.NaN])("a threshold of %s is refused", (threshold) => {
    expect(() => detectNPlusOne({ threshold })).toThrow(`threshold is ${threshold}`);
  });
});

describe("memory", () => {
  function send(sql: string, parameters: readonly unknown[]): void {
    observeQuery({ sql, parameters, server: postgres.server, pool: undefined }).succeed(1);
  }

  test("is bounded in a scope that never ends, and says what it could not judge", () => {
    const detector = detect();
    withScope(() => {
      for (const shape of upTo(510)) send(`select * from t${shape} where id = $1`, [1]);
      for (const id of upTo(1000)) send("select * from t1 where id = $1", [id]);
    });
    expect(detector.report()).toMatchObject({
      patterns: [{ occurrences: 1001, distinctParameters: 200 }],
      notJudged: { beyondShapes: 10 },
    });
  });

  test("is bounded over all scopes", () => {
    const detector = detect();
    for (const shape of upTo(503)) {
      withScope(() => {
        for (const id of upTo(5)) send(`select * from t${shape} where id = $1`, [id]);
      });
    }
    const { patterns, notJudged } = detector.report();
    expect(patterns).toHaveLength(500);
    expect(notJudged.beyondPatterns).toBe(3);
  });

  test("of a scope goes with the scope", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const detector = detect();
    const scopes = await Promise.all(
      upTo(3).map((id) =>
        withScope(async () => {
          for (const key of upTo(6)) send("select * from t where id = $1", [id * key]);
          return new WeakRef(currentScope()!);
        }),
      ),
    );
    expect(detector.report().patterns).toMatchObject([{ scopes: 3 }]);
    await vi.waitFor(
      () => {
        collect();
        expect(scopes.filter((scope) => scope.deref() !== undefined).length).toBe(0);
      },
      { timeout: 10_000 },
    );
  });

  test("holds no value, neither in the pattern nor in what it prints", async () => {
    const secret = "alice@example.com";
    const patterns = await patternsOf(async () => {
      for (const id of upTo(6)) send("select * from t where email = $1", [`${id}${secret}`]);
      for (const id of upTo(6)) send(`select * from u where email = '${id}${secret}'`, []);
    });
    expect(patterns).toHaveLength(2);
    expect(JSON.stringify(patterns) + patterns.map(describeNPlusOne).join()).not.toContain(secret);
  });
});
