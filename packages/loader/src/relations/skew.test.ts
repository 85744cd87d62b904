import { DIALECTS } from "@dbadvise/testkit";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { many } from "./many.ts";
import { testKysely, type TestKysely } from "./testing/test-kysely.ts";

interface Database {
  orders: { id: number; user_id: number };
}

const HEAVY = 100;
const ROWS = 2010;
const LIMIT = 3;

interface PlanNode {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that the nodes of a plan read from tables. */
function rowsRead(node: PlanNode): number {
  const own = node["Relation Name"] === undefined ? 0 : node["Actual Rows"] * node["Actual Loops"];
  return (node.Plans ?? []).map(rowsRead).reduce((sum, rows) => sum + rows, own);
}

describe.each(DIALECTS)("heavy groups on $name", ({ name, start }) => {
  let kysely: TestKysely<Database>;
  beforeAll(async () => {
    kysely = testKysely<Database>(name, await start());
    const { db } = kysely;
    await sql`create table orders (id int primary key, user_id int not null)`.execute(db);
    await sql`create index orders_user on orders (user_id, id)`.execute(db);
    const digits = sql`(select 0 d union all select 1 union all select 2 union all select 3 union all select 4
      union all select 5 union all select 6 union all select 7 union all select 8 union all select 9)`;
    await sql`insert into orders
      select n, n % ${sql.lit(HEAVY)} from (
        select a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d as n
        from ${digits} a, ${digits} b, ${digits} c, ${digits} e, ${digits} f, ${digits} g
      ) numbers where n < ${sql.lit(HEAVY * ROWS)}`.execute(db);
    await sql`analyze ${sql.raw(name === "postgres" ? "" : "table")} orders`.execute(db);
  }, 300_000);
  afterAll(() => kysely?.[Symbol.asyncDispose]());

  /** Rows that `run` reads on one connection, by the count of the server. */
  async function countReads(
    db: Kysely<Database>,
    run: () => Promise<unknown>,
    parameters: readonly unknown[],
  ): Promise<number> {
    if (name === "postgres") {
      await run();
      const { rows } = await db.executeQuery<{ "QUERY PLAN": readonly [{ Plan: PlanNode }] }>({
        ...sql`explain`.compile(db),
        sql: `explain (analyze, format json) ${kysely.sent().at(-1)}`,
        parameters,
      });
      return rows.reduce((sum, row) => sum + rowsRead(row["QUERY PLAN"][0].Plan), 0);
    }
    await sql`flush status`.execute(db);
    await run();
    const { rows } = await sql<{
      Value: string;
    }>`show session status like 'Handler_read%'`.execute(db);
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  }

  test("the first three rows of a hundred keys are read, not the groups", async () => {
    await kysely.db.connection().execute(async (db) => {
      const latest = many(db, {
        from: "orders",
        key: "user_id",
        query: (q) => q.select("id").orderBy("id", "desc").limit(LIMIT),
      });
      const keys = Array.from({ length: HEAVY }, (_, user) => user);
      const load = () => latest.loadMany(keys);
      expect(await load()).toEqual(
        keys.map((user) =>
          Array.from({ length: LIMIT }, (_, index) => ({ id: HEAVY * (ROWS - 1 - index) + user })),
        ),
      );
      const read = await countReads(db, load, [keys, LIMIT]);
      // MySQL counts keys too, and what it keeps meanwhile. The groups have 201,000 rows.
      expect(read).toBeGreaterThanOrEqual(HEAVY * LIMIT);
      expect(read).toBeLessThan(HEAVY * 30);
    });
  });
});
