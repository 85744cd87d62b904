import type { FailureSeverity, ServerEventKind } from "../log/execution.ts";
import type { DigestedSource, ReadLog, ShapeCounts } from "./digest.ts";
import type { ShapeRow } from "./shape-row.ts";

/** The first line of a saved digest. */
export interface DigestHeader {
  readonly fingerprints: string | null;
  readonly histogram: string;
  readonly bucketMs: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly absoluteTimes: boolean;
  readonly leftOut: number;
  readonly sources: readonly DigestedSource[];
  readonly read?: readonly ReadLog[];
}

/** A bucket of time of all executions: `bucket` is its start. */
export interface BucketLine {
  readonly bucket: number;
  readonly calls: number;
  readonly errors: number;
  readonly rows: number;
  readonly totalUs: number;
}

/** A class of failures: `failure` is its message. */
export interface FailureLine {
  readonly failure: string;
  readonly severity: FailureSeverity;
  readonly code: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly shapes: readonly (readonly [shape: string, count: number])[];
}

export interface EventLine {
  readonly event: ServerEventKind;
  readonly count: number;
  readonly total: number;
  readonly max: number;
}

/** The sum of shapes that aren't listed: `other` is their number. */
export interface OtherLine extends ShapeCounts {
  readonly other: number;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime: Check = (value) => Number.isFinite(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...texts: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && texts.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const tupleOf =
  (...checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length === checks.length &&
    checks.every((check, place) => check(value[place]));
const recordOf = (checks: Readonly<Record<string, Check>>): Check => {
  const entries = Object.entries(checks);
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    const fields = value as Readonly<Record<string, unknown>>;
    return entries.every(([name, check]) => check(fields[name]));
  };
};

const counts = {
  calls: isCount,
  errors: isCount,
  timedCalls: isCount,
  totalUs: isCount,
  rows: isCount,
  rowsExamined: isCount,
  lockUs: isCount,
};
const unread = recordOf({ lines: isCount, bytes: isCount });
const nameCalls = listOf(tupleOf(isText, isCount));

const readLogs = listOf(
  recordOf({ head: isText, headBytes: isCount, bytes: isCount, database: isText }),
);

const header = recordOf({
  fingerprints: orNull(isText),
  histogram: isText,
  bucketMs: (value) => isCount(value) && (value as number) >= 1000,
  first: orNull(isTime),
  last: orNull(isTime),
  absoluteTimes: (value) => typeof value === "boolean",
  leftOut: isCount,
  sources: listOf(
    recordOf({ name: isText, format: orNull(isText), bytes: isCount, records: isCount, unread }),
  ),
  read: (value) => value === undefined || readLogs(value),
});

const shapeRow = recordOf({
  shape: isText,
  fingerprint: orNull(isText),
  lexis: oneOf("postgres", "mysql"),
  text: isText,
  queryId: orNull(isText),
  ...counts,
  minUs: isCount,
  maxUs: isCount,
  histogram: listOf(tupleOf(isCount, isCount)),
  buckets: listOf(tupleOf(isCount, isCount, isCount, isCount, isCount)),
  users: nameCalls,
  databases: nameCalls,
  applications: nameCalls,
  examples: listOf(
    recordOf({
      rank: isCount,
      at: orNull(isTime),
      us: orNull(isCount),
      sql: isText,
      parameters: isText,
    }),
  ),
  plan: orNull(recordOf({ us: isCount, text: isText })),
  failures: nameCalls,
});

const bucketLine = recordOf({
  bucket: isCount,
  calls: isCount,
  errors: isCount,
  rows: isCount,
  totalUs: isCount,
});

const failureLine = recordOf({
  failure: isText,
  severity: oneOf("error", "fatal", "panic", "cancel"),
  code: isText,
  count: isCount,
  first: orNull(isTime),
  last: orNull(isTime),
  shapes: nameCalls,
});

const KINDS: Readonly<Record<ServerEventKind, true>> = {
  "temporary-file": true,
  "lock-wait": true,
  deadlock: true,
  checkpoint: true,
  autovacuum: true,
  connection: true,
  disconnection: true,
  "server-start": true,
  "server-crash": true,
};

const eventLine = recordOf({
  event: oneOf(...Object.keys(KINDS)),
  count: isCount,
  total: isCount,
  max: isCount,
});

const otherLine = recordOf({ other: isCount, ...counts });

export function isHeader(value: unknown): value is DigestHeader {
  return header(value);
}

export function isShapeRow(value: unknown): value is ShapeRow {
  return shapeRow(value);
}

export function isBucketLine(value: unknown): value is BucketLine {
  return bucketLine(value);
}

export function isFailureLine(value: unknown): value is FailureLine {
  return failureLine(value);
}

export function isEventLine(value: unknown): value is EventLine {
  return eventLine(value);
}

export function isOtherLine(value: unknown): value is OtherLine {
  return otherLine(value);
}
