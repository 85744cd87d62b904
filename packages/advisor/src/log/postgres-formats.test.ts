import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random-database/random.ts";
import { csvlogReader } from "./csvlog-reader.ts";
import { jsonlogReader } from "./jsonlog-reader.ts";
import type { MessageSeverity } from "./server-message.ts";
import { mutate } from "./mysql-log/testing/mutate.ts";
import { sessionNumber } from "./session-id-bytes.ts";
import { plainMessage } from "./testing/plain-message.ts";
import { randomMessage } from "./testing/random-message.ts";
import {
  type PlainMessage,
  readInChunks,
  readInRanges,
  readThroughFeed,
  readWhole,
} from "./testing/read-messages.ts";
import { csvRecord, jsonRecord } from "./testing/write-messages.ts";

const SEED = Number(process.env["DBADVISE_SEED"] ?? 20_261_122);

function sample(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../../testdata/logs/${name}`, import.meta.url)));
}

describe("logs of a real server", () => {
  // Counted apart from this code: grep -oE 'duration: [0-9.]+ ms  (statement|execute)' FILE | awk '{n++; s+=$2*1000} END {print n, s}'
  test.each([
    ["pg15-csvlog.csv.gz", csvlogReader, 9130, 9114, 521_930],
    ["pg15-auto-explain.csv.gz", csvlogReader, 598, 228, 571_655],
    ["pg15-jsonlog.json.gz", jsonlogReader, 6325, 6309, 332_469],
    ["pg15-auto-explain.json.gz", jsonlogReader, 598, 228, 571_655],
  ] as const)("%s has each record", (name, format, records, statements, microseconds) => {
    const { messages, unreadLines, unreadBytes } = readWhole(format, sample(name));
    const times = messages.flatMap(({ message }) => {
      const time = /^duration: ([0-9.]+) ms {2}(?:statement|execute)/.exec(message)?.[1];
      return time === undefined ? [] : [Math.round(Number(time) * 1000)];
    });
    expect([messages.length, unreadLines, unreadBytes]).toEqual([records, 0, 0]);
    expect(times.length).toBe(statements);
    expect(times.reduce((sum, time) => sum + time, 0)).toBe(microseconds);
  });

  test.each(["pg15-jsonlog.json.gz", "pg15-auto-explain.json.gz"])(
    "%s says what JSON.parse reads in it",
    (name) => {
      const bytes = sample(name);
      const { messages } = readWhole(jsonlogReader, bytes);
      expect(messages.map((message) => commonFields(message))).toEqual(parsedRecords(bytes));
    },
  );

  test("one run in both formats has the same messages", () => {
    const csv = readWhole(csvlogReader, sample("pg15-auto-explain.csv.gz")).messages;
    const json = readWhole(jsonlogReader, sample("pg15-auto-explain.json.gz")).messages;
    expect(json.filter((message) => message.code !== "").length).toBeGreaterThan(0);
    // csvlog has a code in each line, jsonlog only where something went wrong.
    const coded = json.map((message) => ({ ...message, code: message.code || "00000" }));
    // Connections overtake each other on their way into the two files.
    expect(bySession(csv)).toEqual(bySession(coded));
  });

  test.each([
    ["csvlog", csvlogReader, "pg15-auto-explain.csv.gz"],
    ["jsonlog", jsonlogReader, "pg15-auto-explain.json.gz"],
  ] as const)("a piece of a %s has all its whole records", (_, format, name) => {
    const bytes = sample(name);
    const piece = readWhole(format, bytes.subarray(300, 60_000));
    const whole = new Set(
      readWhole(format, bytes).messages.map((message) => JSON.stringify(message)),
    );
    expect(piece.messages.filter((message) => !whole.has(JSON.stringify(message)))).toEqual([]);
    expect(piece.messages.length).toBeGreaterThan(100);
    expect(piece.unreadLines).toBe(2);
  });
});

function bySession(messages: readonly PlainMessage[]): PlainMessage[] {
  return messages.toSorted((one, other) => one.session - other.session);
}

/** What is compared of a record. */
function commonFields(message: PlainMessage): unknown {
  const { severity, at, session, user, database, application } = message;
  return [severity, at, session, user, database, application, message.message, message.detail];
}

/** The same of each line, by JSON.parse. */
function parsedRecords(bytes: Buffer): unknown[] {
  const severities: Readonly<Record<string, MessageSeverity>> = {
    LOG: "log",
    ERROR: "error",
    FATAL: "fatal",
    PANIC: "panic",
  };
  return bytes
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const record = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
      const session = Buffer.from(record["session_id"] ?? "");
      return [
        severities[record["error_severity"] ?? ""] ?? "other",
        Date.parse((record["timestamp"] ?? "").replace(" UTC", "Z").replace(" ", "T")),
        sessionNumber(session, 0, session.length),
        record["user"] ?? "",
        record["dbname"] ?? "",
        record["application_name"] ?? "",
        record["message"],
        record["detail"] ?? "",
      ];
    });
}

describe("a block above the limit", () => {
  const text = `${"x".repeat(999)}\n`.repeat(9000);
  const good = plainMessage();

  test.each([
    ["a record of csvlog", csvlogReader, csvRecord, csvRecord(plainMessage({ message: text }))],
    ["a line of csvlog", csvlogReader, csvRecord, text.replaceAll("\n", " ")],
    ["a line of jsonlog", jsonlogReader, jsonRecord, jsonRecord(plainMessage({ detail: text }))],
  ] as const)(
    "%s is the same unread lines and bytes however it comes in",
    (_, format, write, long) => {
      const bytes = Buffer.from(`${write(good)}\n${long}\n${write(good)}\n`);
      const back = readWhole(format, bytes);
      expect(back.messages).toEqual([good, good]);
      expect(back.unreadBytes).toBe(long.length + 1);
      expect(readThroughFeed(format, bytes, 777_777)).toEqual(back);
      expect(readThroughFeed(format, bytes, 4_000_000)).toEqual(back);
    },
  );
});

describe(`random messages (DBADVISE_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);
  const messages = Array.from({ length: 400 }, () => randomMessage(random));

  test("come back from both formats, in any order of the keys", () => {
    const json = messages.map((message) =>
      jsonRecord(message, (fields) => (random.chance(0.5) ? fields : random.shuffle(fields))),
    );
    expect(readWhole(jsonlogReader, lines(json))).toEqual({
      messages,
      unreadLines: 0,
      unreadBytes: 0,
    });
    const csv = messages.map((message) => csvRecord(message));
    expect(readWhole(csvlogReader, lines(csv))).toEqual({
      messages,
      unreadLines: 0,
      unreadBytes: 0,
    });
  });

  test.each([
    ["jsonlog", jsonlogReader, jsonRecord],
    ["csvlog", csvlogReader, csvRecord],
  ] as const)(
    "one that is damaged in a %s costs no other, wherever it is cut",
    (_, format, write) => {
      for (let round = 0; round < 1500; round++) {
        const before = random.pick(messages);
        const damaged = random.pick(messages);
        const behind = random.pick(messages);
        const damage = mutate(Buffer.from(`${write(damaged)}\n`), random.next);
        const bytes = Buffer.concat([lines([write(before)]), damage, lines([write(behind)])]);
        const back = readWhole(format, bytes);
        expect([round, back.messages.at(0)]).toEqual([round, before]);
        expect([round, back.messages.at(-1)]).toEqual([round, behind]);
        expect(back.unreadBytes).toBeLessThanOrEqual(damage.length);
        const at = random.int(0, bytes.length);
        expect([round, at, readInRanges(format, bytes, at)]).toEqual([round, at, back]);
        const size = random.int(1, bytes.length);
        expect([round, size, readInChunks(format, bytes, size)]).toEqual([round, size, back]);
      }
    },
  );

  test("what JSON's own parser reads of a damaged line is read", () => {
    let read = 0;
    for (let round = 0; round < 3000; round++) {
      const message = random.pick(messages);
      const line = mutate(Buffer.from(jsonRecord(message)), random.next).toString();
      const fields = line.includes("\n") ? undefined : parsed(line);
      if (typeof fields?.["timestamp"] !== "string") continue;
      if (typeof fields["error_severity"] !== "string") continue;
      const [back] = readWhole(jsonlogReader, Buffer.from(line)).messages;
      expect([line, back?.message, back?.detail, back?.statement, back?.user]).toEqual([
        line,
        textOf(fields["message"]),
        textOf(fields["detail"]),
        textOf(fields["statement"]),
        textOf(fields["user"]),
      ]);
      read++;
    }
    expect(read).toBeGreaterThan(300);
  });
});

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** A text or a number, as UTF-8 has it. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number"
    ? Buffer.from(`${value}`).toString()
    : "";
}

function lines(records: readonly string[]): Buffer {
  return Buffer.from(records.map((record) => `${record}\n`).join(""));
}
