import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { DbadviseError } from "../dbadvise-error.ts";
import type { EventSourceSummary } from "../log/event-source.ts";
import type { QueryEvent } from "../log/query-event.ts";
import { openLog, type OpenLogOptions } from "./open-log.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-log-"));
afterAll(() => rmSync(directory, { recursive: true }));

function sample(name: string): string {
  return new URL(`../../testdata/logs/${name}`, import.meta.url).pathname;
}

interface Read {
  readonly events: readonly QueryEvent[];
  readonly summary: EventSourceSummary;
}

async function readAll(path: string, options?: OpenLogOptions): Promise<Read> {
  const source = openLog(path, options);
  const events = await Array.fromAsync(source.events);
  return { events, summary: source.summary() };
}

/** Reads bytes as stdin, in chunks of a size that cuts lines and characters. */
function readBytes(
  bytes: string | Uint8Array,
  options: OpenLogOptions = {},
  chunk = 7,
): Promise<Read> {
  const buffer = Buffer.from(bytes);
  const chunks: Buffer[] = [];
  for (let at = 0; at < buffer.length; at += chunk) chunks.push(buffer.subarray(at, at + chunk));
  return readAll("-", { ...options, stdin: Readable.from(chunks) });
}

function callsOf(events: readonly QueryEvent[]): number {
  return events.reduce((sum, { calls }) => sum + calls, 0);
}

function microseconds(events: readonly QueryEvent[]): number {
  return events.reduce((sum, { totalMs }) => sum + Math.round((totalMs ?? Number.NaN) * 1000), 0);
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
  ])("%s: calls and time of its samples add up", async (name, records, calls, time, seconds) => {
    const { events, summary } = await readAll(sample(name));
    expect(summary).toEqual({ records, unread: 0, seconds });
    expect(callsOf(events)).toBe(calls);
    expect(microseconds(events)).toBe(time);
    expect(events.length).toBeLessThan(1000);
    expect(events.every((event) => Number.isInteger(event.calls))).toBe(true);
  });
});

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
    expect(callsOf(json.events)).toBe(228);
    expect(microseconds(json.events)).toBe(571_655);
    expect(json.summary).toEqual({ records: 598, unread: 0, seconds: json.summary.seconds });
    expect(csv).toEqual(json);
    expect(given).toEqual(json);
    expect(stderr.summary).toEqual(json.summary);
    expect(stderr.events.map(({ sql, calls, totalMs }) => [sql, calls, totalMs])).toEqual(
      json.events.map(({ sql, calls, totalMs }) => [sql, calls, totalMs]),
    );
  });

  test("parameters and texts are those that were sent", async () => {
    const { events } = await readAll(sample("pg15-auto-explain.log.gz"));
    const sent = events.filter((event) =>
      event.sql.startsWith("select * from t where v = $1 and (name"),
    );
    expect(new Set(sent.map((event) => event.parameters?.[0]))).toEqual(
      new Set(["0", "1", "2", "3", "4"]),
    );
    for (const { parameters } of sent) {
      expect(parameters?.slice(1)).toEqual([`a'b, $2 = 'x'\nnew\tline "q"`, null]);
    }
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

test("the examples of a shape stand for all of its executions, the slowest for themselves", async () => {
  const line = (ms: number, value: string, at: number): string =>
    `2026-01-01 10:${String(Math.floor(at / 60) % 60).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}.000 UTC [${at}] LOG:  duration: ${ms}.000 ms  statement: select * from t where s = '${value}'\n`;
  const text = Array.from({ length: 3000 }, (_, at) =>
    at === 1234 ? line(5000, "slow", at) : line(1, at % 4 === 0 ? "rare" : "common", at),
  ).join("");
  const { events } = await readBytes(text, {}, 1 << 16);
  expect(callsOf(events)).toBe(3000);
  expect(microseconds(events)).toBe(2999 * 1000 + 5_000_000);
  const slow = events.filter(({ sql }) => sql.includes("slow"));
  expect(slow.map(({ calls, totalMs }) => [calls, totalMs])).toEqual([[1, 5000]]);
  const common = callsOf(events.filter(({ sql }) => sql.includes("common")));
  expect(common / 3000).toBeGreaterThan(0.5);
  expect(common / 3000).toBeLessThan(0.95);
});

describe("damage", () => {
  const line = "2026-01-01 10:00:00.000 UTC [7] LOG:  duration: 1.500 ms  statement: select 1\n";

  test("files that begin and end inside records: the rest is read, the pieces are counted", async () => {
    const stderr = gunzipSync(readFileSync(sample("pg15-stderr.log.gz")));
    const cut = await readBytes(stderr.subarray(1000, 100_000), {}, 9999);
    expect(cut.summary.unread).toBe(2);
    expect(callsOf(cut.events)).toBeGreaterThan(500);
    for (const name of ["pg15-auto-explain.csv.gz", "pg15-auto-explain.json.gz"]) {
      const bytes = gunzipSync(readFileSync(sample(name))).subarray(300, 60_000);
      expect((await readBytes(bytes, {}, 9999)).summary.unread).toBeGreaterThan(0);
    }
  });

  test("binary noise between records", async () => {
    const { events, summary } = await readBytes(
      Buffer.concat([
        Buffer.from(line),
        Buffer.from([0, 255, 254, 200, 10, 1, 10]),
        Buffer.from(line),
      ]),
    );
    expect(callsOf(events)).toBe(2);
    expect(summary).toMatchObject({ records: 2, unread: 2 });
  });

  test("packed input that breaks off keeps what was read and says so", async () => {
    const packed = gzipSync(
      line.repeat(50_000) +
        Array.from({ length: 20_000 }, (_, at) => `${line.trim()} + ${at * 7919}\n`).join(""),
    );
    const { events, summary } = await readBytes(packed.subarray(0, -1000), {}, 65_536);
    expect(callsOf(events)).toBeGreaterThan(60_000);
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
