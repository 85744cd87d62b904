import type { Digest, ShapeCounts, ShapeDigest } from "../../digest/digest.ts";
import { durationsOf, type Durations } from "./durations.ts";

/** What the top queries are ordered by, the greatest first. */
export const DIGEST_SORTS = ["total", "calls", "mean", "p95", "errors"] as const;
export type DigestSort = (typeof DIGEST_SORTS)[number];

/** A shape with what is read off its counts. */
export interface RankedShape {
  /** From 1. */
  readonly rank: number;
  readonly shape: ShapeDigest;
  /** Of the total time of all shapes, 0 to 1; `null` where nothing has a duration. */
  readonly share: number | null;
  /** `null` where the shape has no durations. */
  readonly durations: Durations | null;
}

/** Several shapes as one. */
export type ShapeSum = NonNullable<Digest["other"]>;

export interface Ranking {
  readonly sort: DigestSort;
  readonly shown: readonly RankedShape[];
  /** Sum of the listed shapes that are not shown; `null` where all are. */
  readonly hidden: ShapeSum | null;
  /** Of the total time, 0 to 1, that the shown ones make; `null` where nothing has a duration. */
  readonly shownShare: number | null;
}

/** Shapes without what is sorted by come last. Equal ones stay in the digest's order, by total time. */
export function rankShapes(digest: Digest, sort: DigestSort, limit: number): Ranking {
  const { totalUs } = totalCounts(digest);
  const shareOf = (counts: ShapeCounts): number | null =>
    totalUs > 0 ? counts.totalUs / totalUs : null;
  const ranked = digest.shapes
    .map((shape) => ({ shape, share: shareOf(shape), durations: durationsOf(shape) }))
    .toSorted((a, b) => keyOf(b, sort) - keyOf(a, sort))
    .map((entry, index) => ({ rank: index + 1, ...entry }));
  const shown = ranked.slice(0, limit);
  return {
    sort,
    shown,
    hidden: sumShapes(ranked.slice(limit).map(({ shape }) => shape)),
    shownShare: shareOf(sumCounts(shown.map(({ shape }) => shape))),
  };
}

function keyOf(
  { shape, durations }: Pick<RankedShape, "shape" | "durations">,
  sort: DigestSort,
): number {
  switch (sort) {
    case "total":
      return shape.totalUs;
    case "calls":
      return shape.calls;
    case "errors":
      return shape.errors;
    case "mean":
      return durations?.meanUs ?? -1;
    case "p95":
      return durations?.p95Us ?? -1;
  }
}

/** Of all executions, those of shapes that are not listed included. */
export function totalCounts({ shapes, other }: Digest): ShapeCounts {
  return sumCounts(other === null ? shapes : [...shapes, other]);
}

/** Shapes that were seen, those that are not listed included. */
export function shapeCount({ shapes, other }: Digest): number {
  return shapes.length + (other?.shapes ?? 0);
}

/** `null` where there are none. */
export function sumShapes(shapes: readonly ShapeDigest[]): ShapeSum | null {
  return shapes.length === 0 ? null : { ...sumCounts(shapes), shapes: shapes.length };
}

function sumCounts(all: readonly ShapeCounts[]): ShapeCounts {
  const sum = (valueOf: (counts: ShapeCounts) => number): number =>
    all.reduce((total, counts) => total + valueOf(counts), 0);
  return {
    calls: sum(({ calls }) => calls),
    errors: sum(({ errors }) => errors),
    timedCalls: sum(({ timedCalls }) => timedCalls),
    totalUs: sum((counts) => counts.totalUs),
    rows: sum(({ rows }) => rows),
    rowsExamined: sum(({ rowsExamined }) => rowsExamined),
    lockUs: sum(({ lockUs }) => lockUs),
  };
}
