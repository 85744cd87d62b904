import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFolder } from "../testing/new-folder.ts";
import { runCli } from "../testing/run-cli.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create table orders (id int primary key, customer int, status int);
    insert into orders select i, i % 5000, i % 7 from generate_series(1, 50000) i;
    create index orders_customer_idx on orders (customer);
    create index orders_idle_idx on orders (status, customer);
    analyze`);
});

afterAll(async () => {
  await client?.end();
  await database?.close();
});

async function countOrders(): Promise<void> {
  await client.query("select count(*) from orders where customer = 17");
  await client.query("select pg_stat_force_next_flush()").catch(() => undefined);
  await client.query("select 1");
}

/** The same history, as if each record had been made so many days earlier. */
function earlier(text: string, days: number): string {
  return text.replaceAll(
    /"(at|since)":"([^"]+)"/g,
    (_, field: string, time: string) =>
      `"${field}":"${new Date(Date.parse(time) - days * 86_400_000).toISOString()}"`,
  );
}

test("records are added, printed, and taken as evidence over a reset", async () => {
  const folder = await newFolder();
  const file = join(folder, "shop.usage");
  const record = (): ReturnType<typeof runCli> =>
    runCli(["usage", "--record", file, "--url", database.url]);

  await client.query("select pg_stat_reset()");
  await countOrders();
  const first = await record();
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/shop\.usage: added .*primary.*3 indexes, counting since \d{4}-/);
  const lines = await readFile(file, "utf8");
  const past = join(folder, "past.usage");
  // The first reading 40 days ago and one with the same counters 2 days ago; then a reset, and today's.
  await client.query("select pg_stat_reset()");
  await countOrders();
  expect(await record()).toMatchObject({ code: 0 });
  const today = (await readFile(file, "utf8")).slice(lines.length);
  const started = lines.replace(/"at":"[^"]+"/, (at) => earlier(at, -38));
  await writeFile(past, earlier(lines, 40) + earlier(started, 40) + today);

  const shown = await runCli(["usage", past]);
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.stdout).toContain("counted anew from");
  expect(shown.stdout).toMatch(/orders_idle_idx\s+0\s+none known\s+38\.0 days \(to /);
  expect(shown.stdout).toMatch(/orders_customer_idx\s+0\s+\d{4}-/);

  const young = await runCli(["analyze", "--url", database.url, "--no-statements"]);
  expect(young.stdout).not.toContain("DROP INDEX");
  const proven = await runCli([
    "analyze",
    "--url",
    database.url,
    "--no-statements",
    "--usage",
    past,
  ]);
  expect(proven.stdout).toContain("DROP INDEX CONCURRENTLY public.orders_idle_idx;");
  expect(proven.stdout).toContain("no scan in 38 days");
  expect(proven.stdout).not.toContain("orders_customer_idx");

  // A snapshot has the same node and the same counters: the evidence is the same offline.
  const snapshot = join(folder, "shop.json");
  await runCli(["snapshot", "--url", database.url, "-o", snapshot]);
  const offline = await runCli([
    "analyze",
    "--snapshot",
    snapshot,
    "--no-statements",
    "--usage",
    past,
  ]);
  expect(offline.stdout).toContain("DROP INDEX CONCURRENTLY public.orders_idle_idx;");
});

test("what is missing, twice there or no history is said", async () => {
  const folder = await newFolder({ "notes.txt": "milk\n" });
  const none = await runCli(["usage"]);
  expect(none).toMatchObject({ code: 2, stdout: "" });
  expect(none.stderr).toContain("--record FILE");
  expect((await runCli(["usage", "a", "--record", "b"])).stderr).toContain("Two histories");
  expect((await runCli(["usage", "--record", join(folder, "h")])).stderr).toContain("No database");
  const other = await runCli(["usage", join(folder, "notes.txt")]);
  expect(other).toMatchObject({ code: 2 });
  expect(other.stderr).toContain("no usage history");
  const analysis = await runCli([
    "analyze",
    "--url",
    database.url,
    "--usage",
    join(folder, "none"),
  ]);
  expect(analysis).toMatchObject({ code: 2 });
});

test("its help has an example for cron", async () => {
  expect((await runCli(["usage", "--help"])).stdout).toContain("15 3 * * *");
});
