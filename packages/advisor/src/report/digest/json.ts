import type { Digest, ExecutionExample, ShapeCounts, TimeBucket } from "../../digest/digest.ts";
import { bucketBounds, HISTOGRAM_ERROR } from "../../digest/histogram.ts";
import { safeJson } from "../printable.ts";
import { type RankedShape, rankShapes, shapeCount, totalCounts } from "./rank-shapes.ts";
import type { DigestRenderOptions } from "./render-digest.ts";

/** The JSON form's version: raised on an incompatible change. Its schema is packages/advisor/digest-report.schema.json. */
const DIGEST_REPORT_VERSION = 1;

type Value = Readonly<Record<string, unknown>>;

/**
 * The digest as packages/advisor/digest-report.schema.json describes it: every key is always there, in one order; what is
 * unknown is `null`. Keys are listed here one by one: a new field reaches the output only on purpose.
 */
export function renderDigestJson(
  digest: Digest,
  { sort, limit, showLiterals }: Pick<DigestRenderOptions, "sort" | "limit" | "showLiterals">,
): string {
  const { shown, hidden } = rankShapes(digest, sort, limit);
  return safeJson({
    version: DIGEST_REPORT_VERSION,
    sources: digest.sources.map(({ name, format, bytes, records, unread }) => ({
      name,
      format,
      bytes,
      records,
      unread: { lines: unread.lines, bytes: unread.bytes },
    })),
    unread: { lines: digest.unread.lines, bytes: digest.unread.bytes },
    first: timeValue(digest.first),
    last: timeValue(digest.last),
    absoluteTimes: digest.absoluteTimes,
    leftOut: digest.leftOut,
    bucketMs: digest.bucketMs,
    fingerprints: digest.fingerprints,
    percentileError: HISTOGRAM_ERROR,
    literals: showLiterals,
    sort,
    total: { shapes: shapeCount(digest), ...countsValue(totalCounts(digest)) },
    queries: shown.map((entry) => queryValue(entry, showLiterals)),
    notShown: hidden && { shapes: hidden.shapes, ...countsValue(hidden) },
    other: digest.other && { shapes: digest.other.shapes, ...countsValue(digest.other) },
    timeline: digest.timeline.map(bucketValue),
    failures: digest.failures.map(({ severity, code, message, count, first, last, shapes }) => ({
      severity,
      code,
      message,
      count,
      first: timeValue(first),
      last: timeValue(last),
      queries: shapes.map((shape) => ({ id: shape.id, count: shape.count })),
    })),
    events: digest.events.map(({ kind, count, total, max }) => ({ kind, count, total, max })),
  });
}

function queryValue({ rank, shape, share, durations }: RankedShape, showLiterals: boolean): Value {
  const names = (list: typeof shape.users): readonly Value[] =>
    list.map(({ name, calls }) => ({ name, calls }));
  return {
    rank,
    id: shape.id,
    fingerprint: shape.fingerprint,
    queryId: shape.queryId,
    lexis: shape.lexis,
    text: shape.text,
    ...countsValue(shape),
    share,
    meanMs: msValue(durations?.meanUs),
    minMs: msValue(durations?.minUs),
    p50Ms: msValue(durations?.p50Us),
    p95Ms: msValue(durations?.p95Us),
    p99Ms: msValue(durations?.p99Us),
    maxMs: msValue(durations?.maxUs),
    histogram: shape.histogram.map(([bucket, calls]) => {
      const { least, greatest } = bucketBounds(bucket);
      return { fromMs: msValue(least), toMs: msValue(greatest), calls };
    }),
    timeline: shape.buckets.map(bucketValue),
    users: names(shape.users),
    databases: names(shape.databases),
    applications: names(shape.applications),
    examples: showLiterals ? shape.examples.map(exampleValue) : [],
    plan:
      showLiterals && shape.plan !== null
        ? { ms: msValue(shape.plan.us), text: shape.plan.text }
        : null,
  };
}

function countsValue(counts: ShapeCounts): Value {
  return {
    calls: counts.calls,
    errors: counts.errors,
    timedCalls: counts.timedCalls,
    totalMs: counts.timedCalls === 0 ? null : msValue(counts.totalUs),
    rows: counts.rows,
    rowsExamined: counts.rowsExamined,
    lockMs: msValue(counts.lockUs),
  };
}

function bucketValue({ at, calls, errors, rows, totalUs }: TimeBucket): Value {
  return { at: timeValue(at), calls, errors, rows, totalMs: msValue(totalUs) };
}

function exampleValue({ kind, us, at, sql, parameters }: ExecutionExample): Value {
  return { kind, ms: msValue(us), at: timeValue(at), sql, parameters };
}

function msValue(us: number | null | undefined): number | null {
  return us === null || us === undefined ? null : us / 1000;
}

/** A clock that says what no calendar has says nothing. */
function timeValue(ms: number | null): string | null {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
