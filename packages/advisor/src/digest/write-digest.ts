import { randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { DbadviseError } from "../dbadvise-error.ts";
import type { Digest } from "./digest.ts";
import { HISTOGRAM_SCHEME } from "./histogram.ts";
import { writeLinesToFile } from "./row-run.ts";
import type { ShapeRow } from "./shape-row.ts";
import { storedDigestOf } from "./stored-digest.ts";

/** Of the file: docs/digest-format.md says what its lines hold. */
export const DIGEST_FORMAT = "dbadvise-digest";
export const DIGEST_VERSION = 1;

export interface WriteDigestOptions {
  /** Writes statements, parameters and plans as the logs have them: data. Default: shapes only. */
  readonly examples?: boolean;
}

/**
 * Writes a digest as lines of JSON, to be merged with others. The file is replaced when all is
 * written, and only its owner may read it. Throws
 * `DbadviseError` `file-not-readable` where it can't be written.
 */
export function writeDigest(path: string, digest: Digest, options: WriteDigestOptions = {}): void {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    writeLinesToFile(unfinished, linesOf(digest, options.examples ?? false), 0o600);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new DbadviseError(
      "file-not-readable",
      `Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`,
      "Name a file in a folder that can be written to.",
      { cause: error },
    );
  }
}

function* linesOf(digest: Digest, withExamples: boolean): Generator {
  const { head, ...stored } = storedDigestOf(digest);
  yield {
    format: DIGEST_FORMAT,
    version: DIGEST_VERSION,
    tool: "dbadvise",
    fingerprints: digest.fingerprints,
    histogram: HISTOGRAM_SCHEME,
    bucketMs: digest.bucketMs,
    first: digest.first,
    last: digest.last,
    absoluteTimes: digest.absoluteTimes,
    leftOut: digest.leftOut,
    sources: digest.sources,
    read: digest.read,
  };
  for (const { kind, ...counts } of head.events) yield { event: kind, ...counts };
  for (const { shapes, ...failures } of digest.failures) {
    const { message, ...counts } = failures;
    yield { failure: message, ...counts, shapes: shapes.map(({ id, count }) => [id, count]) };
  }
  for (const [at, calls, errors, rows, totalUs] of head.timeline) {
    yield { bucket: at, calls, errors, rows, totalUs };
  }
  if (digest.other !== null) {
    const { shapes, ...counts } = digest.other;
    yield { other: shapes, ...counts };
  }
  for (const row of stored.rows()) yield withExamples ? row : redacted(row);
}

/** Without what statements held: the text of an example is empty where it isn't told. */
function redacted(row: ShapeRow): ShapeRow {
  return {
    ...row,
    plan: null,
    examples: row.examples.map((example) => ({ ...example, sql: "", parameters: "" })),
  };
}
