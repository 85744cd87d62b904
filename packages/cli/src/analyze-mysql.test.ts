import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture, observeQuery, type Server } from "@dbadvise/observe";
import {
  type PrivateServer,
  startMariadb,
  startMysql,
  startPrivateServer,
  type TestDatabase,
} from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFolder } from "./testing/new-folder.ts";
import { type CliRun, runCli } from "./testing/run-cli.ts";

const DIGITS = `(SELECT 0 AS d ${Array.from({ length: 9 }, (_, digit) => `UNION ALL SELECT ${digit + 1}`).join(" ")})`;
const NUMBERS = `(SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS i
  FROM ${["a", "b", "c", "d", "e"].map((name) => `${DIGITS} ${name}`).join(", ")}) AS numbers`;

/** A shop with one of each fault that texts and the catalog show. */
const SHOP = [
  `CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, code varchar(20) NOT NULL, created_at datetime NOT NULL,
    total int NOT NULL, KEY orders_created (created_at), KEY orders_code (code), KEY orders_total (total),
    KEY orders_total_again (total), KEY orders_total_created (total, created_at))`,
  `INSERT INTO orders SELECT i, i % 10000, concat('C', i), timestamp '2026-01-01 00:00:00' + interval i minute, i % 977 FROM ${NUMBERS} WHERE i <= 20000`,
  "CREATE TABLE events (customer_id int NOT NULL, kind varchar(20) NOT NULL)",
  `INSERT INTO events SELECT i % 10000, if(i % 9 = 0, 'cart', 'view') FROM ${NUMBERS} WHERE i <= 8000`,
  "ANALYZE TABLE orders, events",
];

const SLOW = "SELECT total FROM orders WHERE customer_id = ";

const WORKLOAD = `-- calls: 500
${SLOW}42;
-- calls: 100
SELECT id FROM orders WHERE DATE(created_at) = '2026-02-01';
-- calls: 50
SELECT id FROM orders WHERE code = 4711;
`;

interface JsonFinding {
  readonly code: string;
  readonly confidence: string;
  readonly planner: string | null;
  readonly object: {
    readonly table: string;
    readonly name: string | null;
    readonly columns: readonly string[];
  };
  readonly queries: readonly { readonly costBefore: number; readonly costAfter: number }[];
  readonly ddl: { readonly apply: readonly string[]; readonly undo: readonly string[] } | null;
}

interface JsonReport {
  readonly server: { readonly engine: string; readonly product: string; readonly version: string };
  readonly planner: { readonly name: string } | null;
  readonly workload: { readonly queries: number; readonly calls: number };
  readonly findings: readonly JsonFinding[];
  readonly notAnalyzed: {
    readonly objects: readonly { readonly object: string; readonly reason: string }[];
  };
}

function parseReport(run: CliRun): JsonReport {
  expect(run.stderr).not.toContain("error:");
  return JSON.parse(run.stdout) as JsonReport;
}

function nameOf({ code, object }: JsonFinding): string {
  return `${code} ${object.table} ${object.columns.join()}`;
}

/** One clear paragraph and exit code 2: nothing on the standard output, no stack, no password. */
function expectError(run: CliRun, ...parts: readonly string[]): void {
  expect(run.stderr).toMatch(/^error: /m);
  for (const part of parts) expect(run.stderr).toContain(part);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.stderr).not.toContain("s3cret");
  expect(run.stdout).toBe("");
  expect(run.code).toBe(2);
}

describe.each([
  ["MySQL", "mysql", startMysql],
  ["MariaDB", "mariadb", startMariadb],
] as const)("%s", { timeout: 300_000 }, (product, engine, start) => {
  let database: TestDatabase;
  let scratch: PrivateServer;
  let client: Connection;
  let folder: string;
  const account = `reader_${process.pid}`;
  const scratchUrl = (): readonly string[] => ["--scratch-url", scratch.url];
  const analyze = (...args: readonly string[]): Promise<CliRun> =>
    runCli(["analyze", "--url", database.url, ...args], { folder });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dbadvise-cli-test-"));
    await writeFile(join(folder, "workload.sql"), WORKLOAD);
    [database, scratch] = await Promise.all([start(), startPrivateServer(engine)]);
    client = await createConnection(database.url);
    for (const statement of SHOP) await client.query(statement);
    await client.query(`CREATE USER ${account}@'%' IDENTIFIED BY 'reader'`);
    await client.query(`GRANT SELECT ON orders TO ${account}@'%'`);
  }, 300_000);

  afterAll(async () => {
    await client?.query(`DROP USER IF EXISTS ${account}@'%'`);
    await client?.end();
    await database?.close();
    await scratch?.close();
    await rm(folder, { recursive: true });
  });

  const urlWith = (
    change: Partial<Pick<URL, "password" | "pathname" | "port" | "username">>,
  ): string => Object.assign(new URL(database.url), change).href;

  test("each fault is found on a scratch copy, with its proof, and the exit code says so", async () => {
    const run = await analyze(...scratchUrl(), "--sql", "workload.sql", "--format", "json");
    expect(run.code, run.stderr).toBe(1);
    const report = parseReport(run);
    expect(report.server).toMatchObject({ engine: "MySQL", product });
    expect(report.planner?.name).toMatch(new RegExp(`^scratch copy \\(${product} `));
    const names = report.findings.map(nameOf);
    for (const expected of [
      "missing-index orders customer_id",
      "missing-primary-key events ",
      "non-sargable-predicate orders created_at",
      "non-sargable-predicate orders code",
    ])
      expect(names).toContain(expected);
    const codes = report.findings.map(({ code }) => code);
    expect(codes).toContain("duplicate-index");
    expect(codes).toContain("redundant-index");
    const missing = report.findings.find(({ code }) => code === "missing-index");
    expect(missing).toMatchObject({ confidence: "verified", planner: report.planner?.name });
    expect(missing?.ddl?.apply.join()).toMatch(/customer_id/);
    expect(missing?.queries[0]?.costAfter).toBeLessThan(missing?.queries[0]?.costBefore ?? 0);
    // The advised statement is one that the server takes.
    for (const statement of [...(missing?.ddl?.apply ?? []), ...(missing?.ddl?.undo ?? [])])
      await client.query(statement);
  });

  test("the text names the product and the proof", async () => {
    const run = await analyze(...scratchUrl(), "--sql", "workload.sql", "--fail-on", "never");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(new RegExp(`Database .* ${product} \\d+\\.\\d+`));
    expect(run.stdout).toMatch(new RegExp(`verified on scratch copy \\(${product} `));
    expect(run.stdout).not.toContain(new URL(database.url).password);
  });

  test("without a scratch server the live one and a model answer, and the report says that they estimate", async () => {
    const run = await analyze("--planner", "model", "--sql", "workload.sql", "--format", "json");
    const report = parseReport(run);
    expect(run.code).toBe(1);
    const missing = report.findings.find(({ code }) => code === "missing-index");
    expect(missing).toMatchObject({
      confidence: "estimated",
      object: { columns: ["customer_id"] },
    });
    expect(report.planner?.name).toContain("model");
  });

  test("the analysis of a snapshot is that of the live server", async () => {
    const made = await runCli(["snapshot", "--url", database.url, "-o", "shop.json"], { folder });
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(new RegExp(`^shop\\.json: ${product} .*\\n  2 tables`));
    const args = [...scratchUrl(), "--no-statements", "--sql", "workload.sql", "--format", "json"];
    const live = parseReport(await analyze(...args));
    const offline = parseReport(
      await runCli(["analyze", "--snapshot", "shop.json", ...args], { folder }),
    );
    // Counters go on between the two readings, and plans that cost nearly the same may change places.
    const facts = ({ findings }: JsonReport): readonly string[] =>
      findings
        .filter(({ code }) => code !== "unused-index")
        .map((finding) => `${nameOf(finding)} ${finding.confidence} ${JSON.stringify(finding.ddl)}`)
        .toSorted();
    expect(facts(offline)).toEqual(facts(live));
    expect(offline.findings.map(nameOf)).toContain("missing-index orders customer_id");
  });

  test("a slow log is a workload", async () => {
    const record = (second: number, customer: number): string =>
      `# Time: 2026-11-22T10:10:${second}.123456Z
# User@Host: app[app] @ web1 [10.0.0.7]  Id:    17
# Query_time: 0.250000  Lock_time: 0.000086 Rows_sent: 5  Rows_examined: 100000
SET timestamp=1795342200;
${SLOW}${customer};
`;
    await writeFile(join(folder, "slow.log"), [11, 12, 13].map((at) => record(at, at)).join(""));
    const report = parseReport(
      await analyze(...scratchUrl(), "--no-statements", "--log", "slow.log", "--format", "json"),
    );
    expect(report.workload).toMatchObject({ queries: 1, calls: 3 });
    expect(report.findings.map(nameOf)).toContain("missing-index orders customer_id");
  });

  test("a capture of the application is a workload", async () => {
    const own = await newFolder();
    const url = new URL(database.url);
    const server: Server = {
      system: engine,
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      role: "primary",
    };
    {
      await using written = capture(join(own, "shop.ndjson"));
      for (const customer of [1, 2, 3]) {
        const observed = observeQuery({
          sql: `${SLOW}?`,
          parameters: [customer],
          server,
          pool: "main",
        });
        await client.query(`${SLOW}?`, [customer]);
        observed.succeed(5);
      }
      await written.flush();
    }
    const run = await analyze(
      ...scratchUrl(),
      "--no-statements",
      "--capture",
      join(own, "shop.ndjson"),
      "--format",
      "json",
    );
    const report = parseReport(run);
    expect(report.workload).toMatchObject({ queries: 1, calls: 3 });
    expect(report.findings.map(nameOf)).toContain("missing-index orders customer_id");
    expect(run.stdout).toContain("analyze-mysql.test.ts");
  });

  test("explain", async () => {
    const run = await runCli(["explain", `${SLOW}42`, "--url", database.url, ...scratchUrl()]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(
      /Plan now, cost [\s\S]*Plan with the advised index[\s\S]*customer_id/,
    );
    const parameter = await runCli(["explain", "-", "--url", database.url, ...scratchUrl()], {
      input: "SELECT total FROM orders WHERE id = ?",
    });
    expect(parameter.stdout).toContain("No index is advised.");
  });

  test("usage", async () => {
    const own = await newFolder();
    const run = await runCli(["usage", "--record", "shop.usage", "--url", database.url], {
      folder: own,
    });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain("shop.usage: added ");
    expect((await runCli(["usage", "shop.usage"], { folder: own })).code).toBe(0);
  });

  test("what an account may not read is told in every form, with what that leaves unproved", async () => {
    const url = urlWith({ username: account, password: "reader" });
    for (const format of ["text", "markdown", "json", "html", "sarif"]) {
      const run = await runCli(
        ["analyze", "--url", url, "--format", format, "--fail-on", "never"],
        { folder },
      );
      expect(run.stderr).not.toContain("error:");
      expect(run.stdout, format).toMatch(/GRANT|performance(?:\\?_)schema|userstat/);
    }
  });

  test("connections that fail name the server and what to do", async () => {
    expectError(
      await runCli(["analyze", "--url", urlWith({ username: account, password: "s3cret" })]),
      account,
    );
    expectError(
      await runCli(["analyze", "--url", urlWith({ pathname: "/no_such_shop" })]),
      "no_such_shop",
    );
    expectError(
      await runCli(["analyze", "--url", `${engine}://me:s3cret@127.0.0.1:1/shop`]),
      "127.0.0.1:1",
    );
    expectError(await runCli(["analyze", "--url", urlWith({ pathname: "" })]), "database");
  });

  test("planners and scratch servers that do not fit", async () => {
    expectError(await analyze("--planner", "hypopg"), 'MySQL has no planner "hypopg"', "scratch");
    expectError(
      await analyze("--scratch-url", database.url),
      "The scratch server is a server that is analysed.",
    );
    expectError(
      await analyze("--scratch-url", "postgres://localhost/x"),
      "not of the engine MySQL",
    );
    expectError(await analyze("--planner", "model", ...scratchUrl()), "none of these takes one");
    expectError(
      await analyze("--scratch-url", `${engine}://me:s3cret@127.0.0.1:1/`, "--sql", "workload.sql"),
      "can't be reached",
    );
  });

  test("a statement that can't be read", async () => {
    expectError(
      await runCli(["explain", "SELECT *\nFORM orders", "--url", database.url]),
      "line 2, column ",
      "in MySQL's SQL",
    );
    expectError(
      await runCli(["explain", "SELECT * FROM nothing", "--url", database.url, ...scratchUrl()]),
      "nothing",
    );
  });
});
