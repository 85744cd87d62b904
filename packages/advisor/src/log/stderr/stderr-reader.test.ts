import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { MAX_BLOCK_BYTES } from "../block-reader.ts";
import { stderrReader } from "./stderr-reader.ts";
import { readStderr } from "./testing/read-stderr.ts";

const MS = "2026-11-22 10:04:54.282 UTC";
const S = "2026-11-22 10:04:54 UTC";
const at = Date.UTC(2026, 10, 22, 10, 4, 54, 282);
const SESSION = 0x6b02be46 * 4_194_304 + 0x4cd7;

/** A setting, what it prints in a session and in a background process, and what both ways of reading tell. */
const PREFIXES: readonly (readonly [
  template: string,
  session: string,
  background: string,
  told: string,
])[] = [
  ["%m [%p] ", `${MS} [77] `, `${MS} [9] `, "time pid"],
  ["%m [%p] %q%u@%d ", `${MS} [77] bob@shop `, `${MS} [9] `, "time pid user database"],
  [
    "%t:%r:%u@%d:[%p]:",
    `${S}:10.0.0.7(5432):bob@shop:[77]:`,
    `${S}::@:[9]:`,
    "second pid user database",
  ],
  [
    "%t:%r:%u@%d:[%p]:",
    `${S}:::1(5432):bob@shop:[77]:`,
    `${S}::@:[9]:`,
    "second pid user database",
  ],
  [
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a",
    `${MS}:10.0.0.7(5432):bob@shop:[77]:3:00000:${S}:3/12:0:6b02be46.4cd7:web`,
    `${MS}::@:[9]:3:00000:${S}::0:6b02be46.9:`,
    "time session user database application code",
  ],
  [
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    `${S} [77]: [3-1] user=bob,db=shop,app=web,client=10.0.0.7 `,
    `${S} [9]: [1-1] user=,db=,app=,client= `,
    "second pid user database application",
  ],
  [
    "%m [%p]: [%l-1] db=%d,user=%u ",
    `${MS} [77]: [3-1] db=shop,user=bob `,
    `${MS} [9]: [1-1] db=,user= `,
    "time pid user database",
  ],
  ["%t-%c-", `${S}-6b02be46.4cd7-`, `${S}-6b02be46.9-`, "second session"],
  [
    'sql_error_code = %e time_ms = "%m" pid="%p" proc_start_time="%s" session_id="%c" vtid="%v" tid="%x" log_line="%l" database="%d" connection_source="%r" user="%u" application_name="%a" ',
    `sql_error_code = 00000 time_ms = "${MS}" pid="77" proc_start_time="${S}" session_id="6b02be46.4cd7" vtid="3/12" tid="0" log_line="3" database="shop" connection_source="10.0.0.7(5432)" user="bob" application_name="web" `,
    `sql_error_code = 00000 time_ms = "${MS}" pid="9" proc_start_time="${S}" session_id="6b02be46.9" vtid="" tid="0" log_line="1" database="" connection_source="" user="" application_name="" `,
    "time session user database application code",
  ],
  ["%h %m [%p] %q%u@%d ", `10.0.0.7 ${MS} [77] bob@shop `, ` ${MS} [9] `, "time pid user database"],
  [
    "%m [%p] user=%u db=%d app=%a ",
    `${MS} [77] user=bob db=shop app=web `,
    `${MS} [9] user= db= app= `,
    "time pid user database application",
  ],
  [
    "%n [%p] %u@%d/%a ",
    "1795341894.282 [77] bob@shop/web ",
    "1795341894.282 [9] @/ ",
    "time pid user database",
  ],
  ["%x %m [%p] %u@%d ", `0 ${MS} [77] bob@shop `, `0 ${MS} [9] @ `, "time pid user database"],
  ["%c %l %m ", `6b02be46.4cd7 3 ${MS} `, `6b02be46.9 1 ${MS} `, "time session"],
  ["<%m>%p|%u|%d|", `<${MS}>77|bob|shop|`, `<${MS}>9|||`, "time pid"],
  ["%t %u %d %h [%p] ", `${S} bob shop [local] [77] `, `${S}    [9] `, "second pid"],
  [
    "%m %-8u|%8d [%p] ",
    `${MS} bob     |    shop [77] `,
    `${MS}         |         [9] `,
    "time pid",
  ],
  [
    "100%% %m pid=%p session=%c ",
    `100% ${MS} pid=77 session=6b02be46.4cd7 `,
    `100% ${MS} pid=9 session=6b02be46.9 `,
    "time session",
  ],
  ["%p ", "77 ", "9 ", "pid"],
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
    `${session}LOCATION:  exec_simple_query, postgres.c:1`,
    "\twhich nobody reads",
    `${session}STATEMENT:  select`,
    "\t1",
    `${background}LOG:  checkpoint starting`,
    "",
  ].join("\n");

  test.each([
    ["learned", undefined],
    ["given", [template]],
  ])("%s", (_, prefixes) => {
    const { messages, late, unreadLines } = readStderr(log, prefixes);
    expect(unreadLines).toBe(0);
    expect(late).toEqual([]);
    expect(messages.map((one) => [one.message, one.detail, one.statement])).toEqual([
      ["database system is ready", "", ""],
      [
        "duration: 1.000 ms  statement: select\n'LOG:  x'\n\nfrom t",
        "parameters: $1 = 'a\nb'",
        "select\n1",
      ],
      ["checkpoint starting", "", ""],
    ]);
    expect(new Set(messages.map(({ severity }) => severity))).toEqual(new Set(["log"]));

    const tells = (fact: string): boolean => told.split(" ").includes(fact);
    // What the setting says is always told; what is learned, where the text shows it.
    const name = (escape: RegExp, fact: string, text: string): string =>
      tells(fact) || (prefixes !== undefined && escape.test(template)) ? text : "";
    const none = { code: tells("code") ? "00000" : "", queryId: "" };
    expect(messages[1]).toMatchObject({
      at: tells("time") ? at : tells("second") ? at - 282 : Number.NaN,
      session: tells("session") ? SESSION : tells("pid") ? 77 : 0,
      user: name(/%-?\d*u/, "user", "bob"),
      database: name(/%-?\d*d/, "database", "shop"),
      application: name(/%a/, "application", "web"),
      ...none,
    });
    const backgroundSession = tells("session") ? SESSION - 0x4cd7 + 9 : tells("pid") ? 9 : 0;
    const expected = { user: "", database: "", application: "", session: backgroundSession };
    expect(messages[0]).toMatchObject({ ...expected, ...none });
    expect(messages[2]).toMatchObject({ ...expected, ...none });
  });
});

describe("fields", () => {
  test("of interleaved processes keep their session", () => {
    const { messages, late, unreadLines } = readStderr(
      [
        `${MS} [1] LOG:  execute a: select $1`,
        `${MS} [2] LOG:  execute b: select $1`,
        `${MS} [1] DETAIL:  parameters: $1 = 'one`,
        "\t1'",
        `${MS} [2] DETAIL:  parameters: $1 = 'two`,
        "\t2'",
        `${MS} [2] HINT:  nobody reads it`,
        "\tand its second line",
        `${MS} [1] STATEMENT:  select 1`,
        `${MS} [1] STATEMENT:  select 2`,
        `${MS} [3] ERROR:  broken`,
        `${MS} [3] DETAIL:  its own`,
        `${MS} [3] DETAIL:  of an error that is not here`,
        "",
      ].join("\n"),
    );
    expect(messages.map((one) => [one.session, one.message, one.detail])).toEqual([
      [1, "execute a: select $1", ""],
      [2, "execute b: select $1", "parameters: $1 = 'two\n2'"],
      [3, "broken", "its own"],
    ]);
    expect(late).toEqual([
      [1, "detail", "parameters: $1 = 'one\n1'"],
      [1, "statement", "select 1"],
      [1, "statement", "select 2"],
      [3, "detail", "of an error that is not here"],
    ]);
    expect(unreadLines).toBe(0);
  });

  test("at the beginning of a log are those of the log before it", () => {
    const { messages, late, unreadLines, unreadBytes } = readStderr(
      `\tcut off\n${MS} [1] DETAIL:  x\n\ty\n${MS} [1] LOG:  z\n`,
    );
    expect(late).toEqual([[1, "detail", "x\ny"]]);
    expect(messages.map(({ message }) => message)).toEqual(["z"]);
    expect([unreadLines, unreadBytes]).toEqual([1, 9]);
  });

  test("a message has its severity, and its code where the log is verbose", () => {
    const { messages } = readStderr(
      [
        "LOG:  00000: duration: 1.000 ms",
        "ERROR:  42P01: relation does not exist",
        "FATAL:  ERROR: a word",
        "PANIC:  1234: x",
        "WARNING:  22012:x",
        "DEBUG:  ",
        "NOTICE:  n",
        "INFO:  i",
        "DEBUG2:  d",
      ]
        .map((line) => `${MS} [1] ${line}\n`)
        .join(""),
    );
    expect(messages.map(({ severity, code, message }) => [severity, code, message])).toEqual([
      ["log", "00000", "duration: 1.000 ms"],
      ["error", "42P01", "relation does not exist"],
      ["fatal", "", "ERROR: a word"],
      ["panic", "", "1234: x"],
      ["other", "", "22012:x"],
      ["other", "", ""],
      ["other", "", "n"],
      ["other", "", "i"],
      ["other", "", "d"],
    ]);
    const both = readStderr(`42P01 ${MS} LOG:  22012: x\n`, ["%e %m "]);
    expect(both.messages).toMatchObject([{ code: "42P01", message: "x" }]);
  });

  test("the server's number of the shape, where it has one", () => {
    const { messages } = readStderr(
      `${MS} [1] -8271 LOG:  a\n${MS} [1] 0 LOG:  b\n${MS} [1] 77 LOG:  c\n`,
      ["%m [%p] %Q "],
    );
    expect(messages.map(({ queryId }) => queryId)).toEqual(["-8271", "", "77"]);
  });

  test("of other languages are unread: their messages are translated as well", () => {
    const { messages, unreadLines } = readStderr(
      `${MS} [1] LOG:  Dauer: 1.000 ms  Anweisung: select 1\n${MS} [1] FEHLER:  x\n${MS} [1] ANWEISUNG:  y\n`,
    );
    expect(messages.map(({ message }) => message)).toEqual([
      "Dauer: 1.000 ms  Anweisung: select 1",
    ]);
    expect(unreadLines).toBe(2);
  });
});

test("blanks continue a record where a log has no tabs, and a quoted log is part of its text", () => {
  const { messages, unreadLines, unreadBytes } = readStderr(
    [
      `${S} [1] LOG:  statement: select '`,
      `  x ERROR:  no record`,
      `    from t`,
      "noise",
      "\tand more",
      `${S} [1] LOG:  end`,
    ].join("\n"),
  );
  expect(messages.map(({ message }) => message)).toEqual([
    "statement: select '\n  x ERROR:  no record\n    from t\nand more",
    "end",
  ]);
  expect([unreadLines, unreadBytes]).toEqual([1, 6]);
});

test.each([
  ["GMT", at],
  ["+0530", at - 19_800_000],
  ["-03", at + 10_800_000],
  ["+02", at - 7_200_000],
  ["CEST", at],
])("a log in zone %s", (zone, ms) => {
  const { messages } = readStderr(
    `2026-11-22 10:04:54.282 ${zone}:10.0.0.7(5432):bob@shop:[1]:LOG:  x`,
    ["%m:%r:%u@%d:[%p]:"],
  );
  expect(messages.map((one) => one.at)).toEqual([ms]);
});

test("a name may look like a label, and the server's [unknown] is no name", () => {
  const { messages } = readStderr(
    `${MS} [5] [unknown]@shop LOG:  a\n${MS} [5] LOG:  @shop LOG:  b`,
    ["%m [%p] %u@%d "],
  );
  expect(messages.map((one) => [one.user, one.database, one.message])).toEqual([
    ["", "shop", "a"],
    ["LOG:  ", "shop", "b"],
  ]);
});

test("of two prefixes that fit the one counts whose names hold no label", () => {
  const { messages } = readStderr(
    `${MS} [5] bob@shop LOG:  a\n${MS} [5] LOG:  mail to bob@shop LOG:  b`,
    ["%m [%p] %u@%d ", "%m [%p] "],
  );
  expect(messages.map((one) => [one.user, one.message])).toEqual([
    ["bob", "a"],
    ["", "mail to bob@shop LOG:  b"],
  ]);
});

describe("damage", () => {
  const line = `${MS} [7] LOG:  duration: 1.500 ms  statement: select 1\n`;
  const prefixes = ["%m [%p] "];

  test("binary noise is counted, its neighbours are read", () => {
    const noise = Buffer.from([0, 255, 254, 200, 10, 1, 10]);
    const log = Buffer.concat([Buffer.from(line), noise, Buffer.from(line)]);
    const { messages, unreadLines, unreadBytes } = readStderr(log);
    expect(messages.length).toBe(2);
    expect([unreadLines, unreadBytes]).toEqual([2, noise.length]);
  });

  test("invalid UTF-8 and NUL are passed on as they are", () => {
    const text = Buffer.from([115, 0xc3, 0x28, 0, 0xff, 120]);
    const log = Buffer.concat([Buffer.from(line), Buffer.from("\t"), text, Buffer.from("\n")]);
    let read = Buffer.alloc(0);
    stderrReader
      .open(
        { name: "stderr", envelope: null, prefixes },
        {
          unread: { unread: () => {} },
          messages: {
            message({ message: { bytes, from, to } }) {
              read = Buffer.from(bytes.subarray(from, to));
            },
            lateField() {},
          },
          executions: { names: {} } as never,
        },
      )
      .read(log, 0, log.length, true);
    expect(read.subarray(-text.length)).toEqual(text);
  });

  test("a byte order mark, Windows line breaks and empty lines are none of it", () => {
    const { messages, unreadLines } = readStderr(
      `\uFEFF${line}\tfrom t\n\n\tand u\n${line}`.replaceAll("\n", "\r\n"),
      prefixes,
    );
    expect(messages.map(({ message }) => message)).toEqual([
      "duration: 1.500 ms  statement: select 1\nfrom t\nand u",
      "duration: 1.500 ms  statement: select 1",
    ]);
    expect(unreadLines).toBe(0);
    expect(readStderr(`\uFEFF${line}`).messages.length).toBe(1);
  });

  test("a block that is too long is unread, its neighbours are read", () => {
    const long = `${line}${`\t${"x".repeat(99_999)}\n`.repeat(90)}`;
    const { messages, unreadLines, unreadBytes } = readStderr(line + long + line, prefixes);
    expect(messages.length).toBe(2);
    expect([unreadLines, unreadBytes]).toEqual([1, long.length]);
    const oneLine = `${line.trim()}${"ü".repeat(MAX_BLOCK_BYTES / 2)}\n`;
    const other = readStderr(line + oneLine + line, prefixes);
    expect(other.messages.length).toBe(2);
    expect([other.unreadLines, other.unreadBytes]).toEqual([1, Buffer.byteLength(oneLine)]);
  });

  test("lines that nearly match take no time", () => {
    const template = "%m %u %d %h %a %i %b [%p] ";
    const log = `${MS} ${"a ".repeat(300)}\n`.repeat(2000);
    const { unreadLines } = readStderr(log, [template]);
    expect(unreadLines).toBe(2000);
  });
});

describe("real logs", () => {
  const sample = (name: string): Buffer =>
    gunzipSync(readFileSync(new URL(`../../../testdata/logs/${name}`, import.meta.url)));

  // Counted apart from this code: grep -cE ' LOG:  duration: [0-9.]+ ms  statement'
  test("pgbench: each statement", () => {
    const { messages, unreadLines } = readStderr(sample("pg15-stderr.log.gz"));
    expect([messages.length, unreadLines]).toEqual([14_181, 0]);
    const durations = messages.flatMap(({ message }) => {
      const ms = /^duration: ([\d.]+) ms {2}statement: /.exec(message)?.[1];
      return ms === undefined ? [] : [Math.round(Number(ms) * 1000)];
    });
    expect(durations.length).toBe(14_165);
    expect(durations.reduce((sum, one) => sum + one, 0)).toBe(772_888);
    expect(Math.max(...messages.map((one) => one.at)) - (messages[0]?.at ?? 0)).toBe(5884);
    expect(new Set(messages.map(({ user }) => user))).toEqual(new Set(["", "logres"]));
  });

  test("plans, parameters and errors: learned and given tell the same", () => {
    const log = sample("pg15-auto-explain.log.gz");
    const learned = readStderr(log);
    expect([learned.messages.length, learned.unreadLines]).toEqual([598, 0]);
    expect(readStderr(log, ["%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a"])).toEqual(learned);
    const texts = learned.messages.map(({ message }) => message.replace(/^.*?: (?=s)/, ""));
    expect(learned.messages.map(({ message }) => message).join("\n")).toContain(
      "statement: select\n\tcount(*)\nfrom t -- LOG:  not a record\nwhere name like 'n1%'\n  and v = 3;",
    );
    expect(texts.join("\n")).toContain(
      `select 'it''s; "quoted", ü — 漢字' as x, $$a\n b\n\ttab$$;`,
    );
    expect(learned.messages.map(({ application }) => application)).toContain("my app [1] - Main");
    expect(
      learned.messages.filter(({ code }) => code === "42P01").map(({ statement }) => statement),
    ).toContainEqual(expect.stringContaining("nosuch"));
    expect(learned.messages.map(({ detail }) => detail)).toContain(
      `parameters: $1 = '3', $2 = 'a''b, $2 = ''x''\nnew\tline "q"', $3 = NULL`,
    );
  });

  test("a piece of one: what is cut off is counted", () => {
    const piece = sample("pg15-stderr.log.gz").subarray(1000, 100_000);
    const { messages, unreadLines } = readStderr(piece);
    expect(unreadLines).toBe(2);
    expect(messages.length).toBeGreaterThan(500);
  });
});

test("a block starts at a line with a label of a message", () => {
  const is = (line: string): boolean => stderrReader.isBlockStart(Buffer.from(line));
  expect(is(`${MS} [7] bob@shop LOG:  x`)).toBe(true);
  expect(is("ERROR:  x")).toBe(true);
  expect(is(`\uFEFF${MS} [7] PANIC:  x`)).toBe(true);
  for (const line of [
    "",
    "hello",
    `\t${MS} [7] LOG:  x`,
    `${MS} [7] DETAIL:  x`,
    "a text with LOG:  x",
    '{"message":"LOG:  x"}',
  ]) {
    expect(is(line), line).toBe(false);
  }
});
