import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  capture,
  type CapturedNPlusOne,
  type CapturedQuery,
  type CaptureLine,
  observeQuery,
} from "@dbadvise/observe";
import { afterAll, expect, test } from "vitest";
import { openCapture } from "./capture-file.ts";
import type { EventSourceSummary } from "./event-source.ts";
import type { QueryEvent } from "./query-event.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-capture-"));
afterAll(() => rmSync(directory, { recursive: true }));

const LINE: CapturedQuery = {
  format: "dbadvise-capture",
  version: 1,
  kind: "query",
  from: "2026-03-01T12:00:00.000Z",
  to: "2026-03-01T12:00:10.000Z",
  sql: "SELECT * FROM orders WHERE id = $1",
  server: { system: "postgresql", host: "db", port: 5432, database: "shop", role: "primary" },
  pool: "main",
  calls: 10,
  totalMs: 25,
  rows: 30,
  errors: {},
  callSites: [{ file: "src/orders.ts", line: 42, column: 9, function: "findOrders", calls: 10 }],
  samples: [],
};
const EVENT: QueryEvent = {
  at: Date.parse(LINE.to),
  database: "shop",
  sql: LINE.sql,
  calls: 10,
  totalMs: 25,
  rows: 30,
  callSites: LINE.callSites,
};

function write(...lines: readonly (object | string)[]): string {
  const path = join(directory, "capture.ndjson");
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  writeFileSync(path, text.join("\n"));
  return path;
}

async function read(path: string): Promise<{ events: QueryEvent[]; summary: EventSourceSummary }> {
  const source = openCapture(path, ["postgresql"]);
  return { events: await Array.fromAsync(source.events), summary: source.summary() };
}

test("a line of many executions is one event, with the lines of code", async () => {
  const later = { ...LINE, from: LINE.to, to: "2026-03-01T12:01:00.000Z", callSites: [] };
  const { events, summary } = await read(write(LINE, later, ""));
  expect(events).toEqual([EVENT, { ...EVENT, at: Date.parse(later.to), callSites: [] }]);
  expect(summary).toEqual({ records: 2, unread: 0, seconds: 60, gaps: [] });
});

test("executions with values are events of their own: together they are what there was", async () => {
  const samples = [
    { sql: "SELECT * FROM orders WHERE id = $1", parameters: ["7"], ms: 4 },
    { sql: "SELECT * FROM orders WHERE id = 8", parameters: [], ms: 1 },
  ];
  const { events } = await read(write({ ...LINE, samples }));
  expect(events).toMatchObject([
    { sql: LINE.sql, calls: 8, totalMs: 20, rows: 30 },
    { sql: LINE.sql, calls: 1, totalMs: 4, parameters: ["7"] },
    { sql: "SELECT * FROM orders WHERE id = 8", calls: 1, totalMs: 1, parameters: [] },
  ]);
});

test("executions that failed are none", async () => {
  const { events, summary } = await read(write({ ...LINE, calls: 0, errors: { "57014": 3 } }));
  expect(events).toEqual([]);
  expect(summary.records).toBe(1);
});

test("lines that are cut short or of something else are counted, those around them are read", async () => {
  const whole = JSON.stringify(LINE);
  const damaged: readonly (object | string)[] = [
    whole.slice(0, 200),
    '{"format":"dbadvise-usage","version":1,"kind":"query"}',
    "null",
    "\u0000\u0000",
    { ...LINE, calls: -1 },
    { ...LINE, calls: "10" },
    { ...LINE, from: "yesterday" },
    { ...LINE, sql: undefined },
    { ...LINE, server: null },
    { ...LINE, totalMs: null },
    { ...LINE, callSites: [{ file: "a.ts" }] },
    { ...LINE, samples: [{ sql: "SELECT 1", parameters: [1], ms: 1 }] },
  ];
  const { events, summary } = await read(write(LINE, ...damaged, LINE, whole.slice(0, -1)));
  expect(events).toEqual([EVENT, EVENT]);
  expect(summary).toMatchObject({ records: 2, unread: damaged.length + 1 });
});

test("what the application lost, what this version does not know, and other databases are told", async () => {
  const { events, summary } = await read(
    write(
      { ...LINE, kind: "loss", calls: 200, reason: "unwritable" },
      { ...LINE, kind: "something-new" },
      { ...LINE, server: { ...LINE.server, system: "mysql" } },
      { ...LINE, server: { ...LINE.server, database: "archive" } },
      LINE,
    ),
  );
  expect(events).toEqual([{ ...EVENT, database: "archive" }, EVENT]);
  expect(summary).toMatchObject({
    records: 5,
    unread: 0,
    gaps: [
      "executions that the application could not write down: 200",
      "records of a kind that this version of dbadvise does not know: 1",
      "executions on mysql, left to an analysis of their own: 10",
      "queries on several databases are counted as of the analysed one: archive, shop",
    ],
  });
});

test.each([
  ["of a newer version", [{ ...LINE, version: 2 }], /format version 2; .* up to version 1/],
  ["of text", ["milk", "bread"], /no workload capture: no line/],
  ["that is empty", [], /capture .* is empty/],
])("a file %s is refused", async (_, lines, message) => {
  await expect(read(write(...lines))).rejects.toMatchObject({
    code: "file-not-readable",
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/\.$/),
  });
});

test("a missing file is told before anything is read", () => {
  expect(() => openCapture(join(directory, "missing.ndjson"), ["postgresql"])).toThrow(
    "missing.ndjson",
  );
});

test("what `capture` writes is read, in each of its files", async () => {
  const path = join(directory, "written.ndjson");
  const server = { ...LINE.server, port: 5432, database: "shop" };
  const send = (sql: string, parameters: readonly unknown[]): void =>
    observeQuery({ sql, parameters, server, pool: "main" }).succeed(3);
  {
    await using handle = capture(path, { parameters: true, maxBytes: 2_000 });
    for (let round = 0; round < 4; round++) {
      for (let id = 0; id < 10; id++) send("SELECT * FROM orders WHERE id = $1", [id]);
      send("SELECT * FROM orders WHERE id IN (1, 2, 3)", []);
      await handle.flush();
    }
  }
  const files = readdirSync(directory).filter((name) => name.startsWith("written"));
  expect(files.length).toBeGreaterThan(1);
  const sources = files.map((name) => openCapture(join(directory, name), ["postgresql"]));
  const events = (await Promise.all(sources.map(({ events: own }) => Array.fromAsync(own)))).flat();
  expect(events.reduce((sum, { calls }) => sum + calls, 0)).toBe(44);
  expect(events.reduce((sum, { rows = 0 }) => sum + rows, 0)).toBe(132);
  expect(events.map(({ parameters }) => parameters)).toContainEqual(["1"]);
  for (const source of sources) expect(source.summary()).toMatchObject({ unread: 0, gaps: [] });
});

test("any part of any file is a capture", async () => {
  const lines: readonly CaptureLine[] = [LINE, LINE, LINE];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  for (let at = 0; at < text.length; at += 97) {
    const path = write(text.slice(at), JSON.stringify(LINE));
    const { events, summary } = await read(path);
    expect(events.at(-1)).toEqual(EVENT);
    expect(summary.unread).toBeLessThanOrEqual(1);
  }
});

test("what the application found repeated is added up, and is no execution of its own", async () => {
  const found: CapturedNPlusOne = {
    format: "dbadvise-capture",
    version: 1,
    kind: "n-plus-one",
    from: LINE.from,
    to: LINE.to,
    pattern: "n-plus-one",
    sql: LINE.sql,
    server: { system: "postgresql", database: "shop" },
    scopeNames: ["GET /a"],
    scopes: 1,
    calls: 8,
    occurrences: 8,
    distinctParameters: 7,
    overlapping: 2,
    callSites: LINE.callSites,
    stack: [{ file: "src/orders.ts", line: 42, column: 9, function: null }],
  };
  const later = {
    ...found,
    scopeNames: ["GET /b"],
    scopes: 0,
    calls: 3,
    occurrences: 11,
    stack: [],
  };
  const elsewhere = { ...found, server: { system: "mysql", database: "shop" } };
  const damaged = [
    { ...found, pattern: "more" },
    { ...found, stack: [{}] },
    { ...found, occurrences: -1 },
    { ...found, scopeNames: [7] },
  ];
  const { events, summary } = await read(write(LINE, found, later, elsewhere, ...damaged));
  expect(events).toEqual([EVENT]);
  expect(summary).toMatchObject({ records: 4, unread: damaged.length, gaps: [] });
  expect(summary.repetitions).toEqual([
    {
      kind: "n-plus-one",
      sql: LINE.sql,
      scopeNames: ["GET /a", "GET /b"],
      scopes: 1,
      calls: 11,
      occurrences: 11,
      distinctParameters: 7,
      overlapping: 4,
      callSites: [{ ...LINE.callSites[0], calls: 20 }],
      stack: found.stack,
    },
  ]);
});
