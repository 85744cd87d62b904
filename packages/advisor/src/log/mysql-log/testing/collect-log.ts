import { expect } from "vitest";
import { feedBlocks } from "../../block-feed.ts";
import type { BlockReader, UnreadSink } from "../../block-reader.ts";
import type { ByteSpan } from "../../byte-span.ts";
import type { ExecutionSink, Names } from "../../execution.ts";
import type { FormatReader, LogFormat } from "../../log-format.ts";
import { fillFeed } from "../../read-log.ts";

/** An execution as a reader gave it, with names instead of numbers. */
export interface CollectedExecution {
  readonly sql: string;
  readonly ms: number;
  readonly at: number;
  readonly rows: number;
  readonly rowsExamined: number;
  readonly lockMs: number;
  readonly session: number;
  readonly user: string;
  readonly database: string;
}

export interface CollectedLog {
  readonly executions: CollectedExecution[];
  /** `1317 cancel: select 1`. */
  readonly failures: string[];
  readonly plans: string[];
  /** `deadlock: update t set n = 1`. */
  readonly events: string[];
  records: number;
  /** The sum of what is known of their times. */
  recordTimes: number;
  unreadLines: number;
  unreadBytes: number;
}

export interface Collector {
  readonly log: CollectedLog;
  readonly unread: UnreadSink;
  /** By their numbers. */
  readonly databases: readonly string[];
  open(): BlockReader;
}

/** Opens readers that all collect into one log. */
export function createCollector(format: FormatReader, name: LogFormat["name"]): Collector {
  const log: CollectedLog = {
    executions: [],
    failures: [],
    plans: [],
    events: [],
    records: 0,
    recordTimes: 0,
    unreadLines: 0,
    unreadBytes: 0,
  };
  const shapes: string[] = [];
  const names = { user: interner(), database: interner(), application: interner() };
  const sink: ExecutionSink = {
    names,
    shapeOf: (bytes, from, to) => shapes.push(bytes.toString("utf8", from, to)) - 1,
    keyOf: (shape) => shapes[shape] ?? "",
    execution(shape, execution) {
      const { ms, at, rows, rowsExamined, lockMs, session } = execution;
      const sql = textOf(execution.text);
      if (sql !== shapes[shape] || execution.calls !== 1) throw new Error(`another shape: ${sql}`);
      const user = names.user.texts[execution.user] ?? "";
      const database = names.database.texts[execution.database] ?? "";
      log.executions.push({ sql, ms, at, rows, rowsExamined, lockMs, session, user, database });
      return null;
    },
    failure(shape, code, message, at, severity) {
      log.failures.push(
        `${code} ${severity} ${at}: ${shape === -1 ? textOf(message) : shapes[shape]}`,
      );
    },
    plan(shape, ms, plan) {
      log.plans.push(`${ms} ${shapes[shape]}: ${textOf(plan)}`);
    },
    event(kind, shape, amount, at) {
      log.events.push(`${kind} ${amount} ${at}: ${shapes[shape] ?? ""}`);
    },
    record(at) {
      log.records++;
      if (!Number.isNaN(at)) log.recordTimes += at;
    },
  };
  const unread: UnreadSink = {
    unread(lines, bytes) {
      log.unreadLines += lines;
      log.unreadBytes += bytes;
    },
  };
  return {
    log,
    unread,
    databases: names.database.texts,
    open: () =>
      format.open(
        { name, envelope: null, prefixes: [] },
        {
          executions: sink,
          messages: { message: never, lateField: never },
          unread,
        },
      ),
  };
}

/** Reads a log at once. */
export function collectLog(
  format: FormatReader,
  name: LogFormat["name"],
  bytes: Buffer,
): CollectedLog {
  const { log, open } = createCollector(format, name);
  const end = open().read(bytes, 0, bytes.length, true);
  if (end !== bytes.length) throw new Error(`left ${bytes.length - end} bytes`);
  return log;
}

/** Reads a log in pieces that end at the given places. */
export function collectPieces(
  format: FormatReader,
  name: LogFormat["name"],
  bytes: Buffer,
  ends: readonly number[],
): CollectedLog {
  const { log, open } = createCollector(format, name);
  const reader = open();
  let at = 0;
  for (const end of ends) at = reader.read(bytes.subarray(0, end), at, end, false);
  reader.read(bytes, at, bytes.length, true);
  return log;
}

/** Reads a log as files are read, in chunks of any size. */
export function collectFeed(
  format: FormatReader,
  name: LogFormat["name"],
  bytes: Buffer,
  chunkBytes: number,
): CollectedLog {
  const { log, unread, open } = createCollector(format, name);
  const feed = feedBlocks(open(), unread);
  for (let at = 0; at < bytes.length; at += chunkBytes)
    fillFeed(feed, bytes.subarray(at, at + chunkBytes));
  feed.end();
  return log;
}

/**
 * Reads a log as ranges that begin at the given places do. Databases that a range carried from the one before are named as
 * the merge of ranges names them.
 */
export function collectRanges(
  format: FormatReader,
  name: LogFormat["name"],
  bytes: Buffer,
  cuts: readonly number[],
  carried: string,
): CollectedLog {
  const { log, open } = createCollector(format, name);
  let database = "";
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const finder = open();
    const found = cut < bytes.length ? finder.findBlock(bytes, 0, cut, bytes.length) : -1;
    const to = found === -1 ? bytes.length : found;
    if (to <= from) continue;
    const one = createCollector(format, name);
    const reader = one.open();
    reader.read(bytes, from, to, true);
    for (const execution of one.log.executions) {
      log.executions.push(execution.database === carried ? { ...execution, database } : execution);
    }
    log.failures.push(...one.log.failures);
    log.plans.push(...one.log.plans);
    log.events.push(...one.log.events);
    log.records += one.log.records;
    log.recordTimes += one.log.recordTimes;
    log.unreadLines += one.log.unreadLines;
    log.unreadBytes += one.log.unreadBytes;
    const last = reader.database?.();
    const lastName = last === undefined ? "" : one.databases[last];
    if (lastName !== undefined && lastName !== carried) database = lastName;
    from = to;
  }
  return log;
}

/** `toEqual` is too slow for what is the same as a rule. */
export function expectSame(actual: CollectedLog, expected: CollectedLog, context: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    expect({ context, ...actual }).toEqual({ context, ...expected });
}

function interner(): Names {
  const texts = [""];
  return {
    texts,
    idOf(bytes, from, to) {
      const text = bytes.toString("utf8", from, to);
      const known = texts.indexOf(text);
      return known === -1 ? texts.push(text) - 1 : known;
    },
  };
}

function textOf({ bytes, from, to }: ByteSpan): string {
  return bytes.toString("utf8", from, to);
}

function never(): never {
  throw new Error("PostgreSQL's messages are in no MySQL log.");
}
