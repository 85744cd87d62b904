import type { UnreadSink } from "../block-reader.ts";
import { emptySpan, setSpan } from "../byte-span.ts";
import type {
  Example,
  Execution,
  ExecutionSink,
  FailureSeverity,
  ServerEventKind,
} from "../execution.ts";
import { newExecution } from "../execution.ts";
import type { MessageSink, ServerMessage } from "../server-message.ts";
import {
  afterColon,
  bytesOf,
  find,
  type NumberRead,
  readDecimal,
  setText,
  startsWith,
} from "./message-text.ts";
import { isSpelledAt, spelled } from "../spelled.ts";
import { createViews } from "../word-view.ts";
import { type OpenEnds, trackSessions } from "./open-sessions.ts";
import { readPlanStatement } from "./plan-statement.ts";
import type { KeptExecution, SessionOutput } from "./session-state.ts";

/** Turns a server's messages into executions. */
export interface ExecutionJoiner extends MessageSink {
  /** The log, or the range of it, has ended: what it leaves to be decided. */
  end(): OpenEnds;
}

const DURATION = spelled("duration: ");
const MILLISECONDS = bytesOf(" ms");
const SPACE = 32;
const STATEMENT = spelled("statement: ");
const EXECUTE = spelled("execute ");
const FETCH = bytesOf("execute fetch from ");
const PLAN = bytesOf("plan:");
/** Phases before an execution, and calls that have no text. */
const NOT_EXECUTED = ["parse ", "bind ", "fastpath function call"].map(bytesOf);
const PREPARE_DETAIL = bytesOf("prepare: ");
const PREPARE =
  /^prepare: PREPARE\s+(?:"(?:[^"]|"")*"|[^\s("]+)\s*(?:\((?:[^()]|\([^()]*\))*\)\s*)?AS\s+/i;
/** Of `parameters: ` (`Parameters: ` from PostgreSQL 16 on), after its first letter. */
const PARAMETERS = bytesOf("arameters: ");
const CANCELED = bytesOf("canceling ");
const CANCELED_CODE = bytesOf("57014");
const DEADLOCK = bytesOf("deadlock detected");

/** Messages that are counted, by their beginning, and where their amount is. */
const EVENTS: readonly {
  readonly start: Buffer;
  readonly kind: ServerEventKind;
  /** Must occur too. */
  readonly has?: Buffer;
  /** Text before the amount. */
  readonly amount?: Buffer;
  /** What one unit of the amount is in the kind's unit. Default 1. */
  readonly unit?: number;
}[] = [
  {
    start: bytesOf("temporary file: "),
    kind: "temporary-file",
    amount: bytesOf(", size "),
  },
  {
    start: bytesOf("process "),
    kind: "lock-wait",
    has: bytesOf(" acquired "),
    amount: bytesOf(" after "),
  },
  {
    start: bytesOf("checkpoint complete: "),
    kind: "checkpoint",
    amount: bytesOf(" total="),
    unit: 1000,
  },
  {
    start: bytesOf("automatic vacuum of table "),
    kind: "autovacuum",
    amount: bytesOf(" elapsed: "),
    unit: 1000,
  },
  { start: bytesOf("connection received: "), kind: "connection" },
  { start: bytesOf("disconnection: "), kind: "disconnection" },
  { start: bytesOf("database system is ready to accept "), kind: "server-start" },
  {
    start: bytesOf("server process (PID "),
    kind: "server-crash",
    has: bytesOf(" was terminated by signal "),
  },
];
const CONNECTION_ENDS: readonly Buffer[] = [
  "connection received: ",
  "connection authorized: ",
  "disconnection: ",
].map(bytesOf);

/** Examples whose parameters may still come, by connection. */
const MAX_LATE = 256;
/** A power of two. */
const LATE_MARKS = 4096;

/**
 * Turns the messages of a PostgreSQL log, or of a range of one, into executions. Each counts once, whichever settings
 * logged it (`log_min_duration_statement`, `log_statement`, `log_duration`, `auto_explain`). Failed statements are no
 * executions. `begins`: nothing comes before the range.
 */
export function joinExecutions(
  sink: ExecutionSink,
  unread: UnreadSink,
  begins: boolean,
): ExecutionJoiner {
  const execution = newExecution();
  const number: NumberRead = { value: Number.NaN, end: 0 };
  const statement = emptySpan();
  const late = new Map<number, Example>();
  /** How many they are by the lowest bits of their connections: most messages needn't look. */
  const lateMarks = new Uint16Array(LATE_MARKS);
  const viewOf = createViews();
  const output = executionOutput(sink);
  const sessions = trackSessions(begins, output);

  function fill(message: ServerMessage, ms: number): void {
    execution.calls = 1;
    execution.ms = ms;
    execution.at = message.at;
    execution.session = message.session;
    execution.user = message.user;
    execution.database = message.database;
    execution.application = message.application;
    const { queryId, detail } = message;
    if (queryId.from < queryId.to || execution.queryId.from < execution.queryId.to)
      setSpan(execution.queryId, queryId.bytes, queryId.from, queryId.to);
    if (startsWith(detail.bytes, detail.from + 1, detail.to, PARAMETERS))
      setSpan(execution.parameters, detail.bytes, detail.from, detail.to);
    else execution.parameters.to = execution.parameters.from;
  }

  function count(message: ServerMessage, shape: number): void {
    const example = sink.execution(shape, execution);
    if (example === null || message.session === 0) return;
    late.set(message.session, example);
    markLate(message.session, 1);
    if (late.size > MAX_LATE) for (const [oldest] of late) return forgetLate(oldest);
  }

  function forgetLate(session: number): void {
    if (late.delete(session)) markLate(session, -1);
  }

  function markLate(session: number, more: number): void {
    const mark = session & (LATE_MARKS - 1);
    lateMarks[mark] = (lateMarks[mark] ?? 0) + more;
  }

  /** `from`: where the statement begins. `ms` NaN: it only started. */
  function text(message: ServerMessage, from: number, ms: number, calls: number): void {
    const { bytes, to } = message.message;
    fill(message, ms);
    execution.calls = calls;
    setSpan(execution.text, bytes, from, to);
    const { detail } = message;
    // `EXECUTE name (...)` says nothing by itself: the detail has the statement that was prepared.
    if (startsWith(detail.bytes, detail.from, detail.to, PREPARE_DETAIL)) {
      const prepared = detail.bytes.toString("utf8", detail.from, detail.to);
      setText(execution.text, prepared.replace(PREPARE, ""));
    }
    const { text: sql } = execution;
    const shape = sink.shapeOf(sql.bytes, sql.from, sql.to);
    if (!Number.isNaN(ms)) {
      sessions.executed(execution, shape);
      count(message, shape);
    } else if (message.session === 0) {
      // Whose duration or error follows can't be told.
      count(message, shape);
    } else {
      sessions.settle(message.session, Number.NaN).started = keep(sink, shape, execution);
    }
  }

  function plan(message: ServerMessage, from: number, ms: number): void {
    const { bytes, to } = message.message;
    let start = from;
    while (start < to && (bytes[start] ?? 0) <= 32) start += 1;
    if (!readPlanStatement(bytes, start, to, statement)) {
      unread.unread(1, to - message.message.from);
      return;
    }
    fill(message, ms);
    setSpan(execution.text, statement.bytes, statement.from, statement.to);
    const shape = sink.shapeOf(statement.bytes, statement.from, statement.to);
    setSpan(statement, bytes, start, to);
    sink.plan(shape, ms, statement);
    sessions.step(message.session, { kind: "plan", plan: keep(sink, shape, execution) });
  }

  function duration(message: ServerMessage): void {
    const { bytes, from, to } = message.message;
    readDecimal(bytes, from + DURATION.length, to, number);
    const { value: ms, end } = number;
    if (Number.isNaN(ms) || !startsWith(bytes, end, to, MILLISECONDS)) {
      unread.unread(1, to - from);
      return;
    }
    const rest = end + MILLISECONDS.length;
    if (rest === to) {
      sessions.step(message.session, { kind: "duration", ms, at: message.at });
      return;
    }
    const what = rest + 2;
    if (what > to || bytes[rest] !== SPACE || bytes[rest + 1] !== SPACE) {
      unread.unread(1, to - from);
    } else if (!started(message, what, ms)) {
      if (startsWith(bytes, what, to, PLAN)) plan(message, what + PLAN.length, ms);
      else if (!isNotExecuted(bytes, what, to)) unread.unread(1, to - from);
    }
  }

  /** A statement or execution at `from`; false: it is something else. */
  function started(message: ServerMessage, from: number, ms: number): boolean {
    const { bytes, to } = message.message;
    const view = viewOf(bytes);
    if (isSpelledAt(view, from, to, STATEMENT)) {
      text(message, from + STATEMENT.length, ms, 1);
      return true;
    }
    if (!isSpelledAt(view, from, to, EXECUTE)) return false;
    const sql = afterColon(bytes, from, to);
    if (sql === -1) return false;
    // It continues an execution that is already counted.
    text(message, sql, ms, startsWith(bytes, from, to, FETCH) ? 0 : 1);
    return true;
  }

  function failure(message: ServerMessage, severity: FailureSeverity): void {
    const { code, statement: sql, message: told, at } = message;
    const { bytes, from, to } = told;
    const kind = isCancel(message) ? "cancel" : severity;
    const codeText = code.bytes.toString("latin1", code.from, code.to);
    const shape = sql.from < sql.to ? sink.shapeOf(sql.bytes, sql.from, sql.to) : -1;
    if (shape !== -1) sink.failure(shape, codeText, told, at, kind);
    if (startsWith(bytes, from, to, DEADLOCK)) sink.event("deadlock", shape, Number.NaN, at);
    const unknown =
      shape === -1
        ? { code: codeText, message: bytes.toString("utf8", from, to), at, severity: kind }
        : null;
    sessions.step(message.session, { kind: "failure", unknown });
  }

  function event(message: ServerMessage): void {
    const { bytes, from, to } = message.message;
    for (const { start, kind, has, amount, unit = 1 } of EVENTS) {
      if (!startsWith(bytes, from, to, start)) continue;
      if (has !== undefined && find(bytes, from, to, has) === -1) return;
      const place = amount === undefined ? -1 : find(bytes, from, to, amount);
      number.value = Number.NaN;
      if (amount !== undefined && place !== -1)
        readDecimal(bytes, place + amount.length, to, number);
      const { statement: sql } = message;
      const shape = sql.from < sql.to ? sink.shapeOf(sql.bytes, sql.from, sql.to) : -1;
      sink.event(kind, shape, number.value * unit, message.at);
      break;
    }
    if (CONNECTION_ENDS.some((start) => startsWith(bytes, from, to, start))) {
      sessions.settle(message.session, Number.NaN);
      sessions.end(message.session);
    }
  }

  return {
    message(message) {
      sink.record(message.at);
      if (lateMarks[message.session & (LATE_MARKS - 1)] !== 0) forgetLate(message.session);
      switch (message.severity) {
        case "log": {
          const { bytes, from, to } = message.message;
          if (isSpelledAt(viewOf(bytes), from, to, DURATION)) duration(message);
          else if (!started(message, from, Number.NaN)) event(message);
          return;
        }
        case "error":
        case "fatal":
        case "panic":
          failure(message, message.severity);
          return;
        case "other":
      }
    },
    lateField(session, field, value) {
      const example = late.get(session);
      if (field !== "detail" || example === undefined) return;
      if (!startsWith(value.bytes, value.from + 1, value.to, PARAMETERS)) return;
      example.parameters = value.bytes.toString("utf8", value.from, value.to);
    },
    end: sessions.close,
  };
}

/** Counts what connections' records come to. */
export function executionOutput(sink: ExecutionSink): SessionOutput {
  const execution = newExecution();
  const told = emptySpan();
  return {
    execution(kept) {
      execution.calls = kept.calls;
      execution.ms = kept.ms;
      execution.at = kept.at;
      execution.session = kept.session;
      execution.user = idOf(sink.names.user, kept.user);
      execution.database = idOf(sink.names.database, kept.database);
      execution.application = idOf(sink.names.application, kept.application);
      const { buffer, byteOffset, length } = kept.text;
      setSpan(execution.text, Buffer.from(buffer, byteOffset, length), 0, length);
      setText(execution.parameters, kept.parameters);
      setText(execution.queryId, kept.queryId);
      sink.execution(kept.shape, execution);
    },
    failure(shape, { code, message, at, severity }) {
      setText(told, message);
      sink.failure(shape, code, told, at, severity);
    },
  };
}

function idOf(names: ExecutionSink["names"]["user"], name: string): number {
  if (name === "") return 0;
  const bytes = Buffer.from(name);
  return names.idOf(bytes, 0, bytes.length);
}

function keep(sink: ExecutionSink, shape: number, execution: Execution): KeptExecution {
  const { text, parameters, queryId } = execution;
  return {
    shape,
    calls: execution.calls,
    ms: execution.ms,
    at: execution.at,
    session: execution.session,
    user: sink.names.user.texts[execution.user] ?? "",
    database: sink.names.database.texts[execution.database] ?? "",
    application: sink.names.application.texts[execution.application] ?? "",
    text: new Uint8Array(text.bytes.subarray(text.from, text.to)),
    parameters: parameters.bytes.toString("utf8", parameters.from, parameters.to),
    queryId: queryId.bytes.toString("latin1", queryId.from, queryId.to),
  };
}

function isNotExecuted(bytes: Buffer, from: number, to: number): boolean {
  return NOT_EXECUTED.some((start) => startsWith(bytes, from, to, start));
}

function isCancel({ code, message }: ServerMessage): boolean {
  if (startsWith(code.bytes, code.from, code.to, CANCELED_CODE)) return true;
  return startsWith(message.bytes, message.from, message.to, CANCELED);
}
