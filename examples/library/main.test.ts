import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

let database: TestDatabase;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create extension pg_stat_statements;
    create table orders (id int primary key, customer_id int not null, note text);
    insert into orders select i, i % 5000, repeat('x', 40) from generate_series(1, 100000) i;`);
  await client.query("vacuum analyze");
  // The load was once: writes that go on would weigh against an index.
  await client.query(
    `select pg_stat_reset(), pg_stat_statements_reset(0, oid, 0) from pg_database where datname = current_database()`,
  );
  for (let customer = 0; customer < 50; customer++)
    await client.query("select note from orders where customer_id = $1", [customer]);
  await client.end();
});

afterAll(() => database.close());

function run(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [MAIN, ...args]);
}

test("answers the question and prints the findings", async () => {
  const sql = "select * from orders where customer_id = 42";
  const { stdout } = await run(database.url, sql, "public.orders", "customer_id");
  const [, before, after] =
    /cost ([\d.]+) now, ([\d.]+) with an index of \d+ bytes/.exec(stdout) ?? [];
  expect(Number(after)).toBeGreaterThan(0);
  expect(Number(before)).toBeGreaterThan(10 * Number(after));
  expect(stdout).toMatch(/\d+ findings/);
  expect(stdout).toContain("missing-index (verified)");
  expect(stdout).toContain(
    "CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders (customer_id);",
  );
});

test("an error that a user can act on has a code and a hint", async () => {
  await expect(run("postgres://127.0.0.1:1/none", "select 1", "a.b", "c")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^connection-failed: .*\n\S/),
  });
});
