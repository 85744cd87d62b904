import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { capture, type CaptureOptions } from "./capture.ts";
import type { CapturedQuery, CaptureLine } from "./capture-line.ts";
import { observeQuery, queriesAreObserved } from "./query-channel.ts";
import type { Server } from "./query-message.ts";

const SERVER: Server = {
  system: "postgresql",
  host: "db",
  port: 5432,
  database: "shop",
  role: "primary",
};
const NEVER = 2 ** 31 - 1;

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbadvise-capture-"));
});
afterAll(() => rm(folder, { recursive: true }));

function newFile(): string {
  files += 1;
  return join(folder, `capture-${files}.ndjson`);
}

/** A capture of a new file that writes only when told to, and ends with the test. */
function startCapture(
  options: CaptureOptions = {},
  file = newFile(),
): ReturnType<typeof capture> & { readonly file: string } {
  const handle = capture(file, { flushMs: NEVER, ...options });
  onTestFinished(() => handle.close());
  return { ...handle, file };
}

function send(
  sql: string,
  parameters: readonly unknown[] = [],
  { rows = 1, error, server = SERVER }: { rows?: number; error?: Error; server?: Server } = {},
): void {
  const query = observeQuery({ sql, parameters, server, pool: "main" });
  if (error === undefined) query.succeed(rows);
  else query.fail(error);
}

function linesOf(file: string): CaptureLine[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): CaptureLine => JSON.parse(line));
}

function queriesOf(file: string): CapturedQuery[] {
  return linesOf(file).filter((line) => line.kind === "query");
}

/** Warnings of captures that begin from here to the end of the test. */
function captureWarnings(): readonly string[] {
  const warnings: string[] = [];
  const emit = vi.spyOn(process, "emitWarning").mockImplementation((warning) => {
    warnings.push(String(warning));
  });
  onTestFinished(() => emit.mockRestore());
  return warnings;
}

test("one line for each statement and server: counts, rows, errors, and who asked", async () => {
  const handle = startCapture();
  for (let id = 0; id < 10; id++) send(`SELECT * FROM orders WHERE id = ${id}`, [], { rows: 2 });
  send("SELECT * FROM orders WHERE id = 5", [], {
    error: Object.assign(new Error("gone"), { code: "57P01" }),
  });
  send("SELECT * FROM orders WHERE id = 5", [], { server: { ...SERVER, database: "archive" } });
  await handle.flush();

  const [shop, archive, ...others] = queriesOf(handle.file);
  expect(others).toEqual([]);
  expect(shop).toMatchObject({
    format: "dbadvise-capture",
    version: 1,
    kind: "query",
    sql: "SELECT * FROM orders WHERE id = $1",
    server: { system: "postgresql", host: "db", port: 5432, database: "shop", role: "primary" },
    pool: "main",
    calls: 10,
    rows: 20,
    errors: { "57P01": 1 },
    samples: [],
  });
  expect(shop?.totalMs).toBeGreaterThanOrEqual(0);
  expect(Date.parse(shop!.to)).toBeGreaterThanOrEqual(Date.parse(shop!.from));
  expect(archive).toMatchObject({ calls: 1, server: { database: "archive" } });
  expect(statSync(handle.file).mode & 0o777).toBe(0o600);
});

test("lines of code: exact for the first calls of an interval, by a sample for the others", async () => {
  const handle = startCapture();
  const query = { sql: "SELECT * FROM a", parameters: [], server: SERVER, pool: undefined };
  function often(): void {
    observeQuery(query).succeed(1);
  }
  function seldom(): void {
    observeQuery(query).succeed(1);
  }
  for (let call = 0; call < 4; call++) often();
  for (let call = 0; call < 2; call++) seldom();
  await handle.flush();
  for (let call = 0; call < 10; call++) seldom();
  for (let call = 0; call < 300; call++) often();
  await handle.close();
  const [few, many] = queriesOf(handle.file).map(({ callSites }) => callSites);
  expect(few?.map(({ function: name, calls }) => [name, calls])).toEqual([
    ["often", 4],
    ["seldom", 2],
  ]);
  expect(many?.map(({ function: name }) => name)).toEqual(["often", "seldom"]);
  expect(Math.abs(many![0]!.calls + many![1]!.calls - 310)).toBeLessThanOrEqual(1);
  // Some 19 stacks of 300 are taken; fewer than 3 once in a million runs.
  expect(many![1]!.calls).toBeLessThan(60);
});

test("an interval is counted once, and one without queries leaves no line", async () => {
  const handle = startCapture();
  send("SELECT 1");
  await handle.flush();
  await handle.flush();
  send("SELECT 1");
  await handle.close();
  expect(queriesOf(handle.file).map(({ calls }) => calls)).toEqual([1, 1]);
  expect(queriesAreObserved()).toBe(false);
});

test("counts are exact, however many statements are under way while it writes", async () => {
  const handle = startCapture({ flushMs: 10 });
  let sent = 0;
  const worker = async (own: number): Promise<void> => {
    for (let round = 0; round < 200; round++) {
      const query = observeQuery({
        sql: `SELECT a${(own + round) % 7} FROM t`,
        parameters: [],
        server: SERVER,
        pool: undefined,
      });
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
      query.succeed(3);
    }
  };
  await Promise.all(Array.from({ length: 40 }, (_, own) => worker(own)));
  await handle.close();
  const lines = queriesOf(handle.file);
  expect(sent).toBe(8_000);
  expect(lines.reduce((sum, { calls }) => sum + calls, 0)).toBe(sent);
  expect(lines.reduce((sum, { rows }) => sum + (rows ?? 0), 0)).toBe(3 * sent);
  expect(new Set(lines.map(({ sql }) => sql)).size).toBe(7);
});

test("more statements than memory holds are written early: none is lost", async () => {
  const handle = startCapture();
  for (let column = 0; column < 2_500; column++) send(`SELECT c${column} FROM t`);
  expect(queriesOf(handle.file).length).toBe(2_000);
  await handle.close();
  expect(queriesOf(handle.file).length).toBe(2_500);
  expect(handle.lost()).toBe(0);
});

const SECRETS = ["s3cret-literal", "s3cret-parameter", "s3cret-comment", "s3cret\\'quoted"];
function sendSecrets(): void {
  const [literal, parameter, comment] = SECRETS;
  send(`SELECT /* ${comment} */ 1 FROM users WHERE token = '${literal}' AND name = $1`, [
    parameter,
  ]);
  send(`SELECT 1 FROM users WHERE token = E's3cret\\'quoted'`);
  send(`SELECT 1 FROM users WHERE token = $tag$s3cret'$tag$`);
  send(`INSERT INTO users VALUES ('s3cret', $1), ('s3cret', $2)`, ["s3cret", "s3cret"]);
  const mysql: Server = { ...SERVER, system: "mysql" };
  send(`SELECT 1 FROM users WHERE token = "s3cret" AND name = 's3cret\\'s' # s3cret`, [], {
    server: mysql,
  });
  for (const broken of ["'s3cret", "'it's3cret' OR name = 's3cret'", '"s3cret'])
    send(`SELECT 1 FROM users WHERE token = ${broken}`, [], { error: new Error("at 's3cret'") });
}

test("no value is in the file unless it is allowed", async () => {
  const handle = startCapture();
  sendSecrets();
  await handle.close();
  const text = readFileSync(handle.file, "latin1");
  expect(text).toContain("users");
  expect(queriesOf(handle.file)).toContainEqual(
    expect.objectContaining({ sql: "", calls: 0, errors: { Error: 1 } }),
  );
  expect(text.toLowerCase()).not.toContain("s3cret");
});

test("allowed values come with a few executions, the slowest among them", async () => {
  const handle = startCapture({ parameters: true });
  sendSecrets();
  for (let id = 0; id < 100; id++) {
    const query = observeQuery({
      sql: "SELECT * FROM t WHERE id = $1 AND at < $2 AND x IS NOT DISTINCT FROM $3",
      parameters: [id, new Date(0), null],
      server: SERVER,
      pool: undefined,
    });
    const until = performance.now() + (id === 50 ? 30 : 0);
    while (performance.now() < until);
    query.succeed(1);
  }
  send("SELECT * FROM t WHERE bytes = $1", [Buffer.from("s3cret-bytes")]);
  send("SELECT * FROM t WHERE long = $1", ["x".repeat(100_000)]);
  await handle.close();
  const text = readFileSync(handle.file, "utf8");
  expect(text).toContain("s3cret-parameter");
  expect(text).toContain("s3cret-literal");
  expect(text).not.toContain("s3cret-bytes");
  expect(text.length).toBeLessThan(20_000);
  const line = queriesOf(handle.file).find(({ calls }) => calls === 100);
  expect(line?.samples.length).toBe(4);
  expect(line?.samples[0]?.parameters).toEqual(["0", "1970-01-01T00:00:00.000Z", null]);
  expect(line?.samples.map(({ parameters }) => parameters[0])).toContain("50");
});

test("the file is rotated by its size, and no line is lost until the last file goes", async () => {
  const handle = startCapture({ maxBytes: 2_000, maxFiles: 3 });
  for (let round = 0; round < 12; round++) {
    send(`SELECT round_${round} FROM t`);
    await handle.flush();
  }
  const name = handle.file.split("/").at(-1)!;
  const found = readdirSync(folder).filter((each) => each.startsWith(name));
  expect(found.toSorted()).toEqual([name, `${name}.1`, `${name}.2`]);
  const rounds: string[] = [];
  for (const each of [`${name}.2`, `${name}.1`, name]) {
    expect(statSync(join(folder, each)).size).toBeLessThanOrEqual(2_000);
    rounds.push(...queriesOf(join(folder, each)).map(({ sql }) => sql));
  }
  const first = 12 - rounds.length;
  expect(rounds).toEqual(
    Array.from({ length: rounds.length }, (_, at) => `SELECT round_${first + at} FROM t`),
  );
  expect(rounds.length).toBeGreaterThan(8);
});

test("a line that a crash cut short costs itself alone", async () => {
  const file = newFile();
  writeFileSync(file, '{"format":"dbadvise-cap');
  const handle = startCapture({}, file);
  send("SELECT 1");
  await handle.close();
  const [broken, whole] = readFileSync(file, "utf8").trim().split("\n");
  expect(broken).toBe('{"format":"dbadvise-cap');
  expect(JSON.parse(whole!)).toMatchObject({ kind: "query", calls: 1 });
});

test("a file that can't be written is told once; what memory holds comes when it can be again", async () => {
  const warnings = captureWarnings();
  const missing = join(folder, "missing");
  const handle = startCapture({}, join(missing, "capture.ndjson"));
  for (let column = 0; column < 1_200; column++) send(`SELECT c${column} FROM t`);
  await handle.flush();
  send("SELECT c0 FROM t");
  await handle.flush();
  expect(warnings).toEqual([expect.stringContaining("no such file or directory")]);
  expect(handle.lost()).toBe(200);

  await mkdir(missing);
  send("SELECT c1 FROM t");
  await handle.flush();
  const lines = linesOf(handle.file);
  expect(lines.filter(({ kind }) => kind === "loss")).toEqual([
    expect.objectContaining({ calls: 200, reason: "unwritable" }),
  ]);
  expect(queriesOf(handle.file).reduce((sum, { calls }) => sum + calls, 0)).toBe(1_002);
});

test("what can't be written at the end is counted", async () => {
  captureWarnings();
  const handle = startCapture({}, join(folder, "not-there", "capture.ndjson"));
  send("SELECT 1");
  send("SELECT 1");
  await handle.close();
  expect(handle.lost()).toBe(2);
});

test("a directory in the file's place is told, not thrown", async () => {
  const warnings = captureWarnings();
  startCapture({}, folder);
  send("SELECT 1");
  expect(warnings.length).toBe(1);
});

test.each([
  ["flushMs", 0],
  ["flushMs", 2 ** 31],
  ["maxBytes", 10],
  ["maxFiles", 1.5],
])("%s %d is refused", (name, value) => {
  expect(() => capture(newFile(), { [name]: value })).toThrow(`${name} is ${value}`);
});

const MODULE = new URL("./index.ts", import.meta.url).href;

/** A program of its own that captures to `file`; its code comes after the capture has begun as `handle`. */
function startProgram(
  file: string,
  code: string,
  { limit = "true", maxBytes = 1_024 } = {},
): ChildProcessByStdio<null, Readable, null> {
  const program = join(folder, `program-${files}-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(
    program,
    `import { capture, observeQuery } from ${JSON.stringify(MODULE)};
     const options = JSON.parse(process.argv[2] ?? "{}");
     const handle = capture(${JSON.stringify(file)}, options);
     function findOrders(sql) {
       observeQuery({ sql, parameters: [], server: ${JSON.stringify(SERVER)}, pool: "main" }).succeed(1);
     }
     ${code}`,
  );
  const options = JSON.stringify({ maxBytes, maxFiles: 1_000 });
  // The limit on a file's size (blocks of 512 or 1,024 bytes, by the shell) fails a write in its middle as a full disk does.
  return spawn("sh", ["-c", `${limit}; exec "$@"`, "sh", process.execPath, program, options], {
    stdio: ["ignore", "pipe", "ignore"],
  });
}

test.each([
  ["the program's end, which the capture does not put off", ""],
  ["process.exit", "process.exit();"],
  ["an error that nobody catches", "process.stderr.write = () => {}; throw new Error('expected');"],
])("what was seen is written at %s", async (_, end) => {
  const file = newFile();
  const program = startProgram(file, `findOrders("SELECT 1"); findOrders("SELECT 2"); ${end}`);
  await once(program, "close");
  const [line, ...others] = queriesOf(file);
  expect(others).toEqual([]);
  expect(line).toMatchObject({ calls: 2, sql: "SELECT $1" });
  expect(line?.callSites).toEqual([
    expect.objectContaining({ file: expect.stringContaining("program-"), function: "findOrders" }),
  ]);
});

test("a disk that is full in the middle of a write: whole lines stay, and the others are counted", async () => {
  const file = newFile();
  const program = startProgram(
    file,
    `process.removeAllListeners("warning");
     for (let column = 0; column < 30; column++) findOrders("SELECT c" + column + " FROM t");
     await handle.flush();
     findOrders("SELECT c0 FROM t");
     await handle.close();
     process.stdout.write(String(handle.lost()));`,
    { limit: "ulimit -f 8", maxBytes: 1_000_000 },
  );
  const lost = Number(await readAll(program.stdout));
  const lines = readFileSync(file, "utf8").split("\n");
  expect(() => JSON.parse(lines.pop()!)).toThrow("JSON");
  const texts = lines.map((line) => (JSON.parse(line) as CapturedQuery).sql);
  expect(texts.length).toBeGreaterThan(5);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts.length + lost).toBe(31);
});

test("processes that write one file keep all their lines through its rotations", async () => {
  const file = newFile();
  const code = `for (let round = 0; round < 100; round++) {
    findOrders("SELECT p" + process.pid + "_" + round + " FROM t");
    await handle.flush();
  }`;
  const programs = Array.from({ length: 3 }, () => startProgram(file, code));
  await Promise.all(programs.map((program) => once(program, "close")));
  const name = file.split("/").at(-1)!;
  const all = readdirSync(folder).filter((each) => each.startsWith(name));
  expect(all.length).toBeGreaterThan(3);
  const texts = all.flatMap((each) => queriesOf(join(folder, each)).map(({ sql }) => sql));
  expect(new Set(texts).size).toBe(300);
  expect(texts.length).toBe(300);
});

test("a rotation that died long ago does not stop the next ones", async () => {
  const handle = startCapture({ maxBytes: 1_024 });
  writeFileSync(`${handle.file}.lock`, "");
  utimesSync(`${handle.file}.lock`, 0, 0);
  for (let round = 0; round < 12; round++) {
    send(`SELECT round_${round} FROM t`);
    await handle.flush();
  }
  expect(readdirSync(folder)).toContain(`${handle.file.split("/").at(-1)}.1`);
});

test("a folder that takes no new file: what can't be rotated is not written", async () => {
  // Root may write anywhere: there the rotation succeeds.
  const own = await mkdtemp(join(folder, "sealed-"));
  const warnings = captureWarnings();
  const handle = startCapture({ maxBytes: 1_024 }, join(own, "capture.ndjson"));
  send("SELECT a FROM t");
  await handle.flush();
  await chmod(own, 0o500);
  onTestFinished(() => chmod(own, 0o700));
  for (let round = 0; round < 12; round++) {
    send(`SELECT round_${round} FROM t`);
    await handle.flush();
  }
  expect(statSync(handle.file).size).toBeLessThanOrEqual(1_024);
  expect(warnings.length).toBe(process.getuid?.() === 0 ? 0 : 1);
});
