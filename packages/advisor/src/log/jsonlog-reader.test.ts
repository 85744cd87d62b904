import { describe, expect, test } from "vitest";
import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import { jsonlogReader } from "./jsonlog-reader.ts";
import { plainMessage } from "./testing/plain-message.ts";
import { type ReadBack, readInChunks, readInRanges, readWhole } from "./testing/read-messages.ts";
import { jsonRecord } from "./testing/write-messages.ts";

const line = `${jsonRecord(plainMessage())}\n`;

function read(...parts: (string | Buffer)[]): ReadBack {
  return readWhole(jsonlogReader, Buffer.concat(parts.map((part) => Buffer.from(part))));
}

/** How a text comes back that stands in a message as these bytes of JSON. */
function messageOf(json: string | Buffer): string | undefined {
  const [before = "", behind = ""] = line.split("duration: 0.071 ms  statement: BEGIN;");
  return read(before, json, behind).messages[0]?.message;
}

describe("a record of jsonlog", () => {
  test("is read with its fields", () => {
    const message = plainMessage({
      severity: "error",
      code: "22012",
      message: "division by zero",
      detail: "a\n\tb",
      statement: 'select 1/0 as "x"',
      queryId: "-7862741128476549085",
    });
    expect(read(jsonRecord(message), "\n")).toEqual({
      messages: [message],
      unreadLines: 0,
      unreadBytes: 0,
    });
  });

  test("has its keys in any order, and others than PostgreSQL's", () => {
    const message = plainMessage({ detail: "parameters: $1 = '1'" });
    const { messages, unreadLines } = read(
      jsonRecord(message, (fields) => fields.toReversed()),
      "\n",
      jsonRecord(message, (fields) => [["users", "x"], ...fields, ["message2", 'a"b'], ["x", 7]]),
      "\n",
      // Blanks as other writers have them.
      jsonRecord(message).replaceAll('":', '": ').replaceAll(',"', ', "').replace("{", "{ "),
      "\n",
    );
    expect(messages).toEqual([message, message, message]);
    expect(unreadLines).toBe(0);
  });

  test.each([
    ["a list", '"tags":["x","}"],'],
    ["an object", '"labels":{"timestamp":"never","error_severity":"PANIC"},'],
    ["null, true and a fraction", '"hint":null,"a":true,"b":-1.5e3,'],
    ["a key with a quote", '"a\\"b":"c",'],
    ["a key with a colon", '"a\\":b":1,'],
    ["a tab between", '\t"a"\t:\t1,'],
    ["an empty key", '"":"",'],
  ])("%s makes no difference", (_, extra) => {
    expect(read(line.replace("{", `{${extra}`))).toEqual(read(line));
    expect(read(line.replace('"ps"', `${extra}"ps"`))).toEqual(read(line));
  });

  test("may have its keys escaped", () => {
    const escaped = line.replace('"user"', String.raw`"us\u0065r"`);
    expect(read(escaped)).toEqual(read(line));
  });

  test("names its session by session id, else by process", () => {
    const withoutSession = line.replace(/"session_id":"[^"]*",/, "");
    expect(read(withoutSession).messages[0]?.session).toBe(7);
    expect(read(withoutSession.replace('"pid":7', '"pid":"4711"')).messages[0]?.session).toBe(4711);
    expect(read(withoutSession.replace('"pid":7,', "")).messages[0]?.session).toBe(0);
    expect(read(line.replace("6b02be46.4cd7", "none")).messages[0]?.session).toBe(7);
  });

  test("has a number of its query, or none", () => {
    const of = (json: string): string | undefined =>
      read(line.replace(/"query_id":\d+/, json)).messages[0]?.queryId;
    expect(of('"query_id":0')).toBe("");
    expect(of('"query_id":"2397681704071010949"')).toBe("2397681704071010949");
    // Not by way of a double.
    expect(of('"query_id":2397681704071010949,"x":[]')).toBe("2397681704071010949");
    expect(of('"x":1')).toBe("");
  });

  test("keeps a time that can't be read out of the sum, not the record", () => {
    const [message] = read(line.replace(/"timestamp":"[^"]*"/, '"timestamp":"yesterday"')).messages;
    expect(message?.at).toBeNaN();
    expect(message?.user).toBe("logres");
  });
});

describe("a text of jsonlog", () => {
  test.each([
    [String.raw`a\nb\tc\rd\be\ff`, "a\nb\tc\rd\be\ff"],
    [String.raw`\"a\" \\ \/`, '"a" \\ /'],
    [String.raw`\\`, "\\"],
    [String.raw`\\\"`, '\\"'],
    [String.raw`\u0041\u00fc\u6F22\u0001`, "Aü漢\u0001"],
    [String.raw`x\ud83d\ude00y`, "x😀y"],
    // A half of a character: what text is that has none.
    [String.raw`\ud83dx \ude00 \ud83d\u0041`, "\ufffdx \ufffd \ufffdA"],
    ["ü — 漢字 😀", "ü — 漢字 😀"],
    ["", ""],
  ])("%s", (json, text) => {
    expect(messageOf(json)).toBe(text);
    // As JSON's own parser has it, once it is UTF-8.
    expect(Buffer.from(String(JSON.parse(`"${json}"`))).toString()).toBe(text);
  });

  test.each([
    String.raw`\x`,
    String.raw`\u12`,
    String.raw`\u12g4`,
    "\\",
    String.raw`a"b`,
    String.raw`\ud83d\u00"`,
  ])("'%s' is none", (json) => {
    expect(messageOf(json)).toBeUndefined();
  });

  test("that is no UTF-8 stays what it is", () => {
    const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x62]);
    expect(messageOf(bytes)).toBe(bytes.toString("utf8"));
    expect(messageOf(Buffer.concat([bytes, Buffer.from("\\n")]))).toBe(
      `${bytes.toString("utf8")}\n`,
    );
  });

  test("may be long", () => {
    const text = `"\\\n${"x".repeat(1_000_000)}ü\n`;
    const message = plainMessage({ message: text, detail: text });
    expect(read(jsonRecord(message), "\n", line).messages).toEqual([message, plainMessage()]);
  });
});

describe("damage to jsonlog", () => {
  const other = `${jsonRecord(plainMessage({ message: "x", severity: "error" }))}\n`;

  test.each([
    ["a text", "LOG:  hello\n"],
    ["another JSON", '{"level":"info","msg":"x"}\n'],
    ["a record without its time", line.replace("timestamp", "time")],
    ["a record whose time is a number", line.replace(/"timestamp":"[^"]*"/, '"timestamp":7')],
    ["a record without a severity", line.replace("error_severity", "severity")],
    ["a list", `[${line.trim()}]\n`],
    ["a record with something behind it", line.replace("}\n", "}}\n")],
    ["a record without its end", `${line.slice(0, 200)}\n`],
    ["a record without its beginning", line.slice(30)],
    ["a record without a comma", line.replace(',"ps"', '"ps"')],
    ["a record without a quote", line.replace('"ps":"', '"ps":')],
    ["a record without a colon", line.replace('"ps":', '"ps"')],
    ["zeros", `${"\0".repeat(5000)}\n`],
    ["noise", Buffer.from([255, 254, 200, 123, 34, 1, 10])],
    ["a brace", "{\n"],
    ["a blank", " \n"],
  ])("%s is unread, and its neighbours are read", (_, damage) => {
    const back = read(line, damage, other);
    expect(back.messages).toEqual([...read(line).messages, ...read(other).messages]);
    expect(back.unreadLines).toBe(1);
    expect(back.unreadBytes).toBe(Buffer.from(damage).length);
  });

  test("a line ends where it ends", () => {
    const [start, end] = [line.replace("}\n", ',"a\n'), '":1}\n'];
    expect(read(start, end, line)).toEqual({
      ...read(line),
      unreadLines: 2,
      unreadBytes: start.length + end.length,
    });
  });

  test("a record behind one that lost its end and its line break is read", () => {
    const back = read(line, line.slice(0, 333), other, "\0".repeat(100), line);
    expect(back.messages.map((message) => message.severity)).toEqual(["log", "error", "log"]);
    expect(back).toMatchObject({ unreadLines: 2, unreadBytes: 433 });
  });

  test("line breaks of Windows, empty lines, a byte order mark and a last line without a line break", () => {
    const back = read("\ufeff", line.replace("\n", "\r\n"), "\r\n", "\n", other.trim());
    expect(back).toEqual({
      messages: [...read(line).messages, ...read(other).messages],
      unreadLines: 0,
      unreadBytes: 0,
    });
  });

  test("a line above the limit is unread", () => {
    const long = jsonRecord(plainMessage({ message: "x".repeat(MAX_BLOCK_BYTES) }));
    const back = read(line, long, "\n", other);
    expect(back.messages.length).toBe(2);
    expect(back).toMatchObject({ unreadLines: 1, unreadBytes: long.length + 1 });
  });

  test("lines without any quote take no longer than others", () => {
    const lines = 20_000;
    const back = read("{a\n".repeat(lines), line, "{1,\n".repeat(lines));
    expect(back.messages.length).toBe(1);
    expect(back.unreadLines).toBe(2 * lines);
  });
});

describe("jsonlog in pieces", () => {
  const bytes = Buffer.concat([
    Buffer.from("\ufeff"),
    Buffer.from(jsonRecord(plainMessage({ message: 'a\n"b" ü 😀' }))),
    Buffer.from("\r\n\n"),
    Buffer.from(`garbage\n{"timestamp":"x\n`),
    Buffer.from(line.slice(0, 100) + line),
    Buffer.from([0, 0, 0, 10, 255, 10]),
    Buffer.from(line.trim()),
  ]);
  const whole = readWhole(jsonlogReader, bytes);

  test("cut at any byte it is the same", () => {
    expect(whole.messages.length).toBe(3);
    expect(whole.unreadLines).toBe(5);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect([cut, readInRanges(jsonlogReader, bytes, cut)]).toEqual([cut, whole]);
    }
  });

  test("in chunks of any size it is the same", () => {
    for (let size = 1; size <= bytes.length; size++) {
      expect([size, readInChunks(jsonlogReader, bytes, size)]).toEqual([size, whole]);
    }
  });

  test("cut off at any byte, what was whole is read and the rest is counted", () => {
    for (let to = 0; to < bytes.length; to++) {
      const back = readWhole(jsonlogReader, bytes.subarray(0, to));
      expect(whole.messages.slice(0, back.messages.length)).toEqual(back.messages);
      expect(back.unreadLines).toBeLessThanOrEqual(whole.unreadLines + 1);
    }
  });
});

test("a line of jsonlog is known", () => {
  const is = (text: string): boolean => jsonlogReader.isBlockStart(Buffer.from(text));
  expect(is(line.trim())).toBe(true);
  expect(is(`\ufeff${line.trim()}`)).toBe(true);
  expect(is('{"level":"info","msg":"x"}')).toBe(false);
  expect(is("2026-11-22 10:04:54.282 UTC [7] LOG:  x")).toBe(false);
  expect(is("")).toBe(false);
});
