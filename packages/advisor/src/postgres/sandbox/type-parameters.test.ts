import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { loadModule } from "libpg-query";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { typeParameters } from "./type-parameters.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  await loadModule();
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('create table t (id int, s text, a numeric, d timestamptz, "größe" date)');
});
afterAll(async () => {
  await client?.end();
  await database?.close();
});

/** Parsed and analysed by the server, which is where it asks for types. */
async function refusal(sql: string): Promise<unknown> {
  try {
    await client.query(sql);
    return null;
  } catch (error) {
    return error;
  } finally {
    await client.query("deallocate all");
  }
}

async function typed(sql: string): Promise<string | null> {
  const text = `prepare p as ${sql}`;
  const error = await refusal(text);
  expect(error, "the text needs no help").not.toBeNull();
  const result = await typeParameters(text, error, refusal);
  expect(result === null ? null : await refusal(result)).toBeNull();
  return result === null ? null : result.slice("prepare p as ".length);
}

test.each([
  [
    "select sum(case when s = $1 then $2 else $3 end) from t",
    "select sum(case when s = $1 then $2::integer else $3::integer end) from t",
  ],
  [
    "select * from t where id > $1 - $2 and s = $3",
    "select * from t where id > $1::integer - $2::integer and s = $3",
  ],
  [
    "select round($1 / $2, $3), $4 - $5",
    /^select round\(\$1::\w+ \/ \$2::\w+, \$3\), \$4::integer/,
  ],
  // Integers would do for the difference, but not for the comparison around it.
  [
    'select * from t where "größe" > $1 - $2',
    'select * from t where "größe" > $1::timestamptz - $2::interval',
  ],
  ["select sum($1), sum($2) from t", "select sum($1::integer), sum($2::integer) from t"],
  [
    "select * from (values ($1, $2), ($3, $4)) v(a, b) join t on t.id = v.a",
    /values \(\$1::integer/,
  ],
  [
    "with recursive r(n, depth) as (select id, $1 from t union all select t.id, depth + $2 from t join r on t.id = r.n) select * from r",
    /select id, \$1::integer from/,
  ],
  [
    "select * from unnest($1, $2) u(a, b) join t on t.id = u.a",
    /unnest\(\$1::integer\[\], \$2::\w+\[\]\)/,
  ],
])("%s", async (sql, expected) => {
  expect(await typed(sql)).toMatch(expected);
});

test("a cast that is there stays", async () => {
  expect(await typed("select $1::date - ($2 - $3)")).toBe(
    "select $1::date - ($2::integer - $3::integer)",
  );
});

test("what no type helps is left, after a bounded number of attempts", async () => {
  let attempts = 0;
  const sql = "prepare p as select nowhere($1, $2, $3), $4 - $5, $6 - $7";
  const result = await typeParameters(sql, await refusal(sql), (text) => {
    attempts += 1;
    return refusal(text);
  });
  expect(result).toBeNull();
  expect(attempts).toBeLessThanOrEqual(200);
});

test("an error that types have no part in is left at once", async () => {
  const sql = "prepare p as select nothing from t where id = $1";
  expect(
    await typeParameters(sql, await refusal(sql), () => {
      throw new Error("not to be asked");
    }),
  ).toBeNull();
});
