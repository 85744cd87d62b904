import { type TableName, tableKey } from "./catalog.ts";
import type { NodeUsage } from "./snapshot.ts";

/** The history format's version: raised when a reader of the older one would misread a line. */
export const USAGE_VERSION = 1;

/** What one server had counted of one index at one time. */
export interface IndexCounts {
  readonly scans: number;
  readonly tuplesRead: number;
  /** ISO time of the last scan, where the server keeps it. */
  readonly lastScan: string | null;
}

/** One server's counters at one time: a line of the history. */
export interface UsageRecord {
  readonly node: string;
  readonly role: NodeUsage["role"];
  /** ISO time the counters were read. */
  readonly at: string;
  /** ISO time the counters started at zero; `null` where the server does not know. */
  readonly since: string | null;
  /** As in `NodeUsage`; `null` where not known. */
  readonly incarnation: string | null;
  readonly standbys: number | null;
  /** By `tableKey` of the index. */
  readonly indexes: ReadonlyMap<string, IndexCounts>;
  /** Last values by `tableKey` of the sequence. */
  readonly sequences: ReadonlyMap<string, number>;
}

/** Records of one server between which its counters only grew: each counts what the one before it counted, and more. */
export interface UsageSpan {
  /** By time, at least one. */
  readonly records: readonly [UsageRecord, ...UsageRecord[]];
  /** Why it does not go on from the span before it; `null` for the first. */
  readonly broken: string | null;
}

/** Spans of each server by its name, each list by time. */
export type UsageHistory = ReadonlyMap<string, readonly UsageSpan[]>;

export function usageRecord(usage: NodeUsage): UsageRecord {
  return {
    node: usage.node,
    role: usage.role,
    at: usage.capturedAt,
    since: usage.since,
    incarnation: usage.incarnation ?? null,
    standbys: usage.standbys ?? null,
    indexes: new Map(
      usage.indexes.map(({ index, scans, tuplesRead, lastScan }) => [
        tableKey(index),
        { scans, tuplesRead, lastScan },
      ]),
    ),
    sequences: new Map(
      (usage.sequences ?? []).map(({ sequence, lastValue }) => [tableKey(sequence), lastValue]),
    ),
  };
}

/** A record as counters that findings can read; it knows nothing of tables. */
export function recordedUsage(record: UsageRecord): NodeUsage {
  return {
    node: record.node,
    role: record.role,
    capturedAt: record.at,
    since: record.since,
    ...(record.incarnation === null ? {} : { incarnation: record.incarnation }),
    ...(record.standbys === null ? {} : { standbys: record.standbys }),
    indexes: [...record.indexes].map(([key, counts]) => ({
      index: nameOf(key),
      ...counts,
      tuplesFetched: 0,
    })),
    sequences: [...record.sequences].map(([key, lastValue]) => ({
      sequence: nameOf(key),
      lastValue,
    })),
    tables: [],
  };
}

/** The inverse of `tableKey`. */
export function nameOf(key: string): TableName {
  const [schema = "", name = ""] = key.split("\0");
  return { schema, name };
}

/** Sorts records into spans. A record that is there twice counts once. */
export function usageHistory(records: readonly UsageRecord[]): UsageHistory {
  const byNode = Map.groupBy(
    records.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    (record) => record.node,
  );
  return new Map([...byNode].map(([node, own]) => [node, spansOf(own)]));
}

function spansOf(records: readonly UsageRecord[]): readonly UsageSpan[] {
  const spans: { records: [UsageRecord, ...UsageRecord[]]; broken: string | null }[] = [];
  for (const record of records) {
    const span = spans.at(-1);
    const before = span?.records.at(-1);
    if (span === undefined || before === undefined) spans.push({ records: [record], broken: null });
    else if (before.at !== record.at) {
      const broken = breakBetween(before, record);
      if (broken === null) span.records.push(record);
      else spans.push({ records: [record], broken });
    }
  }
  return spans;
}

/**
 * Why the counters of `after` do not continue those of `before`; `null` where nothing says so. A single counter that went
 * down breaks them all: after a crash a server may have forgotten every one, and those of busy indexes grow back at once.
 */
export function breakBetween(before: UsageRecord, after: UsageRecord): string | null {
  if (before.role !== after.role) return `it became a ${after.role}`;
  if (
    before.incarnation !== null &&
    after.incarnation !== null &&
    before.incarnation !== after.incarnation
  )
    return "another server answered under its name, or it was promoted";
  const began = after.since !== null && before.since === null && after.since <= before.at;
  if (before.since !== after.since && !began) return "its counters began anew";
  for (const [key, { scans, tuplesRead }] of after.indexes) {
    const old = before.indexes.get(key);
    if (old !== undefined && (scans < old.scans || tuplesRead < old.tuplesRead)) {
      const { schema, name } = nameOf(key);
      return `the counter of ${schema}.${name} went down`;
    }
  }
  return null;
}

/** A time between two readings; `after` is `null` where no earlier reading was there. Both are ISO times. */
export interface Between {
  readonly after: string | null;
  readonly before: string;
}

/** What a server's history says about one index (or about the parts of a partitioned one together). */
export interface IndexHistory {
  /** The longest unbroken span without a scan, of all those after the last known use. */
  readonly quiet: { readonly from: string; readonly to: string; readonly days: number };
  /** The last use that is known; `null` where none is. */
  readonly used: Between | null;
  /** When the index came to be, where an earlier record does not have it. */
  readonly appeared: Between | null;
}

const DAY_MS = 86_400_000;

export function daysBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** A quiet span that ended longer ago than this says nothing about now, in days. */
const STALE_DAYS = 35;

/**
 * Walks back from the last record to the last use, or to the record that does not have the index yet. No span is joined to
 * another. `null` where the last record does not have the index.
 */
export function indexHistory(
  spans: readonly UsageSpan[],
  keys: readonly string[],
): IndexHistory | null {
  const last = spans.at(-1)?.records.at(-1);
  if (last === undefined || sumCounts(last, keys) === null) return null;
  const quiets: { readonly from: string; readonly to: string }[] = [];
  let used: Between | null = null;
  let appeared: Between | null = null;
  for (let place = spans.length - 1; place >= 0 && used === null && appeared === null; place--) {
    const records = spans[place]?.records ?? [];
    const to = records.at(-1)?.at ?? last.at;
    let from = to;
    let later: IndexCounts | null = null;
    for (const record of records.toReversed()) {
      const counts = sumCounts(record, keys);
      if (counts === null) {
        appeared = { after: record.at, before: from };
        break;
      }
      if (later !== null && counts.scans !== later.scans) {
        used = { after: record.at, before: later.lastScan ?? from };
        from = used.before;
        break;
      }
      from = record.at;
      later = counts;
    }
    const first = records[0];
    if (used === null && appeared === null && first !== undefined && later !== null) {
      if (later.scans > 0) {
        used = { after: later.lastScan ?? first.since, before: later.lastScan ?? first.at };
        from = used.before;
      } else {
        const previous = spans[place - 1]?.records.at(-1);
        if (previous !== undefined && sumCounts(previous, keys) === null)
          appeared = { after: previous.at, before: from };
        // Counters that were zero at the first reading had been so since they began.
        else from = first.since ?? from;
      }
    }
    if (daysBetween(to, last.at) <= STALE_DAYS) quiets.push({ from, to });
  }
  const quiet = quiets
    .map((each) => ({ ...each, days: daysBetween(each.from, each.to) }))
    .reduce((longest, each) => (each.days > longest.days ? each : longest));
  return { quiet, used, appeared };
}

/** Sum over those of the indexes that were there; `null` where none was. */
function sumCounts(record: UsageRecord, keys: readonly string[]): IndexCounts | null {
  const [first, ...more] = keys.flatMap((key) => record.indexes.get(key) ?? []);
  if (first === undefined) return null;
  return more.reduce(
    (sum, counts) => ({
      scans: sum.scans + counts.scans,
      tuplesRead: sum.tuplesRead + counts.tuplesRead,
      lastScan: laterTime(sum.lastScan, counts.lastScan),
    }),
    first,
  );
}

function laterTime(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a >= b ? a : b;
}

/** Scans per day over all unbroken spans together, and the days that these cover; `null` with a single reading only. */
export function scansPerDay(
  spans: readonly UsageSpan[],
  key: string,
): { readonly scans: number; readonly days: number } | null {
  let scans = 0;
  let days = 0;
  for (const { records } of spans) {
    const known = records.filter((record) => record.indexes.has(key));
    const first = known[0];
    const last = known.at(-1);
    if (first === undefined || last === undefined) continue;
    scans += (last.indexes.get(key)?.scans ?? 0) - (first.indexes.get(key)?.scans ?? 0);
    days += daysBetween(first.at, last.at);
  }
  return days > 0 ? { scans: scans / days, days } : null;
}
