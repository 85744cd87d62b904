import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { relative } from "node:path/posix";
import { fileURLToPath } from "node:url";
import {
  capture,
  observeQuery,
  type QueryObservation,
  type SentQuery,
  type Server,
} from "@dbadvise/observe";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newFolder } from "./testing/new-folder.ts";
import { runCli } from "./testing/run-cli.ts";

const FILE = fileURLToPath(import.meta.url);

let database: TestDatabase;
let server: Server;

beforeAll(async () => {
  database = await startPostgres();
  const url = new URL(database.url);
  server = {
    system: "postgresql",
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    role: "primary",
  };
  await withClient((client) =>
    client.query(`
      CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, total int NOT NULL);
      INSERT INTO orders SELECT i, i % 20000, i % 97 FROM generate_series(1, 100000) AS i;
      ANALYZE`),
  );
});
afterAll(() => database.close());

async function withClient<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** What a driver's wrapper knows of a query. */
function queryOf(sql: string, parameters: readonly unknown[]): SentQuery {
  return { sql, parameters, server, pool: "main" };
}

/** Sends it, and tells its end as a driver's wrapper does. */
async function send(
  client: pg.Client,
  query: SentQuery,
  observed: QueryObservation,
): Promise<void> {
  try {
    const result = await client.query(query.sql, [...query.parameters]);
    observed.succeed(result.rowCount ?? undefined);
  } catch (error) {
    observed.fail(error);
  }
}

async function findOrders(client: pg.Client, customer: number): Promise<void> {
  const query = queryOf("SELECT total FROM orders WHERE customer_id = $1", [customer]);
  const observed = observeQuery(query); // line A
  await send(client, query, observed);
}

/** The same query in other words, by another line of code, with a value in its text. */
async function reportOrders(client: pg.Client, customer: number): Promise<void> {
  const query = queryOf(`SELECT total FROM orders WHERE customer_id = ${customer}`, []);
  const observed = observeQuery(query); // line B
  await send(client, query, observed);
}

/** This application: 60 queries of one shape from two places. Its files are named `shop.ndjson*`. */
async function captureShop(parameters: boolean): Promise<string> {
  const folder = await newFolder();
  await using handle = capture(join(folder, "shop.ndjson"), {
    parameters,
    maxBytes: 2_000,
    maxFiles: 50,
  });
  await withClient(async (client) => {
    for (let customer = 0; customer < 40; customer++) {
      await findOrders(client, 17_000 + customer);
      if (customer % 2 === 0) await reportOrders(client, 18_000 + customer);
      if (customer % 5 === 0) await handle.flush();
    }
    const failing = queryOf("SELECT nothing FROM orders", []);
    await send(client, failing, observeQuery(failing));
  });
  return folder;
}

/** `packages/cli/src/capture.test.ts:64`, of the line with this mark. */
async function place(mark: string): Promise<string> {
  const lines = (await readFile(FILE, "utf8")).split("\n");
  return `${relative(process.cwd(), FILE)}:${lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1}`;
}

/** A captured run of the application, and the arguments that analyse all of its files. */
async function analysed(
  values: boolean,
): Promise<{ readonly folder: string; readonly files: string[]; readonly args: string[] }> {
  const folder = await captureShop(values);
  const files = (await readdir(folder)).toSorted();
  expect(files.length).toBeGreaterThan(1);
  const args = ["analyze", "--url", database.url, "--no-statements", "--capture", ...files];
  return { folder, files, args };
}

describe("analyze --capture", () => {
  test.each([false, true])(
    "a finding names the lines of code that send its query (values: %s)",
    async (values) => {
      const { folder, args } = await analysed(values);
      const run = await runCli(args, { folder });
      expect(run, run.stderr).toMatchObject({ code: 1 });
      expect(run.stdout).toContain("missing-index");
      expect(run.stdout).toMatch(/orders \(customer_id\)/);
      expect(run.stdout).toMatch(/60 calls/);
      const [first, second] = [`${await place("line A")} (findOrders)`, await place("line B")];
      expect(run.stdout).toContain(first);
      expect(run.stdout).toContain(`${second} (reportOrders)`);
      expect(run.stdout.indexOf(first)).toBeLessThan(run.stdout.indexOf(second));
      expect(run.stdout).not.toMatch(/\b1[78]0\d\d\b/);
    },
  );

  test("JSON has them with their calls", async () => {
    const { folder, args, files } = await analysed(false);
    const run = await runCli([...args, "--format", "json"], { folder });
    const report: {
      findings: { code: string; queries: { calls: number; callSites: unknown[] }[] }[];
      workload: { sources: string[]; calls: number };
    } = JSON.parse(run.stdout);
    expect(report.workload).toMatchObject({ sources: files, calls: 60 });
    expect(report.findings.find(({ code }) => code === "missing-index")?.queries).toMatchObject([
      {
        calls: 60,
        callSites: [
          { function: "findOrders", calls: 40 },
          { function: "reportOrders", calls: 20 },
        ],
      },
    ]);
  });

  test("SARIF points to the line", async () => {
    const { folder, args } = await analysed(false);
    const run = await runCli([...args, "--format", "sarif"], { folder });
    const [uri, line] = (await place("line A")).split(":");
    expect(JSON.parse(run.stdout).runs[0].results).toContainEqual(
      expect.objectContaining({
        ruleId: "missing-index",
        locations: [
          expect.objectContaining({
            physicalLocation: {
              artifactLocation: { uri, uriBaseId: "%SRCROOT%" },
              region: { startLine: Number(line), startColumn: expect.any(Number) },
            },
          }),
        ],
      }),
    );
  });

  test("the lines of code come to the queries of other sources, by their shape", async () => {
    const folder = await captureShop(false);
    await withClient((client) => client.query("CREATE EXTENSION pg_stat_statements"));
    onTestFinished(async () => {
      await withClient((client) => client.query("DROP EXTENSION pg_stat_statements"));
    });
    await withClient((client) => client.query("SELECT total FROM orders WHERE customer_id = 3"));
    const run = await runCli(
      ["analyze", "--url", database.url, "--capture", "shop.ndjson", "--format", "json"],
      { folder },
    );
    const { findings } = JSON.parse(run.stdout) as {
      findings: { code: string; queries: { callSites: { function: string }[] }[] }[];
    };
    const queries = findings.find(({ code }) => code === "missing-index")!.queries;
    expect(queries).toHaveLength(1);
    expect(queries[0]?.callSites.map((site) => site.function)).toContain("findOrders");
  });

  test("a capture may be in the configuration", async () => {
    const folder = await captureShop(false);
    await writeFile(
      join(folder, "dbadvise.config.json"),
      '{ "capture": "shop.ndjson", "statements": false }',
    );
    const run = await runCli(["analyze", "--url", database.url], { folder });
    expect(run.stdout).toContain(await place("line A"));
  });

  test("what a capture lacks is told", async () => {
    const folder = await captureShop(false);
    const [from, to] = ["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:10.000Z"];
    const loss = { format: "dbadvise-capture", version: 1, kind: "loss", from, to, calls: 7 };
    await appendFile(join(folder, "shop.ndjson"), `${JSON.stringify(loss)}\n{"format":"dbadv`);
    const run = await runCli(
      ["analyze", "--url", database.url, "--capture", "shop.ndjson", "--fail-on", "never"],
      { folder },
    );
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/1 of \d+ records could not be read/);
    expect(run.stdout).toContain("executions that the application could not write down: 7");
  });

  test.each([
    ["missing", "missing.ndjson", /missing\.ndjson.*\n.*Check the path/],
    ["empty", "empty.ndjson", /empty\.ndjson is empty\.\n.*writes every 10 seconds/],
    ["of text", "notes.txt", /notes\.txt is no workload capture.*\n.*capture\(file\)/],
    ["of a newer version", "newer.ndjson", /format version 9.*\n.*Update dbadvise/],
  ])("a file that is %s ends with 2 and what to do", async (_, file, message) => {
    const folder = await newFolder({
      "empty.ndjson": "",
      "notes.txt": "milk\nbread\n",
      "newer.ndjson": '{"format":"dbadvise-capture","version":9,"kind":"query"}\n',
    });
    const run = await runCli(["analyze", "--url", database.url, "--capture", file], { folder });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(message);
  });
});
