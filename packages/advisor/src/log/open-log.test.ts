import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { DbadviseError } from "../dbadvise-error.ts";
import type { EventSourceSummary } from "./event-source.ts";
import { openLog, type OpenLogOptions } from "./open-log.ts";
import type { QueryEvent } from "./query-event.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-log-"));
afterAll(() => rmSync(directory, { recursive: true }));

function sample(name: string): string {
  return new URL(`../../testdata/logs/${name}`, import.meta.url).pathname;
}

async function readAll(
  path: string,
  options?: OpenLogOptions,
): Promise<{ events: QueryEvent[]; summary: EventSourceSummary }> {
  const source = openLog(path, options);
  const events = await Array.fromAsync(source.events);
  return { events, summary: source.summary() };
}

/** Reads bytes as stdin, in chunks of a size that cuts lines and characters. */
function readBytes(
  bytes: string | Uint8Array,
  options: OpenLogOptions = {},
  chunk = 7,
): ReturnType<typeof readAll> {
  const buffer = Buffer.from(bytes);
  const chunks: Buffer[] = [];
  for (let at = 0; at < buffer.length; at += chunk) chunks.push(buffer.subarray(at, at + chunk));
  return readAll("-", { ...options, stdin: Readable.from(chunks) });
}

function microseconds(events: readonly QueryEvent[]): number {
  return events.reduce((sum, event) => sum + Math.round((event.totalMs ?? NaN) * 1000), 0);
}

/** What all formats know of an event (a prefix need not have the application). */
function comparable(events: readonly QueryEvent[]): string[] {
  return events.map(({ sql, calls, totalMs, parameters, at, user, database }) =>
    JSON.stringify([sql, calls, totalMs, parameters, at, user, database]),
  );
}

async function failure(run: Promise<unknown> | (() => unknown)): Promise<DbadviseError> {
  try {
    await (typeof run === "function" ? run() : run);
  } catch (error) {
    if (error instanceof DbadviseError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a pgbench run in three formats", () => {
  // Counted apart from this code: grep -oE 'duration: [0-9.]+ ms  statement' FILE | awk '{n++; s+=$2*1000} END {print n, s}'
  test.each([
    ["pg15-stderr.log.gz", 14_181, 14_165, 772_888, 5.884],
    ["pg15-csvlog.csv.gz", 9_130, 9_114, 521_930, 0.637],
    ["pg15-jsonlog.json.gz", 6_325, 6_309, 332_469, 0.49],
  ])("%s has each statement", async (name, records, executions, time, seconds) => {
    const { events, summary } = await readAll(sample(name));
    expect(summary).toEqual({ records, unread: 0, seconds });
    expect(events.length).toBe(executions);
    expect(microseconds(events)).toBe(time);
    expect(new Set(events.map((event) => event.calls))).toEqual(new Set([1]));
  });

  test("the shorter files' executions are all in the longer ones", async () => {
    const [stderr, csv, json] = await Promise.all(
      ["pg15-stderr.log.gz", "pg15-csvlog.csv.gz", "pg15-jsonlog.json.gz"].map(async (name) =>
        comparable((await readAll(sample(name))).events),
      ),
    );
    expect(notIn(json, csv)).toEqual([]);
    expect(notIn(csv, stderr)).toEqual([]);
  });
});

function notIn(some: readonly string[] = [], all: readonly string[] = []): string[] {
  const left = new Map<string, number>();
  for (const key of all) left.set(key, (left.get(key) ?? 0) + 1);
  return some.filter((key) => {
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count < 1;
  });
}

describe("a run with plans, parameters, errors and texts over several lines", () => {
  test("the three formats agree, and a plan is no further execution", async () => {
    const [json, csv, stderr, given] = await Promise.all([
      readAll(sample("pg15-auto-explain.json.gz")),
      readAll(sample("pg15-auto-explain.csv.gz")),
      readAll(sample("pg15-auto-explain.log.gz")),
      readAll(sample("pg15-auto-explain.log.gz"), {
        prefix: "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a",
      }),
    ]);
    expect(json.events.length).toBe(228);
    expect(microseconds(json.events)).toBe(571_655);
    expect(json.summary).toEqual({ records: 598, unread: 0, seconds: json.summary.seconds });
    for (const other of [csv, stderr, given]) {
      expect(comparable(other.events).toSorted()).toEqual(comparable(json.events).toSorted());
      expect(other.summary).toEqual(json.summary);
    }
    const whole = (events: readonly QueryEvent[]): string[] =>
      events.map((event) => JSON.stringify(event)).toSorted();
    expect(whole(csv.events)).toEqual(whole(json.events));
    expect(whole(given.events)).toEqual(whole(json.events));
  });

  test("parameters and texts are those that were sent", async () => {
    const { events } = await readAll(sample("pg15-auto-explain.log.gz"));
    const sent = events.filter((event) =>
      event.sql.startsWith("select * from t where v = $1 and (name"),
    );
    expect(sent.map((event) => event.parameters)).toEqual(
      [0, 1, 2, 3, 4].map((v) => [`${v}`, `a'b, $2 = 'x'\nnew\tline "q"`, null]),
    );
    const texts = new Set(events.map((event) => event.sql));
    expect(texts).toContain(
      "select\n\tcount(*)\nfrom t -- LOG:  not a record\nwhere name like 'n1%'\n  and v = 3;",
    );
    expect(texts).toContain(`select 'it''s; "quoted", ü — 漢字' as x, $$a\n b\n\ttab$$;`);
    expect(texts).toContain("select * from t where v = $1 and v < $2;");
    expect([...texts].filter((sql) => /nosuch|1\/0/.test(sql))).toEqual([]);
  });

  test("the same through small chunks, with Windows line breaks, and packed", async () => {
    const bytes = gunzipSync(readFileSync(sample("pg15-auto-explain.log.gz")));
    const { events } = await readAll(sample("pg15-auto-explain.log.gz"));
    expect((await readBytes(bytes)).events).toEqual(events);
    expect((await readBytes(gzipSync(bytes), {}, 1)).events).toEqual(events);
    expect((await readBytes(bytes.toString().replaceAll("\n", "\r\n"), {}, 1000)).events).toEqual(
      events,
    );
  });
});

describe("damage", () => {
  const line = "2026-01-01 10:00:00.000 UTC [7] LOG:  duration: 1.500 ms  statement: select 1\n";

  test("a file that begins and ends inside records: the rest is read, the pieces are counted", async () => {
    const stderr = gunzipSync(readFileSync(sample("pg15-stderr.log.gz")));
    const cut = await readBytes(stderr.subarray(1000, 100_000), {}, 9999);
    const whole = await readAll(sample("pg15-stderr.log.gz"));
    expect(cut.summary.unread).toBe(2);
    expect(notIn(comparable(cut.events), comparable(whole.events))).toEqual([]);
    expect(cut.events.length).toBeGreaterThan(500);

    const csv = await readBytes(
      gunzipSync(readFileSync(sample("pg15-auto-explain.csv.gz"))).subarray(300, 60_000),
      {},
      9999,
    );
    expect(csv.summary.unread).toBe(2);
    const json = await readBytes(
      gunzipSync(readFileSync(sample("pg15-auto-explain.json.gz"))).subarray(300, 60_000),
      {},
      9999,
    );
    expect(json.summary.unread).toBe(2);
  });

  test("a csv record that lost its closing quote does not take the next ones along", async () => {
    const record = (message: string): string =>
      `2026-01-01 10:00:00.000 UTC,"u","d",7,"[local]",6b02be46.4cd7,1,"SELECT",2026-01-01 10:00:00 UTC,3/0,0,LOG,00000,${message},,,,,,,,,"app","client backend",,0\n`;
    const torn = `${record('"duration: 1.000 ms  statement: select \n').slice(0, 140)}\n`;
    const { events, summary } = await readBytes(
      torn + record('"duration: 2.000 ms  statement: select ""a"";\nselect"'),
    );
    expect(events.map(({ sql, totalMs, application }) => [sql, totalMs, application])).toEqual([
      ['select "a";\nselect', 2, "app"],
    ]);
    expect(summary).toMatchObject({ records: 1, unread: 1 });
  });

  test.each([23, 24, 26])("csv records of %i columns", async (columns) => {
    const fields = `2026-01-01 10:00:00.000 UTC,,,7,,6b02be46.4cd7,1,,2026-01-01 10:00:00 UTC,,0,LOG,00000,duration: 1.000 ms  statement: select 1,,,,,,,,,"app",x,,0`;
    const { events } = await readBytes(`${fields.split(",").slice(0, columns).join(",")}\n`);
    expect(events.map((event) => event.application)).toEqual(["app"]);
  });

  test("binary noise between records", async () => {
    const { events, summary } = await readBytes(
      Buffer.concat([
        Buffer.from(line),
        Buffer.from([0, 255, 254, 200, 10, 1, 10]),
        Buffer.from(line),
      ]),
    );
    expect(events.length).toBe(2);
    expect(summary).toMatchObject({ records: 2, unread: 2 });
  });

  test("a record without an end is cut off and counted; its neighbours are read", async () => {
    const endless = `2026-01-01 10:00:00.000 UTC [7] LOG:  duration: 1.000 ms  statement: select\n${`\t${"x".repeat(99_999)}\n`.repeat(90)}`;
    const { events, summary } = await readBytes(line + endless + line, {}, 1 << 20);
    expect(events.map((event) => event.sql)).toEqual(["select 1", "select 1"]);
    expect(summary).toMatchObject({ records: 2, unread: 1 });
    const oneLine = await readBytes(
      `${line}${line.trim()}${"ü".repeat(4_500_000)}\n${line}`,
      {},
      1 << 20,
    );
    expect(oneLine.events.length).toBe(2);
    expect(oneLine.summary.unread).toBe(1);
  });

  test("packed input that breaks off keeps what was read and says so", async () => {
    const packed = gzipSync(
      line.repeat(50_000) +
        Array.from({ length: 20_000 }, () => `${line.trim()} + ${Math.random()}\n`).join(""),
    );
    const { events, summary } = await readBytes(packed.subarray(0, -1000), {}, 65_536);
    expect(events.length).toBeGreaterThan(60_000);
    expect(summary.unread).toBeGreaterThan(0);
  });
});

describe("what can't be read", () => {
  test("a missing file and a directory, before anything is read", async () => {
    const missing = await failure(() => openLog(join(directory, "no.log")));
    expect(missing.code).toBe("file-not-readable");
    expect(missing.message).toContain("no.log");
    expect((await failure(() => openLog(directory))).code).toBe("file-not-readable");
  });

  test.each([
    ["text", "hello\nworld\n", "unknown-log-format", /jsonlog, csvlog and stderr/],
    [
      "another JSON",
      '{"level":"info","msg":"x"}\n',
      "unknown-log-format",
      /jsonlog, csvlog and stderr/,
    ],
    ["broken gzip", Buffer.from([0x1f, 0x8b, 1, 2, 3, 4]), "file-not-readable", /Check/],
  ])("%s is no empty success", async (_, content, code, hint) => {
    const path = join(directory, "other");
    writeFileSync(path, content);
    const error = await failure(readAll(path));
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
  });

  test("a prefix that is not the log's", async () => {
    const error = await failure(
      readBytes("2026-01-01 10:00:00.000 UTC [7] LOG:  x\n", { prefix: "%t %u" }),
    );
    expect(error.code).toBe("unknown-log-format");
    expect(error.hint).toContain("'%t %u'");
  });

  test("an empty log is an empty workload", async () => {
    expect(await readBytes("")).toEqual({
      events: [],
      summary: { records: 0, unread: 0, seconds: undefined },
    });
  });
});
