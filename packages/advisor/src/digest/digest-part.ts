import type { FailureSeverity, ServerEventKind } from "../log/execution.ts";
import type { DigestedSource } from "./digest.ts";
import { createHashLimit, type HashLimit } from "./hash-limit.ts";
import {
  failureClassId,
  failureClassText,
  hashOfFailureClass,
  MAX_FAILURE_CLASSES,
  otherFailures,
  parseFailureClass,
} from "./failure-class.ts";
import { MAX_NAMES, nameHash } from "./name-interner.ts";
import type { RowRun } from "./row-run.ts";
import { addCell, type Cell, createTimeline, MAX_TIME_BUCKETS } from "./timeline.ts";

/** What executions from some part of the logs come to: plain data, for `postMessage` with {@link transferOf}. */
export interface DigestPart {
  readonly head: PartHead;
  /** Rows of shapes. A file belongs to who has the part. */
  readonly runs: readonly RowRun[];
}

/** Everything of a part that isn't by shape. Bounded. */
export interface PartHead {
  readonly first: number | null;
  readonly last: number | null;
  readonly absoluteTimes: boolean;
  readonly leftOut: number;
  readonly bucketMs: number;
  readonly timeline: readonly Cell[];
  readonly names: { readonly [kind in NameKind]: PartNames };
  readonly failureHalvings: number;
  readonly failures: readonly PartFailures[];
  readonly events: readonly PartEvents[];
  readonly sources: readonly DigestedSource[];
}

export type NameKind = "user" | "database" | "application";

/** The names that are told apart, and how often their bound was halved. */
export interface PartNames {
  readonly halvings: number;
  readonly texts: readonly string[];
}

export interface PartFailures {
  readonly severity: FailureSeverity;
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
}

/** `total` and `max` are whole thousandths where amounts are milliseconds. */
export interface PartEvents {
  readonly kind: ServerEventKind;
  readonly count: number;
  readonly total: number;
  readonly max: number;
}

/** What `postMessage` moves instead of copying it. */
export function transferOf(part: DigestPart): ArrayBuffer[] {
  return part.runs.flatMap((run) =>
    "path" in run || !(run.buffer instanceof ArrayBuffer) ? [] : [run.buffer],
  );
}

/** One head of several, which doesn't depend on their order. `maxTimeBuckets` as it was for the parts. */
export function mergeHeads(
  heads: readonly PartHead[],
  maxTimeBuckets: number = MAX_TIME_BUCKETS,
): PartHead {
  const timeline = createTimeline(maxTimeBuckets);
  for (const head of heads) timeline.widen(head.bucketMs);
  for (const cell of heads.flatMap((head) => head.timeline)) addCell(timeline, cell);
  return {
    first: edge(
      heads.map(({ first }) => first),
      Math.min,
    ),
    last: edge(
      heads.map(({ last }) => last),
      Math.max,
    ),
    absoluteTimes: heads.every(({ absoluteTimes }) => absoluteTimes),
    leftOut: heads.reduce((sum, { leftOut }) => sum + leftOut, 0),
    bucketMs: timeline.widthMs,
    timeline: timeline.cells(),
    names: {
      user: mergeNames(heads, "user"),
      database: mergeNames(heads, "database"),
      application: mergeNames(heads, "application"),
    },
    ...mergeFailures(heads),
    events: mergeEvents(heads.flatMap(({ events }) => events)),
    sources: mergeSources(heads.flatMap(({ sources }) => sources)),
  };
}

function edge(
  times: readonly (number | null)[],
  choose: (...times: number[]) => number,
): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : known.reduce((one, other) => choose(one, other));
}

/** Which names are told apart in all heads. */
export function nameLimit(head: PartHead, kind: NameKind): HashLimit {
  const limit = createHashLimit(MAX_NAMES);
  addNamesTo(limit, head.names[kind]);
  return limit;
}

function addNamesTo(limit: HashLimit, { halvings, texts }: PartNames): void {
  limit.halve(halvings);
  for (const text of texts) limit.add(text, nameHash(text));
}

function mergeNames(heads: readonly PartHead[], kind: NameKind): PartNames {
  const limit = createHashLimit(MAX_NAMES);
  for (const head of heads) addNamesTo(limit, head.names[kind]);
  return namesOfLimit(limit);
}

export function namesOfLimit(limit: HashLimit): PartNames {
  return { halvings: limit.halvings, texts: [...limit.kept.keys()].toSorted() };
}

function mergeFailures(heads: readonly PartHead[]): Pick<PartHead, "failures" | "failureHalvings"> {
  const limit = createHashLimit(MAX_FAILURE_CLASSES);
  const classes = heads.flatMap(({ failures }) => failures);
  for (const head of heads) limit.halve(head.failureHalvings);
  for (const { severity, code, message } of classes) {
    const text = failureClassText(severity, code, message);
    if (text !== otherFailures(text)) limit.add(text, hashOfFailureClass(failureClassId(text)));
  }
  const sums = new Map<string, PartFailures>();
  for (const failures of classes) {
    const own = failureClassText(failures.severity, failures.code, failures.message);
    const text = limit.kept.has(own) ? own : otherFailures(own);
    const sum = sums.get(text);
    sums.set(text, {
      ...parseFailureClass(text),
      count: failures.count + (sum?.count ?? 0),
      first: edge([failures.first, sum?.first ?? null], Math.min),
      last: edge([failures.last, sum?.last ?? null], Math.max),
    });
  }
  return {
    failureHalvings: limit.halvings,
    failures: [...sums]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([, sum]) => sum),
  };
}

function mergeEvents(events: readonly PartEvents[]): readonly PartEvents[] {
  const sums = new Map<ServerEventKind, PartEvents>();
  for (const { kind, count, total, max } of events) {
    const sum = sums.get(kind);
    sums.set(kind, {
      kind,
      count: count + (sum?.count ?? 0),
      total: total + (sum?.total ?? 0),
      max: Math.max(max, sum?.max ?? 0),
    });
  }
  return [...sums.values()].toSorted((left, right) => (left.kind < right.kind ? -1 : 1));
}

/** By name: parts of one file are one source. */
function mergeSources(sources: readonly DigestedSource[]): readonly DigestedSource[] {
  const sums = new Map<string, DigestedSource>();
  for (const source of sources) {
    const key = JSON.stringify([source.name, source.format]);
    const sum = sums.get(key);
    sums.set(key, {
      name: source.name,
      format: source.format,
      bytes: source.bytes + (sum?.bytes ?? 0),
      records: source.records + (sum?.records ?? 0),
      unread: {
        lines: source.unread.lines + (sum?.unread.lines ?? 0),
        bytes: source.unread.bytes + (sum?.unread.bytes ?? 0),
      },
    });
  }
  return [...sums].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, sum]) => sum);
}
