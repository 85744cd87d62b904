import { describe, expect, test } from "vitest";
import type { LogRecord } from "./log-record.ts";
import { createStderrLineParser, createStderrReader } from "./stderr.ts";

function read(text: string, prefix?: string): { records: LogRecord[]; unread: number } {
  const records: LogRecord[] = [];
  let unread = 0;
  const sink = {
    record: (record: LogRecord) => void records.push(record),
    unread: () => void unread++,
  };
  const reader = createStderrReader(sink, createStderrLineParser(prefix));
  for (const line of text.split("\n")) reader.line(line);
  reader.end();
  return { records, unread };
}

const MS = "2026-11-22 10:04:54.282 UTC";
const S = "2026-11-22 10:04:54 UTC";
const at = Date.UTC(2026, 10, 22, 10, 4, 54, 282);

/** A setting, what it prints in a session and in a background process, and what both ways of reading tell. */
const PREFIXES: readonly (readonly [
  template: string,
  session: string,
  background: string,
  told: string,
])[] = [
  ["%m [%p] ", `${MS} [77] `, `${MS} [9] `, "time session"],
  ["%m [%p] %q%u@%d ", `${MS} [77] bob@shop `, `${MS} [9] `, "time session user database"],
  [
    "%t:%r:%u@%d:[%p]:",
    `${S}:10.0.0.7(5432):bob@shop:[77]:`,
    `${S}::@:[9]:`,
    "second session user database",
  ],
  [
    "%t:%r:%u@%d:[%p]:",
    `${S}:::1(5432):bob@shop:[77]:`,
    `${S}::@:[9]:`,
    "second session user database",
  ],
  [
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a",
    `${MS}:10.0.0.7(5432):bob@shop:[77]:3:00000:${S}:3/12:0:6b02be46.4cd7:web`,
    `${MS}::@:[9]:3:00000:${S}::0:6b02be46.9:`,
    "time sessionid user database",
  ],
  [
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    `${S} [77]: [3-1] user=bob,db=shop,app=web,client=10.0.0.7 `,
    `${S} [9]: [1-1] user=,db=,app=,client= `,
    "second session user database application",
  ],
  [
    "%m [%p] user=%u db=%d app=%a ",
    `${MS} [77] user=bob db=shop app=web `,
    `${MS} [9] user= db= app= `,
    "time session user database application",
  ],
  [
    "%n [%p] %u@%d/%a ",
    "1795341894.282 [77] bob@shop/web ",
    "1795341894.282 [9] @/ ",
    "time session user database",
  ],
  ["%x %m [%p] %u@%d ", `0 ${MS} [77] bob@shop `, `0 ${MS} [9] @ `, "time session user database"],
  ["%c %l %m ", `6b02be46.4cd7 3 ${MS} `, `6b02be46.9 1 ${MS} `, "time sessionid"],
  ["<%m>%p|%u|%d|", `<${MS}>77|bob|shop|`, `<${MS}>9|||`, "time session"],
  ["%t %u %d %h [%p] ", `${S} bob shop [local] [77] `, `${S}    [9] `, "second session"],
  [
    "%m %-8u|%8d [%p] ",
    `${MS} bob     |    shop [77] `,
    `${MS}         |         [9] `,
    "time session",
  ],
  [
    "100%% %m pid=%p session=%c ",
    `100% ${MS} pid=77 session=6b02be46.4cd7 `,
    `100% ${MS} pid=9 session=6b02be46.9 `,
    "time sessionid",
  ],
  ["%p ", "77 ", "9 ", "session"],
  ["", "", "", ""],
];

describe.each(PREFIXES)("log_line_prefix '%s' as '%s'", (template, session, background, told) => {
  const log = [
    `${background}LOG:  database system is ready`,
    `${session}LOG:  duration: 1.000 ms  statement: select`,
    "\t'LOG:  x'",
    "\t",
    "\tfrom t",
    `${session}DETAIL:  parameters: $1 = 'a`,
    "\tb'",
    `${background}LOG:  checkpoint starting`,
  ].join("\n");

  test.each([
    ["learned", undefined],
    ["given", template],
  ])("%s", (_, prefix) => {
    const { records, unread } = read(log, prefix);
    expect(unread).toBe(0);
    expect(records.map((record) => [record.severity, record.message, record.detail])).toEqual([
      ["LOG", "database system is ready", undefined],
      [
        "LOG",
        "duration: 1.000 ms  statement: select\n'LOG:  x'\n\nfrom t",
        "parameters: $1 = 'a\nb'",
      ],
      ["LOG", "checkpoint starting", undefined],
    ]);
    const record = records[1];
    const expected = told.split(" ");
    expect(record?.time).toEqual(
      expected.includes("time")
        ? { ms: at, absolute: true }
        : expected.includes("second")
          ? { ms: at - 282, absolute: true }
          : undefined,
    );
    expect(record?.session).toBe(
      expected.includes("sessionid") ? "6b02be46.4cd7" : expected.includes("session") ? "77" : "",
    );
    // What the setting says is always told; what is learned, where the text shows it.
    const shows = (escape: string, name: string): boolean =>
      prefix === undefined ? expected.includes(name) : prefix.includes(escape);
    expect(record?.user).toBe(shows("u", "user") && /%-?\d*u/.test(template) ? "bob" : undefined);
    expect(record?.database).toBe(
      shows("d", "database") && /%-?\d*d/.test(template) ? "shop" : undefined,
    );
    expect(record?.application).toBe(
      shows("a", "application") && template.includes("%a") ? "web" : undefined,
    );
    expect(records[0]?.user).toBeUndefined();
  });
});

test("lines of interleaved processes find their record", () => {
  const { records, unread } = read(
    [
      `${MS} [1] LOG:  execute a: select $1`,
      `${MS} [2] LOG:  execute b: select $1`,
      `${MS} [1] DETAIL:  parameters: $1 = 'one'`,
      `${MS} [2] DETAIL:  parameters: $1 = 'two'`,
      `${MS} [1] STATEMENT:  ignored`,
      "\tand its second line",
      `${MS} [3] DETAIL:  of nothing`,
    ].join("\n"),
  );
  expect(records.map((record) => [record.message, record.detail])).toEqual([
    ["execute a: select $1", "parameters: $1 = 'one'"],
    ["execute b: select $1", "parameters: $1 = 'two'"],
  ]);
  expect(unread).toBe(1);
});

test("blanks continue a record where a log has no tabs, and a quoted log is part of its text", () => {
  const { records, unread } = read(
    [
      `${S} [1] LOG:  statement: select '`,
      `  x ERROR:  no record`,
      `    from t`,
      "noise",
      `${S} [1] LOG:  end`,
    ].join("\n"),
  );
  expect(records.map((record) => record.message)).toEqual([
    "statement: select '\n  x ERROR:  no record\n    from t",
    "end",
  ]);
  expect(unread).toBe(1);
});

test.each([
  ["GMT", true, at],
  ["+0530", true, at - 19_800_000],
  ["-03", true, at + 10_800_000],
  ["CEST", false, at],
])("a log in zone %s", (zone, absolute, ms) => {
  const { records } = read(`2026-11-22 10:04:54.282 ${zone} [1] LOG:  x`);
  expect(records[0]?.time).toEqual({ ms, absolute });
});

test("a name may look like a label, and the server's [unknown] is no name", () => {
  const { records } = read(
    `${MS} [5] [unknown]@shop LOG:  a\n${MS} [5] LOG:  @shop LOG:  b`,
    "%m [%p] %u@%d ",
  );
  expect(records.map((record) => [record.user, record.database, record.message])).toEqual([
    [undefined, "shop", "a"],
    ["LOG:  ", "shop", "b"],
  ]);
});
