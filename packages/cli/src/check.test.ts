import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres } from "@dbadvise/testkit";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { cloneOf, type GitRepository, newRepository } from "./testing/git-repository.ts";
import { type CliRun, runCli } from "./testing/run-cli.ts";

const ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text, customer_id bigint);\n";

const CHANGE = `-- Orders without a status are gone since March.
ALTER TABLE orders
  ALTER COLUMN status SET NOT NULL;
CREATE INDEX orders_status_idx ON orders (status);
`;

/** `main` with one migration, and a branch `change` with the second one, not committed. */
async function newChange(
  sql = CHANGE,
  files: Readonly<Record<string, string>> = {},
): Promise<GitRepository> {
  const repository = await newRepository();
  await repository.commit({ "db/migrations/001_orders.sql": ORDERS });
  await repository.git("checkout", "--quiet", "-b", "change");
  await repository.write({ "db/migrations/002_change.sql": sql, ...files });
  return repository;
}

/** Nothing of the CI platform that runs the tests. */
const NO_CI = {
  GITHUB_BASE_REF: "",
  CI_MERGE_REQUEST_DIFF_BASE_SHA: "",
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "",
  BITBUCKET_PR_DESTINATION_BRANCH: "",
  SYSTEM_PULLREQUEST_TARGETBRANCH: "",
  GITHUB_SERVER_URL: "",
  CI_JOB_URL: "",
};

const check = (folder: string, args: readonly string[], env = {}): Promise<CliRun> =>
  runCli(["check", ...args], { folder, env: { ...NO_CI, ...env } });

/** Without a trial database: nothing has to be started. */
const quick = (folder: string, args: readonly string[], env = {}): Promise<CliRun> =>
  check(folder, ["--base", "main", "--trial", "none", ...args], env);

const reportOf = ({ stdout }: CliRun) => JSON.parse(stdout);

const codesOf = (run: CliRun): readonly string[] =>
  reportOf(run).findings.map(
    ({ code, place }: { code: string; place: { line: number } }) => `${place.line} ${code}`,
  );

test("a change is tried on the embedded database after its history, and only it is reported", async () => {
  const { folder } = await newChange();
  const run = await check(folder, ["--base", "main", "--format", "json"]);
  expect(run.stderr).not.toContain("error:");
  const report = reportOf(run);
  expect(report).toMatchObject({
    base: "main",
    runner: "sql",
    trial: expect.stringContaining("embedded PostgreSQL"),
    migrations: { total: 2, checked: [{ file: "db/migrations/002_change.sql" }] },
    coverage: { statements: 2, measured: 2, inferred: 0, notAnalyzed: [] },
    problems: [],
  });
  expect(codesOf(run)).toEqual(
    expect.arrayContaining(["2 set-not-null", "4 create-index-blocking"]),
  );
  for (const finding of report.findings) expect(finding.basis).toBe("measured");
  expect(run.code).toBe(1);
});

test("a tool that runs all pending migrations in one transaction: its history is done before", async () => {
  const repository = await newRepository();
  const journal = (...tags: readonly string[]): string =>
    JSON.stringify({
      version: "7",
      dialect: "postgresql",
      entries: tags.map((tag, idx) => ({
        idx,
        version: "7",
        when: idx + 1,
        tag,
        breakpoints: true,
      })),
    });
  await repository.commit({
    "drizzle/0000_orders.sql": ORDERS,
    "drizzle/meta/_journal.json": journal("0000_orders"),
  });
  await repository.write({
    "drizzle/0001_change.sql": CHANGE.replace("NULL;\n", "NULL;--> statement-breakpoint\n"),
    "drizzle/meta/_journal.json": journal("0000_orders", "0001_change"),
  });
  const run = await check(repository.folder, ["--base", "HEAD", "--format", "json"]);
  expect(run.stderr).not.toContain("error:");
  expect(reportOf(run)).toMatchObject({
    runner: "drizzle",
    coverage: { statements: 2, measured: 2 },
    problems: [],
  });
  expect(codesOf(run)).toContain("2 set-not-null");
});

test("with production's snapshot: sizes, the queries that it breaks, and those that it brings", async () => {
  const database = await startPostgres();
  onTestFinished(() => database.close());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    ${ORDERS} CREATE INDEX orders_customer_idx ON orders (customer_id);
    INSERT INTO orders SELECT i, 'open', i % 20000 FROM generate_series(1, 200000) AS i;
    ANALYZE`);
  await client.end();
  const repository = await newRepository();
  const { folder } = repository;
  const index = "CREATE INDEX orders_customer_idx ON orders (customer_id);\n";
  await repository.commit({ "db/migrations/001_orders.sql": ORDERS + index });
  await repository.write({
    "db/migrations/002_change.sql":
      "DROP INDEX CONCURRENTLY orders_customer_idx;\nALTER TABLE orders ADD COLUMN note text;\n",
    "workload.sql": "-- calls: 5000\nSELECT id FROM orders WHERE customer_id = 42;\n",
    "src/report.sql": "SELECT count(*) FROM orders WHERE status = 'lost';\n",
  });
  const snapshot = await runCli(["snapshot", "--url", database.url, "-o", "shop.json"], { folder });
  expect(snapshot.code, snapshot.stderr).toBe(0);
  const run = await check(
    folder,
    ["--base", "HEAD", "--snapshot", "shop.json", "--sql", "workload.sql"].concat([
      "--queries",
      "src/**/*.sql",
      "--format",
      "json",
    ]),
  );
  expect(run.stderr).not.toContain("error:");
  const report = reportOf(run);
  expect(report.snapshotAt).toMatch(/^2/);
  expect(report.problems).toEqual([]);
  const used = report.findings.find((one: { code: string }) => one.code === "dropped-in-use");
  expect(used?.queries[0]?.sql).toContain("customer_id = ");
  expect(codesOf(run)).toContain("1 new-slow-query");
  expect(report.coverage.queries.planned).toBeGreaterThan(0);
  expect(run.code).toBe(1);

  const server = ["--base", "HEAD", "--trial-url", database.url, "--format", "json"];
  const onServer = reportOf(await check(folder, server));
  expect(onServer.trial).toMatch(/^PostgreSQL \d+\.\d+ at /);
  // What can't run in a transaction is not watched to its end.
  expect(onServer.coverage).toMatchObject({ statements: 2, measured: 1, inferred: 1 });
}, 180_000);

test("a migration that the trial refuses is a problem at its line, and ends with 2", async () => {
  const { folder } = await newChange("ALTER TABLE orders\n  DROP COLUMN nowhere;\n");
  const run = await check(folder, ["--base", "main"]);
  expect(run.stdout).toMatch(/problem {2}db\/migrations\/002_change\.sql:1/);
  expect(run.stdout).toContain("nowhere");
  expect(run.stdout).toContain("not everything could be checked");
  expect(run.stdout).not.toContain("No findings.");
  expect(run.code).toBe(2);
});

test("broken SQL is a problem at its line, without a trial database too", async () => {
  const { folder } = await newChange(
    "CREATE INDEX a ON orders (id);\nALTER TABEL orders ADD b int;\n",
  );
  const run = await quick(folder, ["--format", "github"]);
  expect(run.stdout).toMatch(/^::error file=db\/migrations\/002_change\.sql,line=2,/m);
  expect(run.code).toBe(2);
});

test("a change without a migration, and one that is fine", async () => {
  const repository = await newChange("-- nothing\n");
  await repository.commit({});
  const nothing = await check(repository.folder, ["--base", "HEAD", "--trial", "none"]);
  expect(nothing.stdout).toContain("No migration was changed: nothing was checked.");
  expect(nothing.code).toBe(0);
  const { folder } = await newChange(
    "SET lock_timeout = '5s';\nCREATE TABLE items (id bigint PRIMARY KEY);\n",
  );
  const fine = await quick(folder, []);
  expect(fine.stdout).toContain("No findings.");
  expect(fine.code).toBe(0);
});

test("without a base all migrations are checked, each as a change of its own, and the report says so", async () => {
  const { folder } = await newChange();
  const run = await check(folder, ["--trial", "none", "--format", "json"]);
  expect(reportOf(run).migrations.checked).toHaveLength(2);
  // The table that the first one creates is no new one for the second.
  expect(codesOf(run)).toEqual(expect.arrayContaining(["2 set-not-null"]));
  expect(reportOf(run).notes).toContainEqual(
    expect.stringContaining("every migration was checked"),
  );
});

test("a clone without the base", async () => {
  const source = await newChange();
  await source.commit({});
  const { folder } = await cloneOf(source, "--depth=1", "--branch=change");
  const run = await check(folder, [], { GITHUB_BASE_REF: "main" });
  expect(run.stderr).toContain(
    "error: The base origin/main (GITHUB_BASE_REF) is not in this clone.",
  );
  expect(run.stderr).toContain("fetch-depth: 0");
  expect(run).toMatchObject({ code: 2, stdout: "" });
});

test("comments silence findings, with a reason", async () => {
  const { folder } = await newChange(`
-- dbadvise-ignore set-not-null, missing-lock-timeout: 12 rows
ALTER TABLE orders ALTER COLUMN status SET NOT NULL;
CREATE INDEX orders_status_idx ON orders (status); -- dbadvise-ignore create-index-blocking
-- dbadvise-ignore drop-table: nothing is dropped
`);
  const run = await quick(folder, ["--format", "json"]);
  const { ignored, ignoreProblems } = reportOf(run);
  expect(ignored.map((one: { reason: string }) => one.reason)).toContain("12 rows");
  expect(codesOf(run)).toContain("4 create-index-blocking");
  expect(codesOf(run)).not.toContain("3 set-not-null");
  expect(ignoreProblems.map((one: { place: { line: number } }) => one.place.line)).toEqual([4, 5]);
});

test("a baseline: missing, written, known, and what is new", async () => {
  const repository = await newChange();
  const { folder } = repository;
  const missing = await quick(folder, ["--baseline", "known.json"]);
  expect(missing.stderr).toContain("--update-baseline");
  expect(missing.code).toBe(2);

  const written = await quick(folder, ["--baseline", "known.json", "--update-baseline"]);
  expect(written.stdout).toContain("known before");
  expect(written.code).toBe(0);
  const text = await readFile(join(folder, "known.json"), "utf8");
  expect(text).toContain('"code": "set-not-null", "file": "db/migrations/002_change.sql"');

  expect((await quick(folder, ["--baseline", "known.json"])).code).toBe(0);
  await repository.write({
    "db/migrations/002_change.sql": `\n\n${CHANGE}DROP TABLE orders;\n`,
  });
  const run = await quick(folder, ["--baseline", "known.json", "--format", "json"]);
  expect(codesOf(run)).toContainEqual(expect.stringMatching(/^7 drop-table$/));
  expect(codesOf(run)).not.toContainEqual(expect.stringContaining("set-not-null"));
  expect(run.code).toBe(1);

  // What could not be read is not forgotten.
  await repository.write({ "db/migrations/002_change.sql": "ALTER TABEL x;\n" });
  const broken = await quick(folder, ["--baseline", "known.json", "--update-baseline"]);
  expect(broken.code).toBe(2);
  expect(broken.stdout).toContain("known.json was not written");
  expect(await readFile(join(folder, "known.json"), "utf8")).toBe(text);

  await writeFile(join(folder, "notes.json"), '{ "milk": 1 }');
  const other = await quick(folder, ["--baseline", "notes.json", "--update-baseline"]);
  expect(other.stderr).toContain("is not a baseline");
  expect(await readFile(join(folder, "notes.json"), "utf8")).toBe('{ "milk": 1 }');
});

test("the configuration turns rules off and changes their severity", async () => {
  const config = {
    failOn: "error",
    check: {
      paths: "db/migrations",
      base: "main",
      trial: "none",
      rules: {
        "create-index-blocking": "off",
        "missing-lock-timeout": "off",
        "set-not-null": "info",
      },
    },
  };
  const { folder } = await newChange(CHANGE, { "dbadvise.config.json": JSON.stringify(config) });
  const run = await check(folder, ["--format", "json"]);
  expect(reportOf(run).findings).toMatchObject([{ code: "set-not-null", severity: "info" }]);
  expect(run.code).toBe(0);
  expect((await check(folder, ["--fail-on", "info"])).code).toBe(1);
});

test("a wrong configuration is told before any work", async () => {
  const { folder } = await newChange(CHANGE, {
    "dbadvise.config.json": JSON.stringify({ check: { rules: { "drop-tabel": "off" } } }),
  });
  const run = await quick(folder, []);
  expect(run.stderr).toContain(
    'In dbadvise.config.json, check.rules has an unknown code "drop-tabel"',
  );
  expect(run.stderr).toContain("Did you mean drop-table?");
  expect(run).toMatchObject({ code: 2, stdout: "" });
});

test("one run writes several forms, with paths from the repository's root", async () => {
  const repository = await newRepository();
  await repository.commit({ "services/shop/db/migrations/001_orders.sql": ORDERS });
  await repository.write({ "services/shop/db/migrations/002_change.sql": CHANGE });
  const folder = join(repository.folder, "services/shop");
  const run = await check(
    folder,
    ["--base", "HEAD", "--trial", "none", "--format", "github", "-o", "sarif=a.sarif"].concat([
      "-o",
      "markdown=a.md",
      "-o",
      "junit=a.xml",
      "-o",
      "gitlab=a.json",
    ]),
    { GITHUB_SERVER_URL: "https://example.com", GITHUB_REPOSITORY: "a/b", GITHUB_RUN_ID: "7" },
  );
  const file = "services/shop/db/migrations/002_change.sql";
  expect(run.stdout).toContain(`file=${file},line=2,endLine=3,`);
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  const sarif = JSON.parse(await read("a.sarif"));
  const { physicalLocation } = sarif.runs[0].results[0].locations[0];
  expect(physicalLocation.artifactLocation.uri).toBe(file);
  expect(physicalLocation.region.startLine).toBe(2);
  expect(JSON.parse(await read("a.json"))[0].location.path).toBe(file);
  expect(await read("a.md")).toMatch(/^<!-- dbadvise-check -->\n/);
  expect(await read("a.xml")).toContain('<testcase classname="dbadvise check" name="002_change"');
  expect(run.code).toBe(1);
});

test("-o without a form takes the place of the standard output", async () => {
  const { folder } = await newChange();
  const run = await quick(folder, ["-o", "report.txt"]);
  expect(run.stdout).toBe("");
  expect(await readFile(join(folder, "report.txt"), "utf8")).toContain("set-not-null");
});

test.each([
  ["no such format", ["--format", "pdf"], "Allowed choices are text, json, sarif, github"],
  ["no such engine", ["--engine", "oracle"], "can't be checked"],
  ["a trial of another engine", ["--trial-url", "oracle://x/y"], "no engine"],
  ["an output nowhere", ["-o", "sarif=nowhere/a"], "does not exist"],
  ["queries that there are not", ["--queries", "src/**/*.sql"], "No file matches src/**/*.sql"],
  ["no such folder", ["nowhere"], "nowhere"],
  ["a snapshot that is none", ["--snapshot", "db/migrations/001_orders.sql"], "snapshot"],
])("wrong usage ends with 2: %s", async (_, args, message) => {
  const { folder } = await newChange();
  const run = await check(folder, ["--base", "main", ...args]);
  expect(run.stderr).toContain(message);
  expect(run).toMatchObject({ code: 2, stdout: "" });
});

test("a folder without migrations is an error, not a success", async () => {
  const repository = await newRepository();
  await repository.commit({ "a.txt": "a\n" });
  await mkdir(join(repository.folder, "db/migrations"), { recursive: true });
  for (const args of [[], ["db/migrations"], ["db/migrations", "--runner", "sql"]]) {
    const run = await check(repository.folder, [...args, "--trial", "none"]);
    expect(run.stderr).toMatch(/^error: /m);
    expect(run).toMatchObject({ code: 2, stdout: "" });
  }
});
