import { resolve } from "node:path";
import { appendLines, type FileLimits } from "./append-lines.ts";
import { CAPTURE_VERSION, type CaptureLoss, type CaptureLossReason } from "./capture-line.ts";
import { capturedPatterns } from "./capture-n-plus-one.ts";
import { type QueryTally, queryTally } from "./capture-tally.ts";
import { onQuery, onQueryStart } from "./query-channel.ts";
import type { QueryEnd, QueryStart } from "./query-message.ts";
import { shapeMemory } from "./statement-shape.ts";

export interface CaptureOptions {
  /**
   * Whether values may be written: a few executions of each statement then keep their text as it was sent and their
   * parameters. Default false: constants inside the text are replaced, parameters are not looked at.
   */
  readonly parameters?: boolean;
  /** Milliseconds between two writes. Default 10,000. */
  readonly flushMs?: number;
  /** Bytes from which on the file is put aside as FILE.1, from 1,024. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Files altogether, FILE among them; the oldest is deleted. Default 5. */
  readonly maxFiles?: number;
}

/** A capture under way. */
export interface Capture extends AsyncDisposable {
  /** Writes what was seen until now. Never rejects: what can't be written is kept for the next time. */
  flush(): Promise<void>;
  /** Writes the rest and listens no more. Never rejects. */
  close(): Promise<void>;
  /** Executions that are in no file and will not be. */
  lost(): number;
}

/** Statements that are told apart between two writes; more are written at once. */
const MAX_TALLIES = 1_000;
/** Length of their texts together. */
const MAX_TEXTS_LENGTH = 4 * 1024 * 1024;
const MAX_TEXT_LENGTH = 256 * 1024;
const LONG_TEXT_LENGTH = 8 * 1024;
/** Statements whose calls are counted in one interval; all calls of the others have their stack taken. */
const MAX_COUNTED = 10_000;
/** A stack costs microseconds: in each interval a statement's first calls have theirs taken, then one of so many. */
const FIRST_CALLS = 10;
const SAMPLED_CALLS = 16;

/**
 * Writes what the application asks of its databases into a file that `dbadvise analyze --capture FILE` reads: one line
 * of JSON for each statement and interval, with counts, times and the lines of code; and one for what a
 * `detectNPlusOne` that runs beside it finds. docs/capture.md has the form.
 *
 * The application is never hurt: a file that can't be written is told once by a process warning `DBADVISE_CAPTURE`, and
 * tried again at each interval; memory is bounded, and what it can't hold is counted and written as a line of its own.
 * Writes are synchronous, one for each interval, and one when the process exits. Throws `RangeError` for a bad option.
 */
export function capture(file: string, options: CaptureOptions = {}): Capture {
  const path = resolve(file);
  const { parameters = false, flushMs, limits } = checkedOptions(options);
  const shapeOf = shapeMemory();
  const patterns = capturedPatterns(MAX_TEXT_LENGTH);
  /** How many executions the call site of one stands for. */
  const weights = new WeakMap<QueryStart, number>();
  const begun = new Map<string, number>();
  const losses = new Map<CaptureLossReason, number>();
  let tallies = new Map<string, QueryTally[]>();
  let size = 0;
  let length = 0;
  let since = Date.now();
  let lost = 0;
  let failing = false;
  let warned = false;

  function started(query: QueryStart): void {
    const calls = callsOf(query);
    // By chance, not each n-th: two lines of code that take turns are both seen.
    const weight = calls < FIRST_CALLS ? 1 : Math.random() * SAMPLED_CALLS < 1 ? SAMPLED_CALLS : 0;
    if (weight > 0 && query.callSite() !== undefined) weights.set(query, weight);
  }

  /** Executions that began in this interval, before this one. */
  function callsOf({ sql, server }: QueryStart): number {
    // Reading a long text costs more than a stack.
    if (sql.length > LONG_TEXT_LENGTH) return 0;
    const shape = shapeOf(sql, server.system);
    const calls = begun.get(shape) ?? 0;
    if (begun.size < MAX_COUNTED) begun.set(shape, calls + 1);
    return calls;
  }

  function ended(query: QueryEnd): void {
    const tally = tallyOf(shapeOf(query.sql, query.server.system), query);
    tally?.add(query, weights.get(query) ?? 0, parameters);
  }

  function tallyOf(sql: string, { server, pool }: QueryEnd): QueryTally | undefined {
    const known = tallies.get(sql)?.find((each) => each.isOf(server, pool));
    if (known !== undefined) return known;
    if (sql.length > MAX_TEXT_LENGTH) return lose(1, "too-long");
    const full = (): boolean => size >= MAX_TALLIES || length + sql.length > MAX_TEXTS_LENGTH;
    // A file that just failed is left alone until the interval is over.
    if (full() && !failing) write();
    if (full()) return lose(1, "unwritable");
    const tally = queryTally(sql, server, pool);
    hold(tally);
    return tally;
  }

  function hold(tally: QueryTally): void {
    const { sql } = tally;
    const others = tallies.get(sql);
    if (others === undefined) tallies.set(sql, [tally]);
    else others.push(tally);
    size += 1;
    length += sql.length;
  }

  function lose(calls: number, reason: CaptureLossReason): undefined {
    lost += calls;
    losses.set(reason, (losses.get(reason) ?? 0) + calls);
  }

  function write(): void {
    begun.clear();
    const held = [...tallies.values()].flat();
    const from = new Date(since).toISOString();
    const to = new Date().toISOString();
    const found = patterns.lines(from, to);
    if (held.length === 0 && losses.size === 0 && found.length === 0) {
      since = Date.now();
      return;
    }
    const reasons = [...losses];
    const lines = [
      ...reasons.map(([reason, calls]) => lossLine(from, to, calls, reason)),
      ...held.map((tally) => tally.line(from, to)),
      ...found,
    ];
    const appended = appendLines(
      path,
      lines.map((line) => JSON.stringify(line)),
      limits,
    );
    for (const [reason] of reasons.slice(0, appended.lines)) losses.delete(reason);
    patterns.written(Math.max(0, appended.lines - reasons.length - held.length));
    tallies = new Map();
    size = 0;
    length = 0;
    for (const tally of held.slice(Math.max(0, appended.lines - reasons.length))) hold(tally);
    failing = appended.error !== undefined;
    if (failing) warn(appended.error);
    else since = Date.now();
  }

  function warn(error: unknown): void {
    if (warned) return;
    warned = true;
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(
      `The workload capture can't be written to ${path}: ${reason}. It is tried again every ${flushMs} ms; what memory can't hold until then is lost and counted.`,
      { code: "DBADVISE_CAPTURE" },
    );
  }

  // A missing directory or permission is told at the start, not after the first interval.
  const { error } = appendLines(path, [], limits);
  if (error !== undefined) {
    failing = true;
    warn(error);
  }
  const subscriptions = [onQueryStart(started), onQuery(ended), patterns.stop];
  const timer = setInterval(write, flushMs).unref();
  process.on("exit", write);

  async function close(): Promise<void> {
    for (const unsubscribe of subscriptions.splice(0)) unsubscribe();
    clearInterval(timer);
    process.off("exit", write);
    write();
    // Nobody will try again.
    for (const tally of [...tallies.values()].flat()) lose(tally.executions(), "unwritable");
    tallies = new Map();
  }

  return {
    flush: async () => write(),
    close,
    lost: () => lost,
    [Symbol.asyncDispose]: close,
  };
}

function lossLine(from: string, to: string, calls: number, reason: CaptureLossReason): CaptureLoss {
  const format = "dbadvise-capture";
  return { format, version: CAPTURE_VERSION, kind: "loss", from, to, calls, reason };
}

function checkedOptions(options: CaptureOptions): {
  readonly parameters: boolean | undefined;
  readonly flushMs: number;
  readonly limits: FileLimits;
} {
  const { parameters, flushMs = 10_000, maxBytes = 64 * 1024 * 1024, maxFiles = 5 } = options;
  const least = { flushMs: 10, maxBytes: 1_024, maxFiles: 1 } as const;
  for (const [name, value] of Object.entries({ flushMs, maxBytes, maxFiles })) {
    const from = least[name as keyof typeof least];
    // More milliseconds than this a timer can't count.
    if (!Number.isInteger(value) || value < from || (name === "flushMs" && value >= 2 ** 31)) {
      throw new RangeError(`${name} is ${value}: it has to be a whole number from ${from} on`);
    }
  }
  return { parameters, flushMs, limits: { maxBytes, maxFiles } };
}
