import type { Digest } from "./digest.ts";
import type { PartHead } from "./digest-part.ts";
import { cellOf, type FinishedBefore, rowOfShapeDigest } from "./digest-of-rows.ts";
import { partsOf } from "./event-counts.ts";
import { failureClassId, failureClassText } from "./failure-class.ts";
import { compareTexts } from "./kept-example.ts";
import type { ShapeRow } from "./shape-row.ts";

/** A finished digest as what it can be merged by: one that was saved, or one at hand. */
export interface StoredDigest extends FinishedBefore {
  readonly head: PartHead;
  /** By id. */
  rows(): Iterable<ShapeRow>;
}

export const NO_NAMES: PartHead["names"] = {
  user: { halvings: 0, texts: [] },
  database: { halvings: 0, texts: [] },
  application: { halvings: 0, texts: [] },
};

export function storedDigestOf(digest: Digest): StoredDigest {
  return {
    head: {
      first: digest.first,
      last: digest.last,
      absoluteTimes: digest.absoluteTimes,
      leftOut: digest.leftOut,
      bucketMs: digest.bucketMs,
      timeline: digest.timeline.map(cellOf),
      names: NO_NAMES,
      failureHalvings: 0,
      failures: digest.failures.map(({ severity, code, message, count, first, last }) => ({
        severity,
        code,
        message,
        count,
        first,
        last,
      })),
      events: digest.events.map(({ kind, count, total, max }) => ({
        kind,
        count,
        total: Math.round(total * partsOf(kind)),
        max: Math.round(max * partsOf(kind)),
      })),
      sources: digest.sources,
    },
    fingerprints: digest.fingerprints,
    read: digest.read,
    other: digest.other,
    failureShapes: digest.failures.flatMap(({ severity, code, message, shapes }) => {
      const failureClass = failureClassId(failureClassText(severity, code, message));
      return shapes.map(({ id, count }) => [failureClass, id, count] as const);
    }),
    rows: () =>
      digest.shapes
        .toSorted((left, right) => compareTexts(left.id, right.id))
        .map(rowOfShapeDigest),
  };
}
