import type { LexisName } from "../log/sql-key/lexis.ts";
import type { Digest, FailureClass, ShapeDigest } from "./digest.ts";
import { byTotal, rowOfShapeDigest, shapeDigestOf } from "./digest-of-rows.ts";
import { compareTexts } from "./kept-example.ts";
import { addRows, type ShapeRow } from "./shape-row.ts";

/** Texts of a shape that are given to the parser before the shape is left without a fingerprint. */
const TRIED_TEXTS = 3;

/** A parser's fingerprints: equal for statements of one shape. */
export interface Fingerprinter {
  /** Lexical rules of the statements that it parses. */
  readonly lexis: LexisName;
  /** What makes them, with its version. */
  readonly version: string;
  /** `null` where the text doesn't parse. */
  fingerprint(sql: string): Promise<string | null>;
}

/**
 * Gives the shapes that a parser knows their fingerprints and makes one of those with equal ones: its id and text
 * are those of the smallest id. Others stay as they are. The result doesn't depend on the order of the shapes.
 */
export async function mergeByFingerprint(
  digest: Digest,
  fingerprinter: Fingerprinter,
): Promise<Digest> {
  const isCurrent = digest.fingerprints === fingerprinter.version;
  const merged = new Map<string, ShapeRow>();
  const ids = new Map<string, string>();
  for (const shape of digest.shapes.toSorted((one, other) => compareTexts(one.id, other.id))) {
    const known = isCurrent ? shape.fingerprint : null;
    const fingerprint = known ?? (await fingerprintOf(shape, fingerprinter));
    const row = { ...rowOfShapeDigest(shape), fingerprint };
    const key = fingerprint ?? `${shape.id} has none`;
    const first = merged.get(key);
    merged.set(key, first === undefined ? row : { ...addRows(first, row), text: first.text });
    ids.set(shape.id, first?.shape ?? shape.id);
  }
  return {
    ...digest,
    fingerprints: fingerprinter.version,
    shapes: [...merged.values()].toSorted(byTotal).map((row) => shapeDigestOf(row)),
    failures: digest.failures.map((failures) => withIds(failures, ids)),
  };
}

async function fingerprintOf(
  { lexis, examples }: ShapeDigest,
  fingerprinter: Fingerprinter,
): Promise<string | null> {
  if (lexis !== fingerprinter.lexis) return null;
  const texts = new Set(examples.map(({ sql }) => sql));
  for (const sql of [...texts].slice(0, TRIED_TEXTS)) {
    const fingerprint = await fingerprinter.fingerprint(sql);
    if (fingerprint !== null) return fingerprint;
  }
  return null;
}

function withIds(failures: FailureClass, ids: ReadonlyMap<string, string>): FailureClass {
  const counts = new Map<string, number>();
  for (const { id, count } of failures.shapes) {
    const merged = ids.get(id) ?? id;
    counts.set(merged, (counts.get(merged) ?? 0) + count);
  }
  const shapes = [...counts].map(([id, count]) => ({ id, count }));
  return {
    ...failures,
    shapes: shapes.toSorted(
      (one, other) => other.count - one.count || compareTexts(one.id, other.id),
    ),
  };
}
