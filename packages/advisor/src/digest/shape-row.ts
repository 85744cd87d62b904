import type { ShapeCounts, ShapeDigest } from "./digest.ts";
import { addHistograms, type Histogram } from "./histogram.ts";
import {
  type ChosenExamples,
  chooseExamples,
  compareTexts,
  type ExampleValue,
  uniteExamples,
} from "./kept-example.ts";
import { type Cell, cellsOfWidth } from "./timeline.ts";

/** Calls by name. */
export type NameCalls = readonly (readonly [name: string, calls: number])[];

/**
 * A shape of statements with all that is summed about it. Rows of one `shape` add up, in any order: this is what states
 * exchange, spill, and what saved digests hold, as a line of JSON each.
 */
export interface ShapeRow extends ShapeCounts {
  /** Id of the shape: 16 hexadecimal digits. Rows are in the order of their ids wherever there are several. */
  readonly shape: string;
  readonly fingerprint: string | null;
  readonly lexis: "postgres" | "mysql";
  readonly text: string;
  readonly queryId: string | null;
  /** 0 where there are no calls with a duration. */
  readonly minUs: number;
  readonly maxUs: number;
  readonly histogram: Histogram;
  readonly buckets: readonly Cell[];
  readonly users: NameCalls;
  readonly databases: NameCalls;
  readonly applications: NameCalls;
  readonly examples: readonly ExampleValue[];
  readonly plan: ShapeDigest["plan"];
  /** Errors by id of their class. */
  readonly failures: NameCalls;
}

/** The sum of two rows of one shape. */
export function addRows(one: ShapeRow, other: ShapeRow): ShapeRow {
  return {
    shape: one.shape,
    fingerprint: smaller(one.fingerprint, other.fingerprint),
    ...textOf(one, other),
    queryId: smallerQueryId(one.queryId, other.queryId),
    ...addCounts(one, other),
    minUs: leastOf(one, other),
    maxUs: Math.max(one.maxUs, other.maxUs),
    histogram: addHistograms(one.histogram, other.histogram),
    buckets: addCells(one.buckets, other.buckets),
    users: addNames(one.users, other.users),
    databases: addNames(one.databases, other.databases),
    applications: addNames(one.applications, other.applications),
    examples: keptOf(chooseExamples(uniteExamples(one.examples, other.examples), 0)),
    plan: slowerPlan(one.plan, other.plan),
    failures: addNames(one.failures, other.failures),
  };
}

/** Only one row of a shape may have its text, when the others were begun after it was written out. */
function textOf(one: ShapeRow, other: ShapeRow): Pick<ShapeRow, "lexis" | "text"> {
  const first = compareTexts(one.text, other.text) <= 0 ? one : other;
  const { lexis, text } = first.text === "" ? (first === one ? other : one) : first;
  return { lexis, text };
}

export function addCounts(one: ShapeCounts, other: ShapeCounts): ShapeCounts {
  return {
    calls: one.calls + other.calls,
    errors: one.errors + other.errors,
    timedCalls: one.timedCalls + other.timedCalls,
    totalUs: one.totalUs + other.totalUs,
    rows: one.rows + other.rows,
    rowsExamined: one.rowsExamined + other.rowsExamined,
    lockUs: one.lockUs + other.lockUs,
  };
}

export const NO_COUNTS: ShapeCounts = {
  calls: 0,
  errors: 0,
  timedCalls: 0,
  totalUs: 0,
  rows: 0,
  rowsExamined: 0,
  lockUs: 0,
};

function leastOf(one: ShapeRow, other: ShapeRow): number {
  if (one.timedCalls === 0) return other.minUs;
  return other.timedCalls === 0 ? one.minUs : Math.min(one.minUs, other.minUs);
}

function smaller(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return compareTexts(one, other) <= 0 ? one : other;
}

/** Of two servers' numbers for one shape the one with fewer digits, or the smaller one. */
export function smallerQueryId(one: string | null, other: string | null): string | null {
  if (one === null || other === null || one.length === other.length) return smaller(one, other);
  return one.length < other.length ? one : other;
}

function addCells(one: readonly Cell[], other: readonly Cell[]): readonly Cell[] {
  if (one.length === 0) return other;
  // Of width 1, cells with equal starts are summed and nothing else is.
  return other.length === 0 ? one : cellsOfWidth([...one, ...other], 1);
}

/** Sums calls of equal names; the most frequent first. */
export function addNames(one: NameCalls, other: NameCalls): NameCalls {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const calls = new Map(one);
  for (const [name, count] of other) calls.set(name, (calls.get(name) ?? 0) + count);
  return byCalls(calls);
}

export function byCalls(calls: Iterable<readonly [name: string, calls: number]>): NameCalls {
  return [...calls].toSorted(
    (left, right) => right[1] - left[1] || compareTexts(left[0], right[0]),
  );
}

/** Chosen examples as one list: drawn ones first, then those that are only slow. */
export function keptOf<Value extends ExampleValue>({
  drawn,
  slowest,
}: ChosenExamples<Value>): Value[] {
  return [...drawn, ...slowest.filter((example) => !drawn.includes(example))];
}

export function slowerPlan(
  one: ShapeDigest["plan"],
  other: ShapeDigest["plan"],
): ShapeDigest["plan"] {
  if (one === null || other === null) return one ?? other;
  if (one.us !== other.us) return one.us > other.us ? one : other;
  return compareTexts(one.text, other.text) <= 0 ? one : other;
}
