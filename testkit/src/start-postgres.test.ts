import pg from "pg";
import { expect, test } from "vitest";
import { startPostgres } from "./start-postgres.ts";

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

test("databases are empty, apart from each other, and gone when closed", async () => {
  const [first, second] = await Promise.all([startPostgres(), startPostgres()]);
  await query(first.url, "create table t ()");
  const tables = "select count(*)::int as tables from pg_tables where schemaname = 'public'";
  expect(await query(first.url, tables)).toEqual([{ tables: 1 }]);
  expect(await query(second.url, tables)).toEqual([{ tables: 0 }]);

  const open = new pg.Client({ connectionString: first.url });
  open.on("error", () => {});
  await open.connect();
  await first.close();
  await expect(query(first.url, "select")).rejects.toThrow(/does not exist/);
  await second.close();
});

test("statement statistics can be switched on", async () => {
  const database = await startPostgres();
  await query(database.url, "create extension pg_stat_statements");
  await query(database.url, "select 42 as answer");
  const seen = "select calls::int from pg_stat_statements where query = 'select $1 as answer'";
  expect(await query(database.url, seen)).toContainEqual({ calls: 1 });
  await database.close();
});
