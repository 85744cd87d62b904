import type {
  Digest,
  ExecutionExample,
  FailureClass,
  NameCount,
  ShapeCounts,
  ShapeDigest,
} from "./digest.ts";
import type { NameKind, PartHead } from "./digest-part.ts";
import { nameLimit } from "./digest-part.ts";
import { partsOf } from "./event-counts.ts";
import { failureClassId, failureClassText, otherFailures } from "./failure-class.ts";
import type { HashLimit } from "./hash-limit.ts";
import { chooseExamples, compareTexts } from "./kept-example.ts";
import { OTHER_NAME } from "./name-interner.ts";
import {
  addCounts,
  byCalls,
  keptOf,
  NO_COUNTS,
  type NameCalls,
  type ShapeRow,
} from "./shape-row.ts";
import { type Cell, cellsOfWidth } from "./timeline.ts";

/** Shapes that a digest lists. */
export const MAX_SHAPES = 2000;

/** Characters of examples and plans in a digest: each shape has fewer examples when they are more. */
const EXAMPLE_CHARACTERS: number = 24 * 1024 * 1024;

/** Names that a shape lists; the calls of the others are summed as {@link OTHER_NAME}. */
const NAMES_OF_SHAPE = 50;

const SHAPES_OF_FAILURE = 10;

/** What rows come from: digests that were finished before, of which some things are known already. */
export interface FinishedBefore {
  readonly fingerprints: string | null;
  readonly other: Digest["other"];
  readonly read: Digest["read"];
  /** Errors by class and shape; rows have none then. */
  readonly failureShapes: Iterable<readonly [failureClass: string, shape: string, count: number]>;
}

/**
 * The digest of rows of shapes: by id, one of each. Keeps `maxShapes` of them at a time, so there may be any number.
 * `head` is of all rows.
 */
export function digestOfRows(
  head: PartHead,
  rows: Iterable<ShapeRow>,
  maxShapes: number = MAX_SHAPES,
  before: FinishedBefore | null = null,
): Digest {
  // The names of finished digests were limited before.
  const limitOf = (kind: NameKind): HashLimit | null =>
    before === null ? nameLimit(head, kind) : null;
  const limits = {
    user: limitOf("user"),
    database: limitOf("database"),
    application: limitOf("application"),
  };
  const kept = new Set(
    head.failures
      .map((failures) => failureClassText(failures.severity, failures.code, failures.message))
      .map(failureClassId),
  );
  const failureShapes = new Map<string, { id: string; count: number }[]>();
  let shapes: ShapeRow[] = [];
  let halvings = 0;
  let characters = 0;
  let other: (ShapeCounts & { shapes: number }) | null = before?.other ?? null;
  const addFailures = (failureClass: string, shape: string, count: number): void => {
    const listed = kept.has(failureClass)
      ? failureClass
      : failureClassId(otherFailures(failureClass));
    addFailureShape(failureShapes, listed, shape, count);
  };
  for (const failures of before?.failureShapes ?? []) addFailures(...failures);

  /** Lists the greatest shapes only, and sums the others. */
  const shorten = (): void => {
    shapes.sort(byTotal);
    for (const {
      calls,
      errors,
      timedCalls,
      totalUs,
      rows: returned,
      rowsExamined,
      lockUs,
    } of shapes.splice(maxShapes)) {
      other = {
        ...addCounts(other ?? NO_COUNTS, {
          calls,
          errors,
          timedCalls,
          totalUs,
          rows: returned,
          rowsExamined,
          lockUs,
        }),
        shapes: (other?.shapes ?? 0) + 1,
      };
    }
    characters = shapes.reduce((sum, row) => sum + charactersOf(row), 0);
  };

  /** Fewer examples of each shape. Rows come by id: when this happens depends on nothing but them. */
  const thinOut = (): void => {
    while (characters > EXAMPLE_CHARACTERS && halvings < 4) {
      halvings += 1;
      shapes = shapes.map((row) => withExamples(row, halvings));
      characters = shapes.reduce((sum, row) => sum + charactersOf(row), 0);
    }
  };

  for (const row of rows) {
    if (isEmpty(row)) continue;
    // A part may hold the plan alone of an execution that another part counts.
    if (row.calls === 0 && row.errors === 0 && row.totalUs === 0) continue;
    for (const [id, count] of row.failures) addFailures(id, row.shape, count);
    const listed = withExamples(row, halvings);
    characters += charactersOf(listed);
    shapes.push({
      ...listed,
      buckets: cellsOfWidth(row.buckets, head.bucketMs),
      users: listedNames(row.users, limits.user),
      databases: listedNames(row.databases, limits.database),
      applications: listedNames(row.applications, limits.application),
      failures: [],
    });
    if (shapes.length >= 2 * maxShapes || characters > EXAMPLE_CHARACTERS) {
      shorten();
      thinOut();
    }
  }
  shorten();
  thinOut();
  return {
    sources: head.sources,
    read: before?.read ?? [],
    first: head.first,
    last: head.last,
    absoluteTimes: head.absoluteTimes,
    leftOut: head.leftOut,
    bucketMs: head.bucketMs,
    fingerprints: before?.fingerprints ?? null,
    shapes: shapes.map((row) => shapeDigestOf(row, halvings)),
    other,
    timeline: head.timeline.map(timeBucketOf),
    failures: failuresOf(head, failureShapes),
    events: head.events.map(({ kind, count, total, max }) => ({
      kind,
      count,
      total: total / partsOf(kind),
      max: max / partsOf(kind),
    })),
    unread: {
      lines: head.sources.reduce((sum, { unread }) => sum + unread.lines, 0),
      bytes: head.sources.reduce((sum, { unread }) => sum + unread.bytes, 0),
    },
  };
}

/** By total time, then calls, then errors, the greatest first; then by id. */
export function byTotal(left: ShapeRow, right: ShapeRow): number {
  return (
    right.totalUs - left.totalUs ||
    right.calls - left.calls ||
    right.errors - left.errors ||
    compareTexts(left.shape, right.shape)
  );
}

/** A shape may be seen in executions that aren't counted. */
function isEmpty({ calls, errors, totalUs, plan }: ShapeRow): boolean {
  return calls === 0 && errors === 0 && totalUs === 0 && plan === null;
}

function withExamples(row: ShapeRow, halvings: number): ShapeRow {
  return { ...row, examples: keptOf(chooseExamples(row.examples, halvings)) };
}

function charactersOf({ examples, plan }: ShapeRow): number {
  return examples.reduce(
    (sum, { sql, parameters }) => sum + sql.length + parameters.length,
    plan?.text.length ?? 0,
  );
}

function listedNames(names: NameCalls, limit: HashLimit | null): NameCalls {
  const calls = new Map<string, number>();
  const add = (name: string, count: number): void => {
    calls.set(name, (calls.get(name) ?? 0) + count);
  };
  for (const [name, count] of names) {
    add(limit === null || limit.kept.has(name) ? name : OTHER_NAME, count);
  }
  if (calls.size <= NAMES_OF_SHAPE) return byCalls(calls);
  const named = byCalls(calls).filter(([name]) => name !== OTHER_NAME);
  for (const [name, count] of named.slice(NAMES_OF_SHAPE - 1)) {
    calls.delete(name);
    add(OTHER_NAME, count);
  }
  return byCalls(calls);
}

function addFailureShape(
  shapes: Map<string, { id: string; count: number }[]>,
  failureClass: string,
  id: string,
  count: number,
): void {
  let listed = shapes.get(failureClass);
  if (listed === undefined) shapes.set(failureClass, (listed = []));
  const known = listed.find((shape) => shape.id === id);
  if (known !== undefined) known.count += count;
  else listed.push({ id, count });
  if (listed.length <= 2 * SHAPES_OF_FAILURE) return;
  listed.sort(byCount);
  listed.length = SHAPES_OF_FAILURE;
}

function byCount(
  left: { id: string; count: number },
  right: { id: string; count: number },
): number {
  return right.count - left.count || compareTexts(left.id, right.id);
}

function failuresOf(
  head: PartHead,
  shapes: ReadonlyMap<string, readonly { id: string; count: number }[]>,
): readonly FailureClass[] {
  return head.failures
    .map((failures) => {
      const text = failureClassText(failures.severity, failures.code, failures.message);
      const of = shapes.get(failureClassId(text)) ?? [];
      return { ...failures, shapes: of.toSorted(byCount).slice(0, SHAPES_OF_FAILURE) };
    })
    .toSorted(
      (left, right) =>
        right.count - left.count ||
        compareTexts(left.code, right.code) ||
        compareTexts(left.message, right.message) ||
        compareTexts(left.severity, right.severity),
    );
}

/** A shape of a digest as a row: what it was made from, as far as it was kept. */
export function rowOfShapeDigest(shape: ShapeDigest): ShapeRow {
  const { id, buckets, users, databases, applications, examples, ...rest } = shape;
  return {
    shape: id,
    ...rest,
    buckets: buckets.map(cellOf),
    users: users.map(nameCallsOf),
    databases: databases.map(nameCallsOf),
    applications: applications.map(nameCallsOf),
    examples: examples.map(({ rank, at, us, sql, parameters }) => ({
      rank,
      at,
      us,
      sql,
      parameters,
    })),
    failures: [],
  };
}

export function cellOf({ at, calls, errors, rows, totalUs }: Digest["timeline"][number]): Cell {
  return [at, calls, errors, rows, totalUs];
}

function nameCallsOf({ name, calls }: NameCount): [name: string, calls: number] {
  return [name, calls];
}

/** A row as the digest's value. */
export function shapeDigestOf(row: ShapeRow, halvings = 0): ShapeDigest {
  const { shape, examples, buckets, users, databases, applications, failures: _, ...rest } = row;
  const { drawn, slowest } = chooseExamples(examples, halvings);
  const exampleOf =
    (kind: ExecutionExample["kind"]) =>
    ({ sql, parameters, us, at, rank }: (typeof examples)[number]): ExecutionExample => ({
      sql,
      parameters,
      us,
      at,
      kind,
      rank,
    });
  return {
    id: shape,
    ...rest,
    buckets: buckets.map(timeBucketOf),
    users: users.map(nameCountOf),
    databases: databases.map(nameCountOf),
    applications: applications.map(nameCountOf),
    examples: [
      ...drawn.map(exampleOf("drawn")),
      ...slowest.filter((example) => !drawn.includes(example)).map(exampleOf("slowest")),
    ],
  };
}

function timeBucketOf([at, calls, errors, rows, totalUs]: Cell): Digest["timeline"][number] {
  return { at, calls, errors, rows, totalUs };
}

function nameCountOf([name, calls]: readonly [string, number]): NameCount {
  return { name, calls };
}
