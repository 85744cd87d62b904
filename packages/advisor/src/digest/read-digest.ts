import { DbadviseError } from "../dbadvise-error.ts";
import type { Digest, DigestedSource, ReadLog, ShapeCounts } from "./digest.ts";
import { mergeHeads, type PartEvents, type PartFailures } from "./digest-part.ts";
import { digestOfRows } from "./digest-of-rows.ts";
import { failureClassId, failureClassText } from "./failure-class.ts";
import { HISTOGRAM_SCHEME } from "./histogram.ts";
import { compareTexts } from "./kept-example.ts";
import { mergeReadLogs } from "./resume-log.ts";
import { linesOf, mergeRows } from "./row-run.ts";
import {
  type DigestHeader,
  isBucketLine,
  isEventLine,
  isFailureLine,
  isHeader,
  isOtherLine,
  isShapeRow,
} from "./saved-lines.ts";
import type { ShapeRow } from "./shape-row.ts";
import { NO_NAMES, type StoredDigest } from "./stored-digest.ts";
import type { Cell } from "./timeline.ts";
import { DIGEST_FORMAT, DIGEST_VERSION } from "./write-digest.ts";

/**
 * Reads a saved digest. Lines that are damaged are counted as unread, in a source that has the file's name. Throws
 * `DbadviseError`: `file-not-readable`; `bad-digest` where it isn't one, or of another version.
 */
export function readDigest(path: string): Digest {
  const stored = openDigest(path);
  const rows = mergeRows([stored.rows()]);
  return digestOfRows(mergeHeads([stored.head]), rows, Number.POSITIVE_INFINITY, stored);
}

/** Opens a saved digest for merging: its shapes are read when they are asked for, one at a time. Throws as {@link readDigest}. */
export function openDigest(path: string): StoredDigest {
  const lines = fileLines(path);
  const header = headerOf(path, lines.next().value);
  const events: PartEvents[] = [];
  const failures: PartFailures[] = [];
  const failureShapes: [failureClass: string, shape: string, count: number][] = [];
  const timeline: Cell[] = [];
  const unread = { lines: 0, bytes: 0 };
  let other: (ShapeCounts & { shapes: number }) | null = null;
  let lastShape = "";
  let isSorted = true;
  for (const line of lines) {
    const value = parsed(line);
    if (isShapeRow(value)) {
      if (compareTexts(value.shape, lastShape) < 0) isSorted = false;
      lastShape = value.shape;
    } else if (isBucketLine(value)) {
      timeline.push([value.bucket, value.calls, value.errors, value.rows, value.totalUs]);
    } else if (isFailureLine(value)) {
      const { failure: message, shapes, severity, code, count, first, last } = value;
      failures.push({ severity, code, message, count, first, last });
      const failureClass = failureClassId(failureClassText(severity, code, message));
      for (const [shape, errors] of shapes) failureShapes.push([failureClass, shape, errors]);
    } else if (isEventLine(value)) {
      const { event: kind, count, total, max } = value;
      events.push({ kind, count, total, max });
    } else if (isOtherLine(value)) {
      const { other: shapes, ...counts } = value;
      other = { ...counts, shapes };
    } else if (line !== "") {
      unread.lines += 1;
      unread.bytes += Buffer.byteLength(line) + 1;
    }
  }
  const damaged: DigestedSource = {
    name: path,
    format: "digest",
    bytes: unread.bytes,
    records: 0,
    unread,
  };
  return {
    head: {
      first: header.first,
      last: header.last,
      absoluteTimes: header.absoluteTimes,
      leftOut: header.leftOut,
      bucketMs: header.bucketMs,
      timeline,
      names: NO_NAMES,
      failureHalvings: 0,
      failures,
      events,
      sources: unread.lines > 0 ? [...header.sources, damaged] : header.sources,
    },
    fingerprints: header.fingerprints,
    // Those of earlier versions have none.
    read: header.read ?? [],
    other,
    failureShapes,
    // What another program has merged may be in any order.
    rows: () =>
      isSorted
        ? shapesOf(path)
        : [...shapesOf(path)].toSorted((left, right) => compareTexts(left.shape, right.shape)),
  };
}

/** How far logs were read into saved digests, as one. Throws as {@link readDigest}. */
export function readLogsOf(paths: readonly string[]): readonly ReadLog[] {
  return mergeReadLogs(
    paths.flatMap((path) => {
      const lines = fileLines(path);
      try {
        return headerOf(path, lines.next().value).read ?? [];
      } finally {
        lines.return(undefined);
      }
    }),
  );
}

function headerOf(path: string, line: string | undefined): DigestHeader {
  const value = parsed(line ?? "");
  const format =
    typeof value === "object" && value !== null
      ? (value as { format?: unknown; version?: unknown })
      : {};
  if (format.format !== DIGEST_FORMAT) {
    throw new DbadviseError(
      "bad-digest",
      `${path} is not a saved digest: its first line is no header.`,
      "Name a file that `dbadvise digest --save` wrote.",
    );
  }
  if (
    format.version !== DIGEST_VERSION ||
    !isHeader(value) ||
    value.histogram !== HISTOGRAM_SCHEME
  ) {
    throw new DbadviseError(
      "bad-digest",
      `${path} is a digest of version ${String(format.version)} that this version doesn't read.`,
      `Digests of version ${DIGEST_VERSION} with histograms \`${HISTOGRAM_SCHEME}\` are read: save it again from its logs.`,
    );
  }
  return value;
}

function* shapesOf(path: string): Generator<ShapeRow> {
  for (const line of fileLines(path)) {
    const row = parsed(line);
    if (!isShapeRow(row)) continue;
    // Examples that were saved without their texts.
    yield {
      ...row,
      examples: row.examples.map((example) =>
        example.sql === "" ? { ...example, sql: row.text } : example,
      ),
    };
  }
}

function* fileLines(path: string): Generator<string, undefined> {
  try {
    yield* linesOf({ path });
  } catch (error) {
    throw new DbadviseError(
      "file-not-readable",
      `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      "Check the path and its permissions.",
      { cause: error },
    );
  }
  return undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
