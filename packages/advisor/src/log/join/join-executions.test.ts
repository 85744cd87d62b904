import { describe, expect, test } from "vitest";
import type { Execution, ExecutionSink, Names } from "../execution.ts";
import { newServerMessage, type MessageSeverity } from "../server-message.ts";
import { joinExecutions } from "./join-executions.ts";
import { joinRanges, rangeEnds } from "./join-ranges.ts";
import { setText } from "./message-text.ts";

type Row = readonly [
  session: number,
  message: string,
  more?: {
    severity?: MessageSeverity;
    detail?: string;
    at?: number;
    statement?: string;
    code?: string;
  },
];

interface Seen {
  /** `calls sql ms`, one line per execution. */
  readonly executions: string[];
  readonly parameters: string[];
  readonly failures: string[];
  readonly events: string[];
  readonly plans: string[];
  unread: number;
}

function names(): Names {
  return { texts: [""], idOf: () => 0 };
}

/** Notes what a joiner gives; shapes are whole texts. */
function recordingSink(seen: Seen, shapes: string[]): ExecutionSink {
  const text = ({ text: { bytes, from, to } }: Execution): string =>
    bytes.toString("utf8", from, to);
  return {
    names: { user: names(), database: names(), application: names() },
    shapeOf(bytes, from, to) {
      const sql = bytes.toString("utf8", from, to);
      const known = shapes.indexOf(sql);
      return known === -1 ? shapes.push(sql) - 1 : known;
    },
    keyOf: (shape) => shapes[shape] ?? "",
    execution(_, execution) {
      const { parameters } = execution;
      seen.executions.push(`${execution.calls} ${text(execution)} ${execution.ms}`);
      seen.parameters.push(parameters.bytes.toString("utf8", parameters.from, parameters.to));
      return null;
    },
    failure(shape, code, { bytes, from, to }, _at, severity) {
      const message = bytes.toString("utf8", from, to);
      seen.failures.push(`${severity} ${code} ${message} | ${shapes[shape] ?? "?"}`);
    },
    plan: (shape, ms) => void seen.plans.push(`${shapes[shape]} ${ms}`),
    event: (kind, shape, amount) =>
      void seen.events.push(`${kind} ${shapes[shape] ?? "?"} ${amount}`),
    record: () => undefined,
  };
}

/** What rows come to, read in ranges that begin at each of `cuts`. */
function joined(rows: readonly Row[], cuts: readonly number[] = []): Seen {
  const seen: Seen = {
    executions: [],
    parameters: [],
    failures: [],
    events: [],
    plans: [],
    unread: 0,
  };
  const bounds = [0, ...cuts, rows.length];
  const ranges = joinRanges(recordingSink(seen, []));
  for (let range = 0; range + 1 < bounds.length; range++) {
    // Each range has shapes of its own, as in a thread of its own.
    const sink = recordingSink(
      seen,
      Array.from({ length: range }, (_, at) => `shape ${at}`),
    );
    const unread = { unread: (lines: number) => void (seen.unread += lines) };
    const joiner = joinExecutions(sink, unread, range === 0);
    for (const [session, text, more = {}] of rows.slice(bounds[range], bounds[range + 1])) {
      const message = newServerMessage();
      message.severity = more.severity ?? "log";
      message.session = session;
      message.at = more.at ?? 0;
      setText(message.message, text);
      setText(message.detail, more.detail ?? "");
      setText(message.statement, more.statement ?? "");
      setText(message.code, more.code ?? "");
      joiner.message(message);
    }
    ranges.add(structuredClone(rangeEnds(joiner.end(), sink)));
  }
  ranges.end();
  return seen;
}

function told(rows: readonly Row[]): string[] {
  return joined(rows).executions;
}

test("a duration with its text is one execution; parse and bind phases are none", () => {
  expect(
    told([
      [1, "duration: 0.100 ms  parse <unnamed>: select $1"],
      [1, "duration: 0.200 ms  bind <unnamed>/C_1: select $1"],
      [1, "duration: 0.300 ms  execute <unnamed>/C_1: select $1"],
      [1, 'duration: 9.000 ms  fastpath function call: "f" (OID 1)'],
      [1, "duration: 5 ms  statement: select 'execute x: y'"],
    ]),
  ).toEqual(["1 select $1 0.3", "1 select 'execute x: y' 5"]);
});

test("a further fetch adds time, no call", () => {
  expect(
    told([
      [1, "duration: 1.000 ms  execute S_1/C_1: select * from t"],
      [1, "duration: 2.000 ms  execute fetch from S_1/C_1: select * from t"],
    ]),
  ).toEqual(["1 select * from t 1", "0 select * from t 2"]);
});

test("log_statement with log_duration: a bare duration is of its own connection's statement", () => {
  expect(
    told([
      [1, "statement: select 1"],
      [2, "duration: 0.010 ms"],
      [2, "duration: 0.020 ms"],
      [2, "execute <unnamed>: select 2"],
      [1, "duration: 1.000 ms"],
      [2, "duration: 2.000 ms"],
      [2, "duration: 3.000 ms"],
    ]),
  ).toEqual(["1 select 1 1", "1 select 2 2"]);
});

test("a statement that never tells its duration has none; one that failed is no execution", () => {
  expect(
    told([
      [1, "statement: fast"],
      [1, "statement: bad"],
      [1, "no such table", { severity: "error" }],
      [1, "statement: last of a process"],
      [1, "connection received: host=[local]"],
      [1, "duration: 7.000 ms"],
      [0, "statement: of nobody"],
      [0, "duration: 8.000 ms"],
      [1, "statement: open at the end"],
    ]),
  ).toEqual(["1 fast NaN", "1 last of a process NaN", "1 of nobody NaN", "1 open at the end NaN"]);
});

const plan = (sql: string, ms: number): string =>
  `duration: ${ms} ms  plan:\nQuery Text: ${sql}\nIndex Scan using t_pkey on t  (cost=0.42..8.44 rows=1 width=4)\n  Index Cond: (id = 1)`;

test("a plan logged before or after its execution is no further one", () => {
  const { executions, plans } = joined([
    [1, plan("select f(1)", 3), { at: 1000 }],
    [1, "duration: 3.1 ms  statement: select f(1)", { at: 1000 }],
    [2, "duration: 2 ms  execute <unnamed>: select $1", { at: 2000 }],
    [2, plan("select $1", 1.9), { at: 2001 }],
  ]);
  expect(executions).toEqual(["1 select f(1) 3.1", "1 select $1 2"]);
  expect(plans).toEqual(["select f(1) 3", "select $1 1.9"]);
});

test("plans of statements inside a logged one are no executions of their own", () => {
  expect(
    told([
      [1, plan("inner", 3), { at: 995 }],
      [1, plan("outer", 10), { at: 1000 }],
      [1, "duration: 10.1 ms  statement: outer", { at: 1000 }],
    ]),
  ).toEqual(["1 outer 10.1"]);
});

test("a plan that no other record tells of is the execution", () => {
  expect(
    told([
      [1, plan("select 1\nfrom t", 3), { at: 500 }],
      [
        1,
        'duration: 4 ms  plan:\n{\n  "Query Text": "select \\"a\\"",\n  "Plan": {}\n}',
        { at: 600 },
      ],
      [1, "duration: 10 ms  statement: slow", { at: 1000 }],
    ]),
  ).toEqual(["1 select 1\nfrom t 3", '1 select "a" 4', "1 slow 10"]);
  expect(joined([[1, 'duration: 4 ms  plan:\nQuery Text: "select 1"\nPlan:']]).unread).toBe(0);
  expect(joined([[1, "duration: 4 ms  plan:\n<explain>"]]).unread).toBe(1);
});

test("the statement of a plan ends where its parameters or nodes begin", () => {
  expect(
    told([
      [
        1,
        "duration: 1 ms  plan:\nQuery Text: select\nA  (1)\nfrom t\nQuery Parameters: $1 = '2'\nResult  (cost=0.00..1.00 rows=1 width=4)",
      ],
      [2, "duration: 1 ms  plan:\nQuery Text: select 2\nResult  (actual rows=1 loops=1)"],
      [3, "duration: 1 ms  plan:\nQuery Text: select 3\nResult  (never executed)"],
    ]),
  ).toEqual(["1 select\nA  (1)\nfrom t 1", "1 select 2 1", "1 select 3 1"]);
});

test("a statement logged at its start takes its time from its plan where there is no other", () => {
  expect(
    told([
      [1, "statement: select 1"],
      [1, plan("nested", 1)],
      [1, plan("select 1", 2)],
      [1, "statement: x"],
    ]),
  ).toEqual(["1 select 1 2", "1 x NaN"]);
});

test("EXECUTE is the statement that was prepared", () => {
  const detail = "prepare: PREPARE p (int, numeric(10,2)) AS SELECT * FROM t WHERE v = $1";
  expect(told([[1, "duration: 1 ms  statement: EXECUTE p(1, 2)", { detail }]])).toEqual([
    "1 SELECT * FROM t WHERE v = $1 1",
  ]);
});

test.each([
  ["parameters: $1 = 'x', $2 = NULL", "parameters: $1 = 'x', $2 = NULL"],
  ["Parameters: $1 = 'x'", "Parameters: $1 = 'x'"],
  ["Key (id)=(1) already exists.", ""],
])("detail %j", (detail, parameters) => {
  expect(joined([[1, "duration: 1 ms  execute a: select $1, $2", { detail }]]).parameters).toEqual([
    parameters,
  ]);
});

test("connections without end are not remembered, and nothing of them is lost", () => {
  const rows = Array.from({ length: 70_000 }, (_, index): Row => [index + 1, `statement: s`]);
  expect(told(rows)).toHaveLength(70_000);
});

test("a duration of an unknown kind is counted as unread", () => {
  expect(joined([[1, "duration: 1 ms  something new: x"]]).unread).toBe(1);
  expect(joined([[1, "duration: soon"]]).unread).toBe(1);
});

describe("errors", () => {
  test("are of the statement that the log names, else of the one that had started", () => {
    const { failures, executions } = joined([
      [1, "boom", { severity: "error", statement: "select 1/0", code: "22012" }],
      [2, "statement: select 2"],
      [2, "broken", { severity: "fatal" }],
      [3, "nobody's", { severity: "panic" }],
    ]);
    expect(failures).toEqual([
      "error 22012 boom | select 1/0",
      "fatal  broken | select 2",
      "panic  nobody's | ?",
    ]);
    expect(executions).toEqual([]);
  });

  test("cancels are told apart", () => {
    expect(
      joined([
        [1, "canceling statement due to statement timeout", { severity: "error" }],
        [1, "anything in any language", { severity: "error", code: "57014" }],
      ]).failures.map((failure) => failure.split(" ", 1)[0]),
    ).toEqual(["cancel", "cancel"]);
  });
});

test("what else the server tells is counted with its amount", () => {
  const statement = "select 1";
  expect(
    joined([
      [1, 'temporary file: path "base/pgsql_tmp/pgsql_tmp1.0", size 14000128', { statement }],
      [1, "process 7 still waiting for ShareLock on transaction 9 after 1000.123 ms"],
      [1, "process 7 acquired ShareLock on transaction 9 after 2000.456 ms"],
      [
        1,
        "checkpoint complete: wrote 3 buffers (0.0%); write=0.202 s, sync=0.004 s, total=0.235 s; sync files=2",
      ],
      [1, "deadlock detected", { severity: "error", statement }],
      [1, "connection received: host=127.0.0.1 port=1"],
      [1, "disconnection: session time: 0:00:00.010 user=u database=d host=[local]"],
      [1, "database system is ready to accept connections"],
      [1, "server process (PID 9) was terminated by signal 9: Killed"],
      [1, "server process (PID 9) exited with exit code 1"],
    ]).events,
  ).toEqual([
    "temporary-file select 1 14000128",
    "lock-wait ? 2000.456",
    "checkpoint ? 235",
    "deadlock select 1 NaN",
    "connection ? NaN",
    "disconnection ? NaN",
    "server-start ? NaN",
    "server-crash ? NaN",
  ]);
});

/** Seeded, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomRows(next: () => number): Row[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  // Long runs of plans, of one connection or two.
  const plansOften = next() < 0.3;
  const length = 10 + Math.floor(next() * (plansOften ? 900 : 400));
  const sessions = plansOften ? pick([[1], [1, 2]]) : [1, 2, 3];
  return Array.from({ length }, (_, at): Row => {
    const sql = pick(["a", "b", "c"]);
    const ms = 1 + Math.floor(next() * 9);
    const session = pick(sessions);
    const more = { at: at * 2 };
    if (plansOften && next() < 0.993) return [session, plan(sql, ms), more];
    return pick<Row>([
      [session, `duration: ${ms} ms  statement: ${sql}`, more],
      [session, `duration: ${ms} ms  execute fetch from p: ${sql}`, more],
      [session, `statement: ${sql}`, more],
      [session, `duration: ${ms} ms`, more],
      [session, plan(sql, ms), more],
      [session, plan(sql, ms), more],
      [session, "boom", { ...more, severity: "error" }],
      [session, "boom", { ...more, severity: "error", statement: sql }],
      [session, "disconnection: session time: 0", more],
    ]);
  });
}

test("wherever a log is cut, its executions and errors are the same", () => {
  const seed = Number(process.env["DBADVISE_LOG_SEED"] ?? Date.now() % 1e6);
  const next = random(seed);
  for (let round = 0; round < 300; round++) {
    const rows = randomRows(next);
    const cuts = Array.from({ length: Math.floor(next() * 5) }, () =>
      Math.floor(next() * rows.length),
    );
    const whole = joined(rows);
    const parts = joined(
      rows,
      cuts.toSorted((one, other) => one - other),
    );
    const why = `seed ${seed}, round ${round}, cuts ${cuts.join(" ")}`;
    expect(parts.executions.toSorted(), why).toEqual(whole.executions.toSorted());
    expect(parts.failures.toSorted(), why).toEqual(whole.failures.toSorted());
  }
});
