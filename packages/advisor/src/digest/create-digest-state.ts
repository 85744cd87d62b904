import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type {
  Execution,
  ExecutionSink,
  FailureSeverity,
  ServerEventKind,
} from "../log/execution.ts";
import type { ByteSpan } from "../log/byte-span.ts";
import type { UnreadSink } from "../log/block-reader.ts";
import { LEXIS, type LexisName } from "../log/sql-key/lexis.ts";
import type { SqlKey } from "../log/sql-key/sql-key.ts";
import { createEventCounts } from "./event-counts.ts";
import { createFailureCounts } from "./failure-counts.ts";
import type { Digest } from "./digest.ts";
import { type DigestPart, mergeHeads, namesOfLimit, type PartHead } from "./digest-part.ts";
import { digestOfRows, MAX_SHAPES } from "./digest-of-rows.ts";
import { hashBytes, hexOf, newBytesHash } from "./hash-bytes.ts";
import { MAX_US } from "./histogram.ts";
import {
  cutText,
  KeptExample,
  keptText,
  MAX_EXAMPLE_BYTES,
  rankOf,
  removeExample,
} from "./kept-example.ts";
import { createNameInterner } from "./name-interner.ts";
import { addAt, createPairTable, rowOf } from "./pair-table.ts";
import { mergeRows, type RowRun, rowsOfRun, runInFile, runInMemory } from "./row-run.ts";
import {
  addShape,
  APPLICATION,
  clearShapeColumns,
  countCalls,
  countFailure,
  countInCell,
  countName,
  createShapeColumns,
  DATABASE,
  ERRORS,
  keepExample,
  keepQueryId,
  LOCK_US,
  numbersOf,
  RANK_LIMIT,
  ROWS,
  ROWS_EXAMINED,
  rowsOfColumns,
  shapeColumnsBytes,
  SLOW_LIMIT,
  SLOW_RANK,
  USER,
  widenCells,
} from "./shape-columns.ts";
import { type ShapeRow, slowerPlan, smallerQueryId } from "./shape-row.ts";
import { createTimeline, MAX_AT } from "./timeline.ts";

/**
 * What executions come to, being summed. The result is the same however they are cut into parts and in whatever order
 * they come:
 *
 *     const state = createDigestState({ spillFolder });
 *     const source = state.source(file, "stderr");
 *     reader.open(format, { executions: state.sink("postgres", createSqlKey(LEXIS.postgres), source), unread: source, ... });
 *     source.bytes += ...
 *     postMessage(part, transferOf(part))   with part = state.part(), in a worker
 *     state.merge(part)                     in the main thread
 *     state.finish({ maxShapes })           -> Digest; the state can go on after it
 */
export interface DigestState {
  /** What a log, or a range of one, comes to is counted there too. */
  source(name: string, format: string | null): SourceTally;
  /** Where a reader puts its executions. Sinks of one state share everything, numbers of shapes and names too. */
  sink(lexis: LexisName, key: SqlKey, source: SourceTally): ExecutionSink;
  /** All of it, as a value for another thread. The state is empty then. */
  part(): DigestPart;
  /** Adds what another state came to. Its files are the caller's: they are read until the end. */
  merge(part: DigestPart): void;
  /** The digest of all so far. */
  finish(options?: FinishOptions): Digest;
}

export interface FinishOptions {
  /** Shapes that are listed; the rest is summed. Default 2000. */
  readonly maxShapes?: number;
}

export interface DigestStateOptions {
  /** Executions, errors and events outside `[since, until)`, milliseconds since the epoch, aren't counted. Those without a time are. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** An existing folder for what doesn't fit in the memory. Default: everything must. */
  readonly spillFolder?: string | undefined;
  /** About how many bytes are held. Default 24 MB. */
  readonly memoryBytes?: number | undefined;
}

/** Counts of a source; readers' drivers add to them. */
export interface SourceTally extends UnreadSink {
  /** Bytes read, after decompression and without envelopes. */
  bytes: number;
  readonly records: number;
  /** Set to false where its times are the log's own clock. */
  absoluteTimes: boolean;
}

interface Source extends SourceTally {
  readonly name: string;
  readonly format: string | null;
  records: number;
  unreadLines: number;
  unreadBytes: number;
}

const MEMORY_BYTES: number = 24 * 1024 * 1024;
/** Rows of a part that are larger go through a file where there is a folder for it. */
const PART_BYTES: number = 1024 * 1024;
const YOUNG = 1024;
/** Shapes that are known to have their text in some row, at most: it takes 24 bytes to know it of one. */
const MAX_TOLD: number = 1024 * 1024;
/** A power of two. */
const KNOWN_STATEMENTS = 4096;
const MAX_PLAN_BYTES: number = 64 * 1024;
const NO_MORE = Number.POSITIVE_INFINITY;

export function createDigestState(options: DigestStateOptions = {}): DigestState {
  const since = options.since ?? -NO_MORE;
  const until = options.until ?? NO_MORE;
  const memoryBytes = options.memoryBytes ?? MEMORY_BYTES;

  const names = {
    user: createNameInterner(),
    database: createNameInterner(),
    application: createNameInterner(),
  };
  const columns = createShapeColumns();
  let timeline = createTimeline();
  /** Width of the buckets in `columns`. */
  let { widthMs } = timeline;
  let failures = createFailureCounts();
  let events = createEventCounts();
  let sources: Source[] = [];
  /** Of parts that were merged, and of what was written out. */
  let heads: PartHead[] = [];
  let runs: RowRun[] = [];
  let first = NO_MORE;
  let last = -NO_MORE;
  let leftOut = 0;
  /** Number of the first shape of `columns`: those before were written out. */
  let base = 0;
  const written: WrittenShapes[] = [];
  /** Keys of shapes whose text is in a row here, or in one that was written out. */
  let told = createPairTable(0);
  const young = createYoungExamples();
  let ticks = 0;

  const sink = (lexis: LexisName, key: SqlKey, source: SourceTally): ExecutionSink => {
    const { salt } = LEXIS[lexis];
    /** Numbers of shapes by those of known statements. */
    const knownStatements = new Int32Array(KNOWN_STATEMENTS).fill(-1);
    const numbers = new Int32Array(KNOWN_STATEMENTS);
    return {
      names,
      shapeOf(bytes, from, to) {
        if ((ticks++ & 0x3f) === 0) relieve();
        key.of(bytes, from, to);
        const { known: statement } = key;
        const place = statement & (KNOWN_STATEMENTS - 1);
        if (statement !== -1 && knownStatements[place] === statement) {
          const number = numbers[place] as number;
          if (number >= base) return number;
        }
        const shapes = columns.shapes;
        const known = shapes.size;
        const shape = rowOf(shapes, (key.high ^ salt) >>> 0, key.low >>> 0);
        if (shapes.size > known) addShape(columns, shape, textOnce(shape, key), lexis);
        if (statement !== -1) {
          knownStatements[place] = statement;
          numbers[place] = base + shape;
        }
        return base + shape;
      },
      keyOf,
      execution,
      failure,
      plan,
      event,
      record: (at) => {
        (source as Source).records += 1;
        if (!(at >= since && at < until)) return;
        if (at < first) first = at;
        if (at > last) last = at;
      },
    };
  };

  /** The text of a new shape; empty where a row that was written out has it: making it takes longer than all else. */
  const textOnce = (shape: number, key: SqlKey): string => {
    const { first: high, second: low } = columns.shapes;
    if (told.size === MAX_TOLD) told = createPairTable(0);
    const before = told.size;
    rowOf(told, high[shape] as number, low[shape] as number);
    return told.size > before ? flat(cutText(key.text())) : "";
  };

  const execution = (number: number, seen: Execution): KeptExample | null => {
    const at = seen.at >= 0 && seen.at < MAX_AT ? seen.at : Number.NaN;
    if (at < since || at >= until) {
      leftOut += 1;
      return null;
    }
    const shape = number >= base ? number - base : shapeOfNumber(number);
    const { calls } = seen;
    const us = microseconds(seen.ms);
    const rows = seen.rows >= 0 ? seen.rows : 0;
    countCalls(columns, shape, calls, us);
    const numbers = numbersOf(shape);
    const { values, first: high, second: low } = columns.shapes;
    if (rows > 0) addAt(values, numbers + ROWS, rows);
    if (seen.rowsExamined > 0) addAt(values, numbers + ROWS_EXAMINED, seen.rowsExamined);
    if (seen.lockMs > 0) addAt(values, numbers + LOCK_US, Math.max(0, microseconds(seen.lockMs)));
    if (at >= 0) {
      if (!(at >= timeline.from && at < timeline.to)) findBucket(at);
      timeline.add(calls, 0, rows, Math.max(0, us));
      countInCell(columns, shape, timeline.bucket, calls, 0, rows, Math.max(0, us));
    }
    if (seen.user !== 0) countName(columns, shape, USER, seen.user, calls);
    if (seen.database !== 0) countName(columns, shape, DATABASE, seen.database, calls);
    if (seen.application !== 0) countName(columns, shape, APPLICATION, seen.application, calls);
    if (seen.queryId.to > seen.queryId.from) {
      keepQueryId(columns, shape, seen.queryId, smallerQueryId);
    }
    if (calls === 0) return null;
    const rank = rankOf(
      high[shape] as number,
      low[shape] as number,
      at >= 0 ? at : -1,
      us,
      // Without any time all executions of a session would draw the same number.
      at >= 0 || us >= 0 ? seen.session : textHash(seen.text),
    );
    const slow = values[numbers + SLOW_LIMIT] as number;
    const isAmong =
      rank <= (values[numbers + RANK_LIMIT] as number) ||
      (us >= 0 && (us > slow || (us === slow && rank <= (values[numbers + SLOW_RANK] as number))));
    return isAmong ? drawExample(shape, seen, at, us, rank) : null;
  };

  /** Keeps the execution if it is among the drawn or the slowest ones so far. */
  const drawExample = (
    shape: number,
    seen: Execution,
    at: number,
    us: number,
    rank: number,
  ): KeptExample | null => {
    const example = new KeptExample(
      rank,
      at >= 0 ? at : null,
      us >= 0 ? us : null,
      keptText(seen.text),
    );
    const kept = keepExample(columns, shape, example);
    if (kept === null) return null;
    if (seen.parameters.to > seen.parameters.from) kept.parameters = keptText(seen.parameters);
    columns.characters += kept.parameters.length;
    young.push(base + shape, kept);
    return kept;
  };

  /** Buckets of time may become wider by it. */
  const findBucket = (at: number): void => {
    timeline.find(at);
    if (timeline.widthMs === widthMs) return;
    widenCells(columns, timeline.widthMs / widthMs);
    ({ widthMs } = timeline);
  };

  const failure = (
    number: number,
    code: string,
    message: ByteSpan,
    when: number,
    severity: FailureSeverity,
  ): void => {
    const at = when >= 0 && when < MAX_AT ? when : Number.NaN;
    if (at < since || at >= until) {
      leftOut += 1;
      return;
    }
    const failureClass = failures.count(severity, code, message, at);
    const shape = number < 0 ? -1 : shapeOfNumber(number);
    if (at >= 0) {
      findBucket(at);
      timeline.add(0, 1, 0, 0);
      if (shape >= 0) countInCell(columns, shape, timeline.bucket, 0, 1, 0, 0);
    }
    if (shape < 0) return;
    addAt(columns.shapes.values, numbersOf(shape) + ERRORS, 1);
    countFailure(columns, shape, failureClass);
  };

  const plan = (number: number, ms: number, text: ByteSpan): void => {
    const us = microseconds(ms);
    if (us < 0) return;
    const shape = shapeOfNumber(number);
    const known = columns.plans.get(shape);
    if (known !== undefined && known.us > us) return;
    const kept = slowerPlan(known ?? null, { us, text: keptText(text, MAX_PLAN_BYTES) });
    if (kept === null) return;
    columns.plans.set(shape, kept);
    columns.characters += kept.text.length - (known?.text.length ?? 0);
  };

  const event = (kind: ServerEventKind, _shape: number, amount: number, at: number): void => {
    if (at < since || at >= until) leftOut += 1;
    else events.count(kind, amount);
  };

  const keyOf = (number: number): string => {
    const { high, low, index } = keysOf(number);
    return hexOf(high[index] as number, low[index] as number);
  };

  /** Where the key of a shape is: it may have been written out. */
  const keysOf = (number: number): { high: Uint32Array; low: Uint32Array; index: number } => {
    const of = number >= base ? undefined : written.findLast((shapes) => shapes.base <= number);
    return of === undefined
      ? { high: columns.shapes.first, low: columns.shapes.second, index: number - base }
      : { high: of.high, low: of.low, index: number - of.base };
  };

  /** Where the shape of a number is now. */
  const shapeOfNumber = (number: number): number => {
    if (number >= base) return number - base;
    const { high, low, index } = keysOf(number);
    const { shapes } = columns;
    const known = shapes.size;
    const shape = rowOf(shapes, high[index] as number, low[index] as number);
    // The row that was written out has its text.
    if (shapes.size > known) addShape(columns, shape, "", "postgres");
    return shape;
  };

  /** Writes the shapes to a file when they take too much memory. */
  const relieve = (): void => {
    const { spillFolder } = options;
    if (spillFolder === undefined || shapeColumnsBytes(columns) <= memoryBytes) return;
    const kept = young.take().filter(({ number, example }) => {
      const examples = number < base ? undefined : columns.examples[number - base];
      return examples !== undefined && removeExample(examples, example);
    });
    runs.push(runInFile(join(spillFolder, `${randomUUID()}.jsonl`), rows()));
    forget();
    for (const { number, example } of kept) {
      const shape = shapeOfNumber(number);
      if (keepExample(columns, shape, example) === example) young.push(base + shape, example);
    }
  };

  const rows = (): Iterable<ShapeRow> =>
    rowsOfColumns(columns, {
      widthMs: timeline.widthMs,
      users: names.user.texts,
      databases: names.database.texts,
      applications: names.application.texts,
      failures: failures.idOf,
    });

  /** Starts afresh after the rows were written out. */
  const forget = (): void => {
    const { first: high, second: low, size } = columns.shapes;
    if (size > 0) written.push({ base, high: high.slice(0, size), low: low.slice(0, size) });
    base += size;
    clearShapeColumns(columns);
  };

  const head = (): PartHead => ({
    first: first === NO_MORE ? null : first,
    last: last === -NO_MORE ? null : last,
    absoluteTimes: sources.every(({ absoluteTimes }) => absoluteTimes),
    leftOut,
    bucketMs: timeline.widthMs,
    timeline: timeline.cells(),
    names: {
      user: namesOfLimit(names.user.limit),
      database: namesOfLimit(names.database.limit),
      application: namesOfLimit(names.application.limit),
    },
    failureHalvings: failures.halvings,
    failures: failures.values(),
    events: events.values(),
    sources: sources.map((source) => ({
      name: source.name,
      format: source.format,
      bytes: source.bytes,
      records: source.records,
      unread: { lines: source.unreadLines, bytes: source.unreadBytes },
    })),
  });

  return {
    source(name, format) {
      const source: Source = {
        name,
        format,
        bytes: 0,
        records: 0,
        absoluteTimes: true,
        unreadLines: 0,
        unreadBytes: 0,
        unread(lines, bytes) {
          source.unreadLines += lines;
          source.unreadBytes += bytes;
        },
      };
      sources.push(source);
      return source;
    },
    sink,
    part() {
      const { spillFolder } = options;
      const run =
        spillFolder !== undefined && shapeColumnsBytes(columns) > PART_BYTES
          ? runInFile(join(spillFolder, `${randomUUID()}.jsonl`), rows())
          : runInMemory(rows());
      const part: DigestPart = {
        head: mergeHeads([...heads, head()]),
        runs: [...runs, run],
      };
      forget();
      told = createPairTable(0);
      young.take();
      timeline = createTimeline();
      ({ widthMs } = timeline);
      failures = createFailureCounts();
      events = createEventCounts();
      sources = [];
      heads = [];
      runs = [];
      first = NO_MORE;
      last = -NO_MORE;
      leftOut = 0;
      return part;
    },
    merge(part) {
      heads = [mergeHeads([...heads, part.head])];
      runs.push(...part.runs);
    },
    finish: (finishOptions = {}) =>
      digestOfRows(
        mergeHeads([...heads, head()]),
        mergeRows([...runs.map(rowsOfRun), rows()]),
        finishOptions.maxShapes ?? MAX_SHAPES,
      ),
  };
}

/** Whole microseconds; -2: none that can be believed. */
function microseconds(ms: number): number {
  const us = Math.round(ms * 1000);
  return us >= 0 && us <= MAX_US ? us : -2;
}

/** A text that was put together from pieces as one piece, which takes a tenth of the memory. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

function textHash({ bytes, from, to }: ByteSpan): number {
  const hash = newBytesHash();
  hashBytes(hash, bytes, from, Math.min(to, from + MAX_EXAMPLE_BYTES));
  return hash.low;
}

/** Numbers of shapes that were written out, and their keys: whoever has such a number may still count. */
interface WrittenShapes {
  readonly base: number;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

interface YoungExample {
  /** Number of its shape. */
  readonly number: number;
  readonly example: KeptExample;
}

/** The examples that were chosen last: the log may tell their parameters yet, so they aren't written out. */
function createYoungExamples(): {
  push(number: number, example: KeptExample): void;
  take(): readonly YoungExample[];
} {
  let examples: YoungExample[] = [];
  let next = 0;
  return {
    push(number, example) {
      examples[next] = { number, example };
      next = (next + 1) % YOUNG;
    },
    take() {
      const taken = examples;
      examples = [];
      next = 0;
      return taken;
    },
  };
}
