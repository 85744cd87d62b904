import { describe, expect, test } from "vitest";
import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import { csvlogReader } from "./csvlog-reader.ts";
import { plainMessage } from "./testing/plain-message.ts";
import {
  type PlainMessage,
  type ReadBack,
  readInChunks,
  readInRanges,
  readWhole,
} from "./testing/read-messages.ts";
import { csvRecord } from "./testing/write-messages.ts";

const first = plainMessage({ message: "duration: 0.071 ms  statement: BEGIN;" });
const other = plainMessage({ message: 'a,"b"\nc', severity: "error", user: "x" });

function line(message: PlainMessage): string {
  return `${csvRecord(message)}\n`;
}

function read(...parts: (string | Buffer)[]): ReadBack {
  return readWhole(csvlogReader, Buffer.concat(parts.map((part) => Buffer.from(part))));
}

describe("a record of csvlog", () => {
  test.each([23, 24, 26])("is read with its fields, %i columns of them", (columns) => {
    const message = plainMessage({
      severity: "panic",
      code: "22012",
      message: 'division by "zero"',
      detail: "a\n\tb,",
      statement: 'select 1/0 as "x", \'"\'',
      queryId: columns === 26 ? "-7862741128476549085" : "",
      user: 'u"v',
      database: "a,b",
      application: 'my "app", ü',
    });
    const messages = [message, message];
    const record = csvRecord(message, columns);
    const back = { messages, unreadLines: 0, unreadBytes: 0 };
    expect(read(record, "\n", record)).toEqual(back);
    expect(read("\ufeff", record, "\r\n\r\n\n", record, "\r\n")).toEqual(back);
  });

  test("may have hardly any field", () => {
    const record =
      '2026-11-22 10:04:54.282 +03,,,,,6b02be46.4cd7,1,,,,,LOG,00000,"",,,,,,,,,"","",,0';
    expect(read(record).messages).toEqual([
      plainMessage({
        at: Date.UTC(2026, 10, 22, 7, 4, 54, 282),
        user: "",
        database: "",
        application: "",
        message: "",
        queryId: "",
      }),
    ]);
  });

  test.each([
    ["fewer columns", csvRecord(first, 22)],
    ["more columns", `${csvRecord(first)},`],
    ["something behind a quote", csvRecord(first).replace('BEGIN;"', 'BEGIN;"x')],
    ["no closing quote", csvRecord(first).replace('BEGIN;"', "BEGIN;")],
    ["a quote too many", csvRecord(first).replace("BEGIN", 'BE"GIN')],
    ["only its head", csvRecord(first, 9)],
    ["a line break outside of quotes", csvRecord(first).replace(",LOG,", ",LO\nG,")],
  ])("that has %s is unread, and its neighbours are read", (_, damage) => {
    expect(read(line(other), damage, "\n", line(other))).toEqual({
      messages: [other, other],
      unreadLines: 1,
      unreadBytes: damage.length + 1,
    });
  });

  test("that lost its end takes none of the next ones along", () => {
    const record = csvRecord(other);
    for (let length = 1; length < record.length; length++) {
      const back = read(line(first), record.slice(0, length), "\n", line(first), line(other));
      const { messages } = back;
      // Cut inside of the last number it can't be told from a whole one.
      const asWhole = messages.length === 4 ? messages[1] : undefined;
      expect([length, messages.filter((message) => message !== asWhole)]).toEqual([
        length,
        [first, first, other],
      ]);
      expect(back.unreadBytes).toBe(asWhole === undefined ? length + 1 : 0);
    }
  });

  test("that lost its end and its line break is followed by one that is read", () => {
    const torn = csvRecord(other).slice(0, 130);
    const back = read(line(first), torn, line(other), "\0".repeat(50), line(first), line(first));
    expect(back).toEqual({
      messages: [first, other, first, first],
      unreadLines: 2,
      unreadBytes: torn.length + 50,
    });
  });
});

describe("damage to csvlog", () => {
  test.each([
    ["text", "LOG:  hello\nworld\n", 2],
    ["an odd quote", '"\n', 1],
    ["a damaged beginning", line(first).replace("2026", "2O26"), 1],
    ["a date that is none", line(first).replace("2026-11", "2026-13"), 1],
    ["zeros", `${"\0".repeat(5000)}\n`, 1],
    ["noise", Buffer.from([255, 254, 34, 200, 10, 1, 10]), 2],
  ])("%s is unread, and its neighbours are read", (_, damage, lines) => {
    const back = read(damage, line(first), damage, line(other), damage);
    expect(back.messages).toEqual([first, other]);
    expect(back.unreadLines).toBe(3 * lines);
    expect(back.unreadBytes).toBe(3 * Buffer.from(damage).length);
  });

  test("a text may hold what looks like a log", () => {
    const text = `x\n${line(first)}\n2026-11-22 10:04:54.282 UTC\n${csvRecord(other)}`;
    const message = plainMessage({ message: text, detail: text, statement: text });
    expect(read(line(message), line(other))).toEqual({
      messages: [message, other],
      unreadLines: 0,
      unreadBytes: 0,
    });
  });

  test("a line of a text that looks like a server process's record ends the text's record", () => {
    const own = csvRecord(plainMessage({ user: "", database: "", application: "" })).replace(
      '"127.0.0.1:57738"',
      "",
    );
    const back = read(line(first), line(plainMessage({ message: `x\n${own}` })), line(other));
    expect(back.messages).toEqual([first, other]);
    expect(back.unreadLines).toBe(2);
  });

  test("a name with a line break is no name", () => {
    expect(read(line(first), line(plainMessage({ user: "a\nb" })), line(other))).toMatchObject({
      messages: [first, other],
      unreadLines: 2,
    });
  });

  test("a text may be no UTF-8, and long", () => {
    const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x62]);
    const [before = "", behind = ""] = line(first).split("BEGIN");
    expect(read(before, bytes, behind).messages[0]?.message).toContain(bytes.toString("utf8"));
    const long = plainMessage({ message: `"\n${"x".repeat(1_000_000)}"`, detail: "y".repeat(1e6) });
    expect(read(line(long), line(other)).messages).toEqual([long, other]);
  });

  test("a record above the limit is unread", () => {
    const lines = 1000;
    const text = `${"x".repeat(MAX_BLOCK_BYTES / lines)}\n`.repeat(lines);
    const long = line(plainMessage({ message: text }));
    const back = read(line(first), long, line(other));
    expect(back.messages).toEqual([first, other]);
    expect(back.unreadBytes).toBe(long.length);
    const oneLine = read(line(first), long.replaceAll("x\n", "x "), line(other));
    expect(oneLine.messages).toEqual([first, other]);
    expect(oneLine).toMatchObject({ unreadLines: 1, unreadBytes: long.length });
  });

  test("many records without a closing quote take no longer than others", () => {
    const torn = `${csvRecord(first).slice(0, 140)}\n`.replace('"duration', "duration");
    const back = read(torn.repeat(20_000), line(other));
    expect(back.messages).toEqual([other]);
    expect(back.unreadLines).toBe(20_000);
  });
});

describe("csvlog in pieces", () => {
  const torn = csvRecord(first).slice(0, 130);
  const bytes = Buffer.concat([
    Buffer.from(`\ufeff${csvRecord(other)}\r\n\ngarbage "\n`),
    Buffer.from(line(plainMessage({ message: `${line(other)}ü 😀\n\n"`, detail: "\r\n" }))),
    Buffer.from(`${torn}\nrest of it"\n${line(first)}${torn}${line(other)}`),
    Buffer.from([0, 0, 0, 10, 255, 10]),
    Buffer.from(line(plainMessage({ user: "a\nb", message: '2026-11-22 10:04:54.282 UTC,"' }))),
    Buffer.from(
      line(plainMessage({ message: "x\n2026-11-22 10:04:54.282 UTC,,,7,,6b02be46.4cd7,1,,y\n" })),
    ),
    Buffer.from(csvRecord(other)),
  ]);
  const whole = readWhole(csvlogReader, bytes);

  test("cut at any byte it is the same", () => {
    expect(whole.messages.length).toBe(5);
    expect(whole.unreadLines).toBe(9);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect([cut, readInRanges(csvlogReader, bytes, cut)]).toEqual([cut, whole]);
    }
  });

  test("in chunks of any size it is the same", () => {
    for (let size = 1; size <= bytes.length; size++) {
      expect([size, readInChunks(csvlogReader, bytes, size)]).toEqual([size, whole]);
    }
  });
});

test("a line of csvlog is known", () => {
  const is = (text: string): boolean => csvlogReader.isBlockStart(Buffer.from(text));
  expect(is(csvRecord(first))).toBe(true);
  expect(is(`\ufeff${csvRecord(first)}`)).toBe(true);
  // The rest of it may be on further lines.
  expect(is(csvRecord(first, 14).slice(0, -10))).toBe(true);
  expect(is("2026-11-22 10:04:54.282 UTC,x")).toBe(false);
  expect(is(csvRecord(first).replace(".4cd7", ""))).toBe(false);
  expect(is("2026-11-22 10:04:54.282 UTC [7] LOG:  x")).toBe(false);
  expect(is("")).toBe(false);
});
