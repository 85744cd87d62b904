import { once } from "node:events";
import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { newFolder } from "./testing/new-folder.ts";
import { type CliRun, runCli, startCli } from "./testing/run-cli.ts";

/** A pgbench run on PostgreSQL 15, and a shop's on MariaDB 10.11. */
const STDERR = sample("pg15-stderr.log.gz");
const SLOW = sample("mariadb-10.11-slow-explain.log.gz");
/** Executions in the former, from 10:04:54 to 10:05:00 UTC on 2026-11-22. */
const CALLS = 14_165;

function sample(name: string): string {
  return fileURLToPath(new URL(`../../advisor/testdata/logs/${name}`, import.meta.url));
}

interface JsonDigest {
  readonly sources: readonly { readonly name: string; readonly format: string }[];
  readonly total: { readonly calls: number; readonly shapes: number; readonly totalMs: number };
  readonly queries: readonly { readonly text: string; readonly calls: number }[];
  readonly unread: { readonly lines: number; readonly bytes: number };
}

async function digestOf(...args: readonly string[]): Promise<JsonDigest> {
  const run = await runCli(["digest", "--format", "json", ...args]);
  expect(run).toMatchObject({ code: 0 });
  return JSON.parse(run.stdout) as JsonDigest;
}

/** The modules that the command loads for a log. */
async function loadedBy(log: string): Promise<string> {
  const tell = `import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => {
      const found = next(name, context);
      process.stderr.write(found.url + "\\n");
      return found;
    } });`;
  const hook = `data:text/javascript,${encodeURIComponent(tell)}`;
  const run = await runCli(["digest", log], { env: { NODE_OPTIONS: `--import ${hook}` } });
  expect(run).toMatchObject({ code: 0 });
  return run.stderr;
}

/** One clear paragraph and exit code 2. */
function expectError(run: CliRun, ...parts: readonly string[]): void {
  expect(run.stderr).toMatch(/^error: /m);
  for (const part of parts) expect(run.stderr).toContain(part);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(2);
}

describe("digest", () => {
  test("the top queries of a log, with their times", async () => {
    const run = await runCli(["digest", STDERR, "--limit", "3"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("14,165 calls");
    expect(run.stdout).toContain(
      "update pgbench_branches set bbalance = bbalance + ? where bid = ?",
    );
    expect(run.stdout).not.toContain("\u001B[");
    expect(run.stdout).toMatch(/^3 .*ms/m);
    expect(run.stdout).not.toMatch(/^4 .*ms/m);
  });

  test("loads no parser and no planner for a log that they know nothing of", async () => {
    const told = await loadedBy(SLOW);
    expect(told).toContain("/digest/");
    expect(told).not.toMatch(/libpg-query|pglite|\/postgres\/|advisor\/src\/index/);
    expect(await loadedBy(STDERR)).toMatch(/libpg-query/);
  });

  test("several files, patterns and the standard input count together", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "old"));
    await copyFile(STDERR, join(folder, "old", "postgresql.log.1.gz"));
    await writeFile(join(folder, "postgresql.log"), gunzipSync(await readFile(STDERR)));
    const run = await runCli(
      ["digest", "--format", "json", "postgresql.log", "old/*.gz", "-", "--sort", "calls"],
      { folder, input: gunzipSync(await readFile(STDERR)).toString() },
    );
    const { sources, total } = JSON.parse(run.stdout) as JsonDigest;
    expect(sources.map(({ name }) => name).toSorted()).toEqual([
      "old/postgresql.log.1.gz",
      "postgresql.log",
      "stdin",
    ]);
    expect(total.calls).toBe(3 * CALLS);
  });

  test("the same for any number of threads", async () => {
    const folder = await newFolder();
    const file = join(folder, "postgresql.log");
    await writeFile(file, gunzipSync(await readFile(STDERR)));
    const [one, two] = await Promise.all([
      digestOf(file, "--workers", "1"),
      digestOf(file, "--workers", "2"),
    ]);
    expect(two).toEqual(one);
  });

  test("a slow log of MariaDB", async () => {
    const { sources, total } = await digestOf(SLOW);
    expect(sources[0]?.format).toBe("mysql-slow");
    expect(total.calls).toBeGreaterThan(1000);
  });

  test("--since and --until", async () => {
    const parts = await Promise.all([
      digestOf(STDERR, "--until", "2026-11-22 10:04:56"),
      digestOf(STDERR, "--since", "2026-11-22T11:04:56+01:00"),
    ]);
    for (const { total } of parts) expect(total.calls).toBeGreaterThan(0);
    expect(parts.reduce((sum, { total }) => sum + total.calls, 0)).toBe(CALLS);
    expect((await digestOf(STDERR, "--since", "1h")).total.calls).toBe(0);
  });

  test("--max-shapes sums up the rest", async () => {
    const few = await digestOf(STDERR, "--max-shapes", "2");
    expect(few.queries.length).toBe(2);
    expect(few.total.calls).toBe(CALLS);
  });

  test("data is shown on request only", async () => {
    const secret = "hunter2@example.com";
    const folder = await newFolder({
      "log.log": `2026-01-01 10:00:00.000 UTC [7] me@shop LOG:  duration: 1.500 ms  statement: select * from users where email = '${secret}'\n`,
    });
    for (const format of ["text", "json", "markdown", "html"]) {
      const args = ["digest", "log.log", "--format", format];
      const [closed, open] = await Promise.all([
        runCli(args, { folder }),
        runCli([...args, "--show-literals"], { folder }),
      ]);
      expect(closed.stdout).toContain("users");
      expect(closed.stdout).not.toContain(secret);
      expect(open.stdout).toContain(secret);
    }
  });

  test("a report in a file", async () => {
    const folder = await newFolder();
    const args = ["digest", STDERR, "--format", "html", "-o", "report.html"];
    expect(await runCli(args, { folder })).toMatchObject({ code: 0, stdout: "" });
    const page = await readFile(join(folder, "report.html"), "utf8");
    expect(page).toContain("pgbench_branches");
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });

  test("the configuration's logs", async () => {
    const folder = await newFolder({
      "dbadvise.config.json": JSON.stringify({ log: [STDERR], prefix: "%m [%p] %q%u@%d " }),
    });
    const run = await runCli(["digest"], { folder });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain("14,165 calls");
  });
});

describe("--follow", () => {
  const line = (id: number): string =>
    `2026-01-01 10:00:00.000 UTC [7] me@shop LOG:  duration: 1.500 ms  statement: select * from t where id = ${id}\n`;

  test("reports while a log is written, and all of it after Ctrl-C", async () => {
    const folder = await newFolder({ "live.log": line(1).repeat(3) });
    const child = startCli(["digest", "--follow", "live.log", "--interval", "100ms"], { folder });
    try {
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      // The last record may still go on.
      await expect.poll(() => stdout, { timeout: 30_000 }).toContain("2 calls");
      await appendFile(join(folder, "live.log"), line(2).repeat(4));
      await expect.poll(() => stdout, { timeout: 30_000 }).toContain("6 calls");
      expect(stdout).not.toContain("7 calls");
      child.kill("SIGINT");
      await once(child, "close");
      expect(child.exitCode).toBe(0);
      expect(stdout).toContain("7 calls");
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("Ctrl-C ends what is not followed, and leaves nothing behind", async () => {
    const folder = await newFolder();
    const child = startCli(["digest", "-"], { env: { TMPDIR: folder } });
    try {
      const spilled = async (): Promise<readonly string[]> =>
        (await readdir(folder)).filter((name) => name.startsWith("dbadvise-"));
      await expect.poll(spilled, { timeout: 30_000 }).not.toEqual([]);
      child.kill("SIGINT");
      await once(child, "close");
      expect(child.exitCode).toBe(130);
      expect(await spilled()).toEqual([]);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("--save and --merge", () => {
  const line = (second: number, value: string): string =>
    `2026-01-01 10:00:0${second}.000 UTC [7] me@shop LOG:  duration: 1.500 ms  statement: select * from t where name = '${value}'\n`;

  test("logs of several days and hosts, added up as if they were read at once", async () => {
    const folder = await newFolder({
      "one.log": line(1, "a") + line(2, "b"),
      "two.log": line(3, "c"),
    });
    const run = (...args: readonly string[]): Promise<CliRun> =>
      runCli(["digest", "--format", "json", ...args], { folder });
    expect(await run("one.log", "--save", "one.dbd")).toMatchObject({ code: 0 });
    expect(await run("two.log", "--save", "two.dbd")).toMatchObject({ code: 0 });
    const [whole, merged] = await Promise.all([
      run("one.log", "two.log"),
      run("--merge", "one.dbd", "two.dbd"),
    ]);
    expect(merged.stdout).toBe(whole.stdout);
    expect(JSON.parse(merged.stdout)).toMatchObject({ total: { calls: 3, shapes: 1 } });
    const added = await run("two.log", "--merge", "one.dbd", "--save", "one.dbd");
    expect(added.stdout).toBe(whole.stdout);
    expect((await run("--merge", "one.dbd")).stdout).toBe(whole.stdout);
  });

  test("a log that has grown is read from where the last run ended", async () => {
    const record = (n: number): string =>
      `2026-11-22 10:00:0${n}.000 UTC [7] u@d LOG:  duration: ${n}.000 ms  statement: select ${n}\n`;
    const folder = await newFolder({ "one.log": record(1) + record(2) + record(3).slice(0, 50) });
    const total = async (...args: readonly string[]): Promise<unknown> => {
      const run = await runCli(["digest", "--format", "json", ...args], { folder });
      expect(run).toMatchObject({ code: 0 });
      return (JSON.parse(run.stdout) as JsonDigest).total;
    };
    expect(await total("one.log", "--save", "one.dbd")).toMatchObject({ calls: 2, totalMs: 3 });
    await writeFile(join(folder, "one.log"), record(1) + record(2) + record(3));
    await rename(join(folder, "one.log"), join(folder, "one.log.1"));
    await writeFile(join(folder, "one.log"), record(4));
    const added = ["one.log*", "--merge", "one.dbd"];
    for (const more of [[], ["--save", "one.dbd"], ["--save", "one.dbd"]])
      expect(await total(...added, ...more)).toMatchObject({ calls: 4, totalMs: 10 });
  });

  test("data is saved on request only", async () => {
    const folder = await newFolder({ "one.log": line(1, "hunter2") });
    const save = async (file: string, ...more: readonly string[]): Promise<string> => {
      const run = await runCli(["digest", "one.log", "--save", file, ...more], { folder });
      expect(run).toMatchObject({ code: 0 });
      return readFile(join(folder, file), "utf8");
    };
    expect(await save("closed.dbd")).not.toContain("hunter2");
    expect(await save("open.dbd", "--show-literals")).toContain("hunter2");
  });

  test("what was saved is not lost, and what is no digest is told", async () => {
    const folder = await newFolder({ "one.log": line(1, "a"), "one.dbd": "milk\n" });
    expectError(
      await runCli(["digest", "one.log", "--save", "one.dbd"], { folder }),
      "one.dbd is there already",
      "--merge one.dbd --save one.dbd",
    );
    expect(await readFile(join(folder, "one.dbd"), "utf8")).toBe("milk\n");
    expectError(await runCli(["digest", "--merge", "one.dbd"], { folder }), "one.dbd");
    expectError(await runCli(["digest", "--merge", "none.dbd"], { folder }), "none.dbd");
    expectError(
      await runCli(["digest", "--merge", "one.dbd", "--since", "1h"], { folder }),
      "--since was given without logs",
    );
  });
});

describe("--why", () => {
  test.each([
    [
      "constants",
      "SELECT * FROM t WHERE id = 1 -- x",
      "select *\nfrom T where ID=2",
      "One shape: they are equal",
    ],
    [
      "the parser",
      "select * from t where a in (1, 2)",
      "select * from t where a in ($1)",
      "One shape",
    ],
    ["tables", "select * from t1", "select * from t2", "They part after"],
  ])("%s", async (_, one, other, part) => {
    const run = await runCli(["digest", "--why", one, other]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain(part);
  });

  test("with the rules of MySQL", async () => {
    const statements = ["select 'it\\'s' # x", 'select "y"'];
    const [mysql, postgres] = await Promise.all([
      runCli(["digest", "--log-format", "mysql-slow", "--why", ...statements]),
      runCli(["digest", "--why", ...statements]),
    ]);
    expect(mysql.stdout).toContain("One shape");
    expect(postgres.stdout).toContain("Two shapes");
  });
});

describe("what could not be read", () => {
  const good =
    "2026-01-01 10:00:00.000 UTC [7] LOG:  duration: 1.500 ms  statement: select 1\n".repeat(50);

  test("is shown, and ends with 2 above --max-unread", async () => {
    const folder = await newFolder({ "torn.log": `${good}${"\u0000\u0001garbage\n".repeat(50)}` });
    const run = await runCli(["digest", "torn.log"], { folder });
    expectError(run, "could not be read", "--max-unread");
    expect(run.stdout).toContain("50 calls");
    expect(await runCli(["digest", "torn.log", "--max-unread", "50"], { folder })).toMatchObject({
      code: 0,
      stdout: run.stdout,
    });
  });

  test("nothing at all is an error", async () => {
    const folder = await newFolder({ "notes.txt": "milk\nbread\n" });
    const run = await runCli(["digest", "notes.txt"], { folder });
    expectError(run, "notes.txt");
    expect(run.stdout).toBe("");
  });
});

describe("wrong usage", () => {
  test.each([
    ["no log", [], ["No log was given", "--merge"]],
    ["a missing file", ["missing.log"], ["missing.log"]],
    ["a folder", ["."], ["directory"]],
    ["a pattern of no file", ["*.nothing"], ["No file matches *.nothing"]],
    [
      "a format that there is not",
      [STDERR, "--log-format", "xml"],
      ["Allowed choices are jsonlog"],
    ],
    ["no moment", [STDERR, "--since", "lately"], ['--since is "lately"']],
    [
      "an empty time",
      [STDERR, "--since", "2026-01-02", "--until", "2026-01-01"],
      ["is not before --until"],
    ],
    ["no number", [STDERR, "--limit", "all"], ['--limit is "all"']],
    ["no percentage", [STDERR, "--max-unread", "200"], ['--max-unread is "200"']],
    ["a prefix of another format", ["x", "--log-format", "csvlog", "--prefix", "%m "], ["csvlog"]],
    ["an interval of nothing", [STDERR, "--interval", "5s"], ["without --follow"]],
    ["following the standard input", ["-", "--follow"], ["one file"]],
    ["following two files", ["a", "b", "--follow"], ["2 files"]],
    ["three statements", ["--why", "a", "b", "c"], ["--why was given 3 statements"]],
    ["an output in a missing folder", [STDERR, "-o", "missing/report.txt"], ["missing"]],
  ])("%s", async (_, args, parts) => {
    const run = await runCli(["digest", ...args]);
    expectError(run, ...parts);
    expect(run.stdout).toBe("");
  });

  test("--help has examples", async () => {
    const run = await runCli(["digest", "--help"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("Examples:");
  });
});
