import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DbadviseError } from "../dbadvise-error.ts";
import { splitStatements } from "../postgres/split-statements.ts";
import type { EventSourceSummary } from "./event-source.ts";
import { openSqlFile } from "./open-sql-file.ts";
import type { QueryEvent } from "./query-event.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-sql-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function read(text: string): Promise<{ events: QueryEvent[]; summary: EventSourceSummary }> {
  const path = join(directory, "statements.sql");
  writeFileSync(path, text);
  const source = openSqlFile(path, splitStatements);
  return { events: await Array.fromAsync(source.events), summary: source.summary() };
}

test("statements with and without frequencies", async () => {
  const { events, summary } = await read(`-- The shop's day.
-- seconds: 86400

-- calls: 1200
-- total_ms: 340.5
SELECT * FROM orders
WHERE id = 42; -- calls: 5 is about the statement before, and is not read
/* any */ SELECT 2;
-- calls:3
SELECT ';' -- x;
`);
  expect(events).toEqual([
    { sql: "SELECT * FROM orders\nWHERE id = 42", calls: 1200, totalMs: 340.5 },
    { sql: "/* any */ SELECT 2", calls: 1, totalMs: undefined },
    { sql: "SELECT ';' -- x;", calls: 3, totalMs: undefined },
  ]);
  expect(summary).toEqual({ records: 3, unread: 0, seconds: 86_400 });
});

test.each(["-- calls: many", "-- calls: 0", "-- calls: 1.5", "-- total_ms: -1"])(
  "%s is counted as unread",
  async (comment) => {
    const { events, summary } = await read(`${comment}\nSELECT 1;`);
    expect(events).toEqual([{ sql: "SELECT 1", calls: 1, totalMs: undefined }]);
    expect(summary.unread).toBe(1);
  },
);

test("texts longer than what is read at a time", async () => {
  const long = `SELECT '${"x;\n".repeat(100_000)}'`;
  const { events } = await read(
    `SELECT 0;\n-- calls: 7\n${long};\n${"SELECT 1;\n".repeat(30_000)}`,
  );
  expect(events.length).toBe(30_002);
  expect(events[1]).toEqual({ sql: long, calls: 7, totalMs: undefined });
});

test("a text that is never closed is counted, what was before it is read", async () => {
  const { events, summary } = await read("SELECT 1; SELECT 'open; SELECT 2;");
  expect(events.map((event) => event.sql)).toEqual(["SELECT 1"]);
  expect(summary.unread).toBe(1);
  expect(await read("-- nothing\n")).toEqual({
    events: [],
    summary: { records: 0, unread: 0, seconds: undefined },
  });
});

test("a missing file", () => {
  expect(() => openSqlFile(join(directory, "no.sql"), splitStatements)).toThrow(DbadviseError);
  expect(() => openSqlFile(join(directory, "no.sql"), splitStatements)).toThrow(/no\.sql/);
});
