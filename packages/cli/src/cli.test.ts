import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFolder } from "./testing/new-folder.ts";
import { type CliRun, runCli, startCli } from "./testing/run-cli.ts";

let database: TestDatabase;
let folder: string;
const ROLE = `reader_${process.pid}`;

async function execute(sql: string, url = database.url): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The test database's url with some parts changed. */
function urlWith(
  change: Partial<Pick<URL, "password" | "pathname" | "port" | "username">>,
): string {
  return Object.assign(new URL(database.url), change).href;
}

const SLOW = "SELECT total FROM orders WHERE customer_id = ";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbadvise-cli-test-"));
  database = await startPostgres();
  await execute(`
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, total int NOT NULL);
    INSERT INTO orders SELECT i, i % 20000, i % 97 FROM generate_series(1, 100000) AS i;
    CREATE TABLE secrets (note text);
    INSERT INTO secrets SELECT 'note ' || i FROM generate_series(1, 20000) AS i;
    ANALYZE;
    CREATE ROLE ${ROLE} LOGIN PASSWORD 'reader';
    GRANT SELECT ON orders TO ${ROLE}`);
  await writeFile(join(folder, "workload.sql"), `-- calls: 500\n${SLOW}42;\n`);
  await writeFile(join(folder, "notes.txt"), "milk\nbread\n");
  await writeFile(join(folder, "notes.json"), '{ "milk": 1 }');
});

afterAll(async () => {
  await execute(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  await database.close();
  await rm(folder, { recursive: true });
});

/** One clear paragraph and exit code 2: nothing on the standard output, no stack, no password. */
function expectError(run: CliRun, ...parts: readonly string[]): void {
  expect(run.stderr).toMatch(/^error: /m);
  for (const part of parts) expect(run.stderr).toContain(part);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.stderr).not.toContain("s3cret");
  expect(run.stderr.trim().split("\n").length).toBeLessThanOrEqual(4);
  expect(run.stdout).toBe("");
  expect(run.code).toBe(2);
}

describe("help", () => {
  test("the overview names every command, on the standard output", async () => {
    const run = await runCli(["--help"]);
    expect(run.code).toBe(0);
    for (const command of ["analyze", "digest", "check", "snapshot", "explain", "demo"])
      expect(run.stdout).toContain(`$ dbadvise ${command}`);
  });

  test.each(["analyze", "check", "snapshot", "explain"])(
    "%s --help has examples",
    async (command) => {
      const run = await runCli([command, "--help"]);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain("Examples:");
    },
  );

  test("--version", async () => {
    expect(await runCli(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe("wrong usage ends with 2", () => {
  test.each([
    ["an unknown option", ["analyze", "--urll", "x"], "unknown option '--urll'"],
    ["an unknown command", ["analyse"], "unknown command 'analyse'"],
    [
      "a format that there is not",
      ["analyze", "--format", "pdf"],
      "Allowed choices are text, json, markdown, html, sarif",
    ],
    [
      "a severity that there is not",
      ["analyze", "--fail-on", "fatal"],
      "Allowed choices are info, warning, error, never",
    ],
    ["an argument too many", ["analyze", "postgres://localhost/x"], "too many arguments"],
    [
      "a snapshot without a file",
      ["snapshot", "--url", "postgres://localhost/x"],
      "required option '-o, --output <file>'",
    ],
    ["explain without a statement", ["explain"], "missing required argument 'sql'"],
    ["no command", [], "Usage: dbadvise"],
  ])("%s", async (_, args, message) => {
    const run = await runCli(args);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(message);
  });

  test("no database", async () => {
    expectError(
      await runCli(["analyze"]),
      "No database was given",
      "--url",
      "DATABASE_URL",
      "--snapshot",
    );
  });

  test("a configuration with an unknown key", async () => {
    const own = await newFolder({
      "dbadvise.config.json": '{ "database": "postgres://localhost/x" }',
    });
    expectError(
      await runCli(["analyze"], { folder: own }),
      'unknown key "database"',
      "Known keys: url",
    );
  });
});

describe("connections that fail", () => {
  test("refused", async () => {
    const run = await runCli(["analyze", "--url", "postgres://me:s3cret@127.0.0.1:1/shop"]);
    expectError(run, "127.0.0.1:1");
  });
  test("unknown host", async () => {
    expectError(
      await runCli(["analyze", "--url", "postgres://me:s3cret@nowhere.invalid/shop"]),
      "nowhere.invalid",
    );
  });
  test("wrong password", async () => {
    expectError(
      await runCli(["analyze", "--url", urlWith({ username: ROLE, password: "s3cret" })]),
      "password",
    );
  });
  test("no such database", async () => {
    expectError(
      await runCli(["analyze", "--url", urlWith({ pathname: "/no_such_shop" })]),
      "no_such_shop",
    );
  });
  test("another engine", async () => {
    expectError(
      await runCli(["analyze", "--url", "sqlserver://me:s3cret@localhost/shop"]),
      "sqlserver:// is not supported yet",
      "postgres://",
    );
  });
  test.each(["localhost:5432/shop", "postgres://me:s3cret@localhost:port/shop"])(
    "no url: %s",
    async (url) => {
      expectError(await runCli(["analyze", "--url", url]), "connection string");
    },
  );
  test("one server twice", async () => {
    expectError(
      await runCli(["analyze", "--url", database.url, "--url", database.url]),
      "was given twice",
    );
  });
  test("a second server that is no replica of the first", async () => {
    const other = await startPostgres();
    try {
      expectError(
        await runCli(["analyze", "--url", database.url, "--url", other.url]),
        "holds another database than",
      );
    } finally {
      await other.close();
    }
  });
});

describe("files that can't be read or written", () => {
  test.each([
    ["a missing snapshot", ["--snapshot", "missing.json"], "missing.json"],
    ["a folder as a snapshot", ["--snapshot", "."], "."],
    ["JSON that is no snapshot", ["--snapshot", "notes.json"], "notes.json"],
    ["a text that is no snapshot", ["--snapshot", "notes.txt"], "notes.txt"],
  ])("%s", async (_, args, part) => {
    expectError(await runCli(["analyze", ...args], { folder }), part);
  });

  test.each([
    ["a missing log", ["--log", "missing.log"], "missing.log"],
    ["a pattern of no log", ["--log", "*.nothing"], "No file matches *.nothing"],
    ["a folder as a log", ["--log", "."], "directory"],
    ["a log of another kind", ["--log", "notes.txt"], "notes.txt"],
    ["a log of another format", ["--log", "notes.txt", "--log-format", "csvlog"], "notes.txt"],
    ["a missing file of statements", ["--sql", "missing.sql"], "missing.sql"],
    ["an output in a missing folder", ["-o", "missing/report.txt"], "missing"],
    ["a folder as the output", ["-o", "."], "is a directory"],
  ])("%s", async (_, args, part) => {
    expectError(await runCli(["analyze", "--url", database.url, ...args], { folder }), part);
  });

  test("a snapshot into a missing folder", async () => {
    expectError(
      await runCli(["snapshot", "--url", database.url, "-o", "missing/x.json"], { folder }),
      "does not exist",
      "mkdir -p",
    );
  });
});

interface JsonReport {
  readonly findings: readonly {
    readonly code: string;
    readonly object: { readonly table: string; readonly columns: readonly string[] };
  }[];
  readonly notAnalyzed: {
    readonly objects: readonly { readonly object: string; readonly reason: string }[];
  };
}

function parseReport(run: CliRun): JsonReport {
  expect(run.stderr).not.toContain("error:");
  return JSON.parse(run.stdout) as JsonReport;
}

function codesOf(run: CliRun): readonly string[] {
  return parseReport(run).findings.map(({ code }) => code);
}

describe("analyze", () => {
  const sql = ["--sql", "workload.sql"];

  test("finds what is missing, and says so by its exit code", async () => {
    const run = await runCli(["analyze", "--url", database.url, ...sql], { folder });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("missing-index");
    expect(run.stdout).toMatch(/CREATE INDEX CONCURRENTLY .*customer_id/);
    expect(run.stdout).not.toContain("\u001B[");
  });

  test("--fail-on moves the line", async () => {
    for (const [failOn, code] of [
      ["info", 1],
      ["warning", 1],
      ["error", 0],
      ["never", 0],
    ] as const) {
      const run = await runCli(["analyze", "--fail-on", failOn], {
        folder,
        env: { DATABASE_URL: database.url },
      });
      expect(run, run.stderr).toMatchObject({ code });
    }
  });

  test("colours when they are forced", async () => {
    const run = await runCli(["analyze", "--url", database.url], {
      folder,
      env: { FORCE_COLOR: "1" },
    });
    expect(run.stdout).toContain("\u001B[");
  });

  test("without pg_stat_statements the catalog is analysed, and the report says how to enable it", async () => {
    const report = parseReport(
      await runCli(["analyze", "--url", database.url, "--format", "json"]),
    );
    expect(report.findings.map(({ code }) => code)).toContain("missing-primary-key");
    expect(report.notAnalyzed.objects).toContainEqual({
      object: "pg_stat_statements",
      reason: expect.stringContaining("CREATE EXTENSION pg_stat_statements"),
    });
  });

  test("reads pg_stat_statements; --no-statements leaves it out; an empty one is told", async () => {
    const json = ["analyze", "--format", "json"];
    const env = { DATABASE_URL: database.url };
    await execute("CREATE EXTENSION pg_stat_statements");
    try {
      await execute("SELECT /* dbadvise */ pg_stat_statements_reset()");
      const empty = parseReport(await runCli(json, { env }));
      expect(empty.notAnalyzed.objects.map(({ object }) => object)).toContain("pg_stat_statements");
      await execute(`${SLOW}7; ${SLOW}8; ${SLOW}9`);
      const found = parseReport(await runCli(json, { env }));
      expect(found.findings).toContainEqual(
        expect.objectContaining({
          code: "missing-index",
          object: expect.objectContaining({ columns: ["customer_id"] }),
        }),
      );
      const without = parseReport(await runCli([...json, "--no-statements"], { env }));
      expect(without.findings.map(({ code }) => code)).not.toContain("missing-index");
      const own = await newFolder({ "dbadvise.config.json": '{ "statements": false }' });
      const configured = parseReport(await runCli(json, { env, folder: own }));
      expect(configured.findings.map(({ code }) => code)).not.toContain("missing-index");
      expect((await runCli(["snapshot", "-o", "shop.json"], { env, folder: own })).code).toBe(0);
      const offline = [...json, "--snapshot", "shop.json"];
      expect(codesOf(await runCli(offline, { folder: own }))).not.toContain("missing-index");
      const other = await newFolder();
      expect((await runCli(["snapshot", "-o", "shop.json"], { env, folder: other })).code).toBe(0);
      expect(codesOf(await runCli(offline, { folder: other }))).toContain("missing-index");
      expect(
        codesOf(await runCli([...offline, "--no-statements"], { folder: other })),
      ).not.toContain("missing-index");
    } finally {
      await execute("DROP EXTENSION pg_stat_statements");
    }
  });

  test("a role that may not read a table gets a report that names it", async () => {
    const url = urlWith({ username: ROLE, password: "reader" });
    const report = parseReport(
      await runCli(["analyze", "--url", url, "--format", "json", ...sql], { folder }),
    );
    expect(report.notAnalyzed.objects.map(({ object }) => object).join()).toContain("secrets");
    expect(report.findings.map(({ object }) => object.columns)).toContainEqual(["customer_id"]);
  });

  test("-o writes the file and nothing else", async () => {
    const own = await newFolder();
    const run = await runCli(
      ["analyze", "--url", database.url, "--format", "sarif", "-o", "report.sarif"],
      { folder: own },
    );
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(await readFile(join(own, "report.sarif"), "utf8"))).toMatchObject({
      version: "2.1.0",
    });
    expect(await readdir(own)).toEqual(["report.sarif"]);
  });

  test("--format html is one page that asks for no other file", async () => {
    const page = await runCli(["analyze", "--url", database.url, "--format", "html", ...sql], {
      folder,
    });
    expect(page.code).toBe(1);
    expect(page.stdout).toMatch(/^<!DOCTYPE html>[^]*missing-index[^]*<\/html>\n$/);
    expect(page.stdout).toContain("default-src 'none'");
    expect(page.stdout).toMatch(/Indexes by table[^]*CREATE INDEX CONCURRENTLY/);
  });

  test("takes its options from a configuration in TypeScript", async () => {
    const config = {
      url: database.url,
      sql: join(folder, "workload.sql"),
      format: "json",
      failOn: "never",
    };
    const own = await newFolder({
      "package.json": '{ "type": "module" }',
      "dbadvise.config.ts": `const config: object = ${JSON.stringify(config)};\nexport default config;\n`,
    });
    const run = await runCli(["analyze"], { folder: own });
    expect(run.code, run.stderr).toBe(0);
    expect(parseReport(run).findings.map(({ code }) => code)).toContain("missing-index");
  });
});

describe("snapshot", () => {
  test("its analysis gives the findings of the live server", async () => {
    const own = await newFolder();
    const made = await runCli(["snapshot", "--url", database.url, "-o", "shop.json"], {
      folder: own,
    });
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toContain("2 tables, 1 index");
    expect(made.stdout).toContain("pg_stat_statements: ");
    const args = ["--format", "json", "--sql", join(folder, "workload.sql")];
    const live = parseReport(await runCli(["analyze", "--url", database.url, ...args]));
    // DATABASE_URL is there, and not used: a snapshot on the command line wins.
    const offline = await runCli(["analyze", "--snapshot", "shop.json", ...args], {
      folder: own,
      env: { DATABASE_URL: "mysql://x/y" },
    });
    const names = ({ findings }: JsonReport): readonly string[] =>
      findings.map(({ code, object }) => `${code} ${object.table} ${object.columns.join()}`);
    expect(names(parseReport(offline))).toEqual(names(live));
    expect(names(live)).toContain("missing-index orders customer_id");
  });
});

describe("explain", () => {
  test("shows the plan now, the plan with the advised index, and its DDL", async () => {
    const run = await runCli(["explain", `${SLOW}42`, "--url", database.url]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(
      /Plan now, cost [\s\S]*Seq Scan on orders[\s\S]*Plan with the advised index[\s\S]*CREATE INDEX CONCURRENTLY/,
    );
  });

  test("says when no index is needed", async () => {
    const run = await runCli(["explain", "-", "--url", database.url], {
      input: "SELECT total FROM orders WHERE id = $1",
    });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain("orders_pkey");
    expect(run.stdout).toContain("No index is advised.");
  });

  test("marks the place of a syntax error", async () => {
    const run = await runCli(["explain", "SELECT *\nFORM orders", "--url", database.url]);
    expectError(run, 'syntax error at or near "FORM", line 2, column 1\n  FORM orders\n  ^\n');
  });

  test.each([
    ["a table that does not exist", "SELECT * FROM nothing", "nothing"],
    ["a column that does not exist", "SELECT nothing FROM orders", "nothing"],
    ["a statement without a plan", "VACUUM orders", "has no plan"],
    ["two statements", "SELECT 1; SELECT 2", "2 statements"],
  ])("%s", async (_, statement, part) => {
    expectError(await runCli(["explain", statement, "--url", database.url]), part);
  });
});

describe("the process", () => {
  test("a reader that goes away is no error", async () => {
    const child = startCli(["analyze", "--url", database.url, "--fail-on", "never"]);
    child.stdin.end();
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await once(child, "close");
    expect(stderr).not.toContain("EPIPE");
    expect(child.exitCode, stderr).toBe(0);
  });

  test("Ctrl-C ends with 130 and closes the connection", async () => {
    // A server that accepts and never answers: the command waits for it.
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.resume())).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const child = startCli(["analyze", "--url", `postgres://me@127.0.0.1:${port}/shop`]);
    const closed = once(child, "close");
    const [socket] = (await once(server, "connection")) as [Socket];
    const gone = once(socket, "close");
    child.kill("SIGINT");
    await closed;
    await gone;
    server.close();
    expect(child.exitCode).toBe(130);
  });
});
