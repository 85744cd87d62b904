import { describe, expect, test } from "vitest";
import { hasAbsoluteTimes } from "./absolute-times.ts";
import { inferPrefixes } from "./infer-prefixes.ts";

const MS = "2026-11-22 10:04:54.282 UTC";
const S = "2026-11-22 10:04:54 UTC";

function infer(...prefixes: string[]): string[] {
  return inferPrefixes(Buffer.from(prefixes.map((prefix) => `${prefix}LOG:  x\n`).join("")));
}

describe("the prefix of", () => {
  test.each([
    ["Debian", ["%m [%p] %q%u@%d "], [`${MS} [77] bob@shop `, `${MS} [9] `]],
    ["Amazon RDS", ["%t:%r:%u@%d:[%p]:"], [`${S}:10.0.0.7(5432):bob@shop:[77]:`, `${S}::@:[9]:`]],
    [
      "Amazon RDS since 15",
      ["%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a"],
      [
        `${MS}:10.0.0.7(5432):bob@shop:[77]:3:00000:${S}:3/12:0:6b02be46.4cd7:my app`,
        `${MS}::@:[9]:3:00000:${S}::0:6b02be46.9:`,
        `${MS}:10.0.0.7(5432):bob@shop:[77]:3:42P01:${S}:3/12:0:6b02be46.4cd7:`,
      ],
    ],
    [
      "Amazon RDS, mostly of background processes",
      ["%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a"],
      [
        `${MS}::@:[9]:3:00000:${S}::0:6b02be46.9:`,
        `${MS}::@:[9]:4:00000:${S}::0:6b02be46.9:`,
        `${MS}:10.0.0.7(5432):bob@shop:[77]:3:42P01:${S}:3/12:0:6b02be46.4cd7:my app`,
      ],
    ],
    ["what is not quite Debian's", ["%m [%p] %u@%d/%i"], [`${MS} [77] bob@shop/x `]],
    ["the server's own default", ["%m [%p]"], [`${MS} [77] `]],
    [
      "Cloud SQL",
      ["%m [%p]: [%l-%l] db=%d,user=%u"],
      [`${MS} [77]: [3-1] db=shop,user=bob `, `${MS} [9]: [1-1] db=,user= `],
    ],
    ["Azure", ["%t-%c-"], [`${S}-6b02be46.4cd7-`]],
    [
      "Heroku",
      [
        'sql_error_code = %e time_ms = "%m" pid="%p" proc_start_time="%s" session_id="%c" vtid="%v" tid="%x" log_line="%l" database="%d" connection_source="%r" user="%u" application_name="%a"',
      ],
      [
        `sql_error_code = 00000 time_ms = "${MS}" pid="77" proc_start_time="${S}" session_id="6b02be46.4cd7" vtid="3/12" tid="0" log_line="3" database="shop" connection_source="10.0.0.7(5432)" user="bob" application_name="web" `,
        `sql_error_code = 42P01 time_ms = "${MS}" pid="9" proc_start_time="${S}" session_id="6b02be46.9" vtid="" tid="0" log_line="1" database="" connection_source="" user="" application_name="" `,
      ],
    ],
    [
      "a host before the time, which only sessions have",
      ["%h %m [%p] %u@%d", " %m [%p]"],
      [`10.0.0.7 ${MS} [77] bob@shop `, `10.0.0.8 ${MS} [78] bob@shop `, ` ${MS} [9] `],
    ],
    ["names without a key", ["%t %i %h [%p]"], [`${S} bob shop [local] [77] `]],
    ["a start of the session before the time", ["%s %m"], [`${S} ${MS} `]],
    ["a time before the start of the session", ["%t %s"], [`${S} ${S} `]],
    ["nothing", [""], [""]],
  ])("%s", (_, expected, printed) => {
    expect(infer(...printed)).toEqual(expected);
  });
});

test("the most common shape comes first, and each must tell what it tells", () => {
  const common = Array.from({ length: 20 }, (_, pid) => `${MS} [${pid}] bob@shop/x `);
  expect(
    infer(
      `${MS} [9] `,
      "quoted: ",
      `${MS} no process `,
      "[7] no time ",
      `  ${S} [5] indented `,
      ...common,
      `${MS} [9] `,
    ),
  ).toEqual(["%m [%p] %u@%d/%i", "%m [%p]"]);
});

test("names that look odd are those of the usual shape", () => {
  const common = Array.from({ length: 20 }, (_, pid) => `${MS} [${pid}] bob@shop/x `);
  expect(infer(`${MS} [7] my user@shop/x `, `${MS} [8] (a;b)@10/[unknown] `, ...common)).toEqual([
    "%m [%p] %u@%d/%i",
  ]);
});

test("a text that quotes a log is none", () => {
  const head = [
    `${MS} [7] LOG:  statement: insert into logs values ('`,
    `\t2026-11-22 10:04:54 UTC [5] LOG:  quoted`,
    `  x ERROR:  no record`,
    `${MS} [7] LOG:  statement: select 'a ERROR:  b'`,
    `${MS} [7] STATEMENT:  select 'a ERROR:  b'`,
    "",
  ].join("\n");
  expect(inferPrefixes(Buffer.from(head))).toEqual(["%m [%p]"]);
});

test("any part of a log will do", () => {
  const line = `${MS} [7] bob@shop LOG:  duration: 1.000 ms  statement: select 1\n`;
  const head = Buffer.from(line.repeat(3));
  for (let from = 0; from < line.length; from++) {
    for (const to of [head.length, head.length - 7, head.length - 60]) {
      expect(inferPrefixes(head.subarray(from, to))).toEqual(["%m [%p] %q%u@%d "]);
    }
  }
});

test("a log that begins with the rest of a long text is known by what follows", () => {
  const head = `${"a text:  of many lines\n".repeat(30_000)}${MS} [7] LOG:  x\n`;
  expect(inferPrefixes(Buffer.from(head))).toEqual(["%m [%p]"]);
});

test("what is no server's log has none", () => {
  for (const text of ["", "hello\nworld\n", '{"message":"x"}\n', "\tLOG:  x\n", "LOG: x\n"]) {
    expect(inferPrefixes(Buffer.from(text)), text).toEqual([]);
  }
  expect(inferPrefixes(Buffer.from(Array.from({ length: 5000 }, (_, byte) => byte % 256)))).toEqual(
    [],
  );
});

test("many odd lines take no time, and few shapes remain", () => {
  const lines = Array.from(
    { length: 5000 },
    (_, index) => `${MS} [${index}] ${"(".repeat(index % 400)} LOG:  y\n`,
  );
  expect(inferPrefixes(Buffer.from(lines.join(""))).length).toBe(16);
});

describe("times are absolute", () => {
  test.each([
    ["UTC", true],
    ["GMT", true],
    ["+02", true],
    ["-0330", true],
    ["CST", false],
    ["CEST", false],
  ])("in zone %s: %s", (zone, expected) => {
    const line = (second: string): string => `2026-11-22 10:04:${second} ${zone} [7] LOG:  x\n`;
    const head = Buffer.from(`\tcut off\n${line("54.282")}${line("55.282")}`);
    expect(hasAbsoluteTimes(["%t [%p]", "%m [%p]"], head)).toBe(expected);
    expect(hasAbsoluteTimes(["%t [%p]", "%p"], Buffer.from(line("54")))).toBe(expected);
  });

  test("by the first line that has one", () => {
    const head = Buffer.from("7 LOG:  x\n7 2026-11-22 10:04:54 CST LOG:  x\n");
    expect(hasAbsoluteTimes(["%p %q%t "], head)).toBe(false);
  });

  test("in seconds since the epoch, and where there are none", () => {
    expect(hasAbsoluteTimes(["%t %n "], Buffer.from(`${S} 1795341894.282 LOG:  x`))).toBe(true);
    expect(hasAbsoluteTimes(["%p "], Buffer.from("7 LOG:  x"))).toBe(true);
    expect(hasAbsoluteTimes([], Buffer.alloc(0))).toBe(true);
  });
});
