import { expect, test } from "vitest";
import { createExecutionReader } from "./executions.ts";
import type { LogRecord } from "./log-record.ts";
import type { QueryEvent } from "./query-event.ts";

type Row = readonly [
  session: string,
  message: string,
  more?: { severity?: string; detail?: string; ms?: number },
];

function executions(rows: readonly Row[]): { events: QueryEvent[]; unread: number } {
  const events: QueryEvent[] = [];
  let unread = 0;
  const reader = createExecutionReader(
    (event) => events.push(event),
    () => unread++,
  );
  rows.forEach(([session, message, { severity = "LOG", detail, ms = 0 } = {}]) => {
    const record: LogRecord = {
      severity,
      message,
      detail,
      time: { ms, absolute: false },
      session,
      user: undefined,
      database: undefined,
      application: undefined,
    };
    reader.record(record);
  });
  reader.end();
  return { events, unread };
}

/** `calls sql ms`, one line per event. */
function told(rows: readonly Row[]): string[] {
  return executions(rows).events.map(({ calls, sql, totalMs }) => `${calls} ${sql} ${totalMs}`);
}

test("a duration with its text is one execution; parse and bind phases are none", () => {
  expect(
    told([
      ["1", "duration: 0.100 ms  parse <unnamed>: select $1"],
      ["1", "duration: 0.200 ms  bind <unnamed>/C_1: select $1"],
      ["1", "duration: 0.300 ms  execute <unnamed>/C_1: select $1"],
      ["1", 'duration: 9.000 ms  fastpath function call: "f" (OID 1)'],
      ["1", "duration: 5 ms  statement: select 'execute x: y'"],
    ]),
  ).toEqual(["1 select $1 0.3", "1 select 'execute x: y' 5"]);
});

test("a further fetch adds time, no call", () => {
  expect(
    told([
      ["1", "duration: 1.000 ms  execute S_1/C_1: select * from t"],
      ["1", "duration: 2.000 ms  execute fetch from S_1/C_1: select * from t"],
    ]),
  ).toEqual(["1 select * from t 1", "0 select * from t 2"]);
});

test("log_statement with log_duration: a bare duration is of its own connection's statement", () => {
  expect(
    told([
      ["1", "statement: select 1"],
      ["2", "duration: 0.010 ms"],
      ["2", "duration: 0.020 ms"],
      ["2", "execute <unnamed>: select 2"],
      ["1", "duration: 1.000 ms"],
      ["2", "duration: 2.000 ms"],
      ["2", "duration: 3.000 ms"],
    ]),
  ).toEqual(["1 select 1 1", "1 select 2 2"]);
});

test("a statement that never tells its duration has none; one that failed is no execution", () => {
  expect(
    told([
      ["1", "statement: fast"],
      ["1", "statement: bad"],
      ["1", "no such table", { severity: "ERROR" }],
      ["1", "statement: last of a process"],
      ["1", "connection received: host=[local]"],
      ["1", "duration: 7.000 ms"],
      ["", "statement: of nobody"],
      ["", "duration: 8.000 ms"],
      ["1", "statement: open at the end"],
    ]),
  ).toEqual([
    "1 fast undefined",
    "1 last of a process undefined",
    "1 of nobody undefined",
    "1 open at the end undefined",
  ]);
});

const plan = (sql: string, ms: number): string =>
  `duration: ${ms} ms  plan:\nQuery Text: ${sql}\nIndex Scan using t_pkey on t  (cost=0.42..8.44 rows=1 width=4)\n  Index Cond: (id = 1)`;

test("a plan logged before or after its execution is no further one", () => {
  expect(
    told([
      ["1", plan("select f(1)", 3), { ms: 1000 }],
      ["1", "duration: 3.1 ms  statement: select f(1)", { ms: 1000 }],
      ["2", "duration: 2 ms  execute <unnamed>: select $1", { ms: 2000 }],
      ["2", plan("select $1", 1.9), { ms: 2001 }],
    ]),
  ).toEqual(["1 select f(1) 3.1", "1 select $1 2"]);
});

test("plans of statements inside a logged one are no executions of their own", () => {
  expect(
    told([
      ["1", plan("inner", 3), { ms: 995 }],
      ["1", plan("outer", 10), { ms: 1000 }],
      ["1", "duration: 10.1 ms  statement: outer", { ms: 1000 }],
    ]),
  ).toEqual(["1 outer 10.1"]);
});

test("a plan that no other record tells of is the execution", () => {
  expect(
    told([
      ["1", plan("select 1\nfrom t", 3), { ms: 500 }],
      [
        "1",
        'duration: 4 ms  plan:\n{\n  "Query Text": "select \\"a\\"",\n  "Plan": {}\n}',
        { ms: 600 },
      ],
      ["1", "duration: 10 ms  statement: slow", { ms: 1000 }],
    ]),
  ).toEqual(["1 select 1\nfrom t 3", '1 select "a" 4', "1 slow 10"]);
  expect(executions([["1", 'duration: 4 ms  plan:\nQuery Text: "select 1"\nPlan:']]).unread).toBe(
    0,
  );
  expect(executions([["1", "duration: 4 ms  plan:\n<explain>"]]).unread).toBe(1);
});

test("a statement logged at its start takes its time from its plan where there is no other", () => {
  expect(
    told([
      ["1", "statement: select 1"],
      ["1", plan("nested", 1)],
      ["1", plan("select 1", 2)],
      ["1", "statement: x"],
    ]),
  ).toEqual(["1 select 1 2", "1 x undefined"]);
});

test("EXECUTE is the statement that was prepared", () => {
  const detail = "prepare: PREPARE p (int, numeric(10,2)) AS SELECT * FROM t WHERE v = $1";
  expect(told([["1", "duration: 1 ms  statement: EXECUTE p(1, 2)", { detail }]])).toEqual([
    "1 SELECT * FROM t WHERE v = $1 1",
  ]);
});

test.each([
  ["parameters: $1 = 'x', $2 = NULL", ["x", null]],
  ["Parameters: $1 = 'it''s, $2 = ''y''', $2 = '', $3 = 'a\nb'", ["it's, $2 = 'y'", "", "a\nb"]],
  ["parameters: $1 = 'cut", undefined],
  ["Key (id)=(1) already exists.", undefined],
])("detail %j", (detail, parameters) => {
  expect(
    executions([["1", "duration: 1 ms  execute a: select $1, $2", { detail }]]).events[0]
      ?.parameters,
  ).toEqual(parameters);
});

test("connections without end are not remembered", () => {
  const rows = Array.from({ length: 5000 }, (_, index): Row => [`${index}`, `statement: ${index}`]);
  expect(told(rows)).toEqual(rows.map((_, index) => `1 ${index} undefined`));
});

test("a duration of an unknown kind is counted as unread", () => {
  expect(executions([["1", "duration: 1 ms  something new: x"]]).unread).toBe(1);
});
