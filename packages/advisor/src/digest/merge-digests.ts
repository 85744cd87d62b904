import type { Digest } from "./digest.ts";
import { mergeHeads } from "./digest-part.ts";
import { digestOfRows, MAX_SHAPES } from "./digest-of-rows.ts";
import { openDigest } from "./read-digest.ts";
import { mergeReadLogs } from "./resume-log.ts";
import { mergeRows } from "./row-run.ts";
import { addCounts, NO_COUNTS, type ShapeRow } from "./shape-row.ts";
import { type StoredDigest, storedDigestOf } from "./stored-digest.ts";

/**
 * One digest of several, saved (by path) or at hand, in any order. Equal to the digest of all their logs where none of
 * them left something out: shapes beyond its `maxShapes` stay in `other`, whose number of shapes is then an upper bound.
 * Fingerprints of different versions are dropped. Throws as `readDigest` does.
 */
export function mergeDigests(
  digests: readonly (Digest | string)[],
  options: { readonly maxShapes?: number | undefined } = {},
): Digest {
  const stored = digests.map((digest) =>
    typeof digest === "string" ? openDigest(digest) : storedDigestOf(digest),
  );
  const versions = new Set(stored.flatMap(({ fingerprints }) => fingerprints ?? []));
  const rows = mergeRows(stored.map((digest) => digest.rows()));
  return digestOfRows(
    mergeHeads(stored.map(({ head }) => head)),
    versions.size > 1 ? withoutFingerprints(rows) : rows,
    options.maxShapes ?? MAX_SHAPES,
    {
      fingerprints: versions.size === 1 ? ([...versions][0] ?? null) : null,
      other: othersOf(stored),
      read: mergeReadLogs(stored.flatMap(({ read }) => read)),
      failureShapes: stored.flatMap(({ failureShapes }) => [...failureShapes]),
    },
  );
}

function* withoutFingerprints(rows: Iterable<ShapeRow>): Generator<ShapeRow> {
  for (const row of rows) yield { ...row, fingerprint: null };
}

function othersOf(stored: readonly StoredDigest[]): Digest["other"] {
  const others = stored.map(({ other }) => other).filter((other) => other !== null);
  if (others.length === 0) return null;
  return {
    ...others.reduce((sum, other) => addCounts(sum, other), NO_COUNTS),
    shapes: others.reduce((sum, { shapes }) => sum + shapes, 0),
  };
}
