import fc from "fast-check";
import { expect, test } from "vitest";
import type { Digest, ShapeDigest } from "./digest.ts";
import { type Fingerprinter, mergeByFingerprint } from "./merge-by-fingerprint.ts";

/** The parser's part is played by a table: PostgreSQL's own is tested where it is. */
const FINGERPRINTS: Readonly<Record<string, string>> = {
  "select a as b from t": "00000000000000aa",
  "select a b from t": "00000000000000aa",
  "select c from t": "00000000000000cc",
};
const fingerprinter: Fingerprinter = {
  lexis: "postgres",
  version: "test 1",
  fingerprint: (sql: string) => Promise.resolve(FINGERPRINTS[sql] ?? null),
};

function shape(id: number, sql: string, fields: Partial<ShapeDigest> = {}): ShapeDigest {
  return {
    id: id.toString(16).padStart(16, "0"),
    fingerprint: null,
    lexis: "postgres",
    text: sql,
    queryId: null,
    calls: 2,
    errors: 1,
    timedCalls: 2,
    totalUs: 300,
    rows: 4,
    rowsExamined: 0,
    lockUs: 0,
    minUs: 100,
    maxUs: 200,
    histogram: [
      [10, 1],
      [20, 1],
    ],
    buckets: [{ at: 0, calls: 2, errors: 1, rows: 4, totalUs: 300 }],
    users: [{ name: "ann", calls: 2 }],
    databases: [{ name: "shop", calls: 2 }],
    applications: [],
    examples: [{ sql, parameters: "", us: 200, at: 0, kind: "drawn", rank: id }],
    plan: null,
    ...fields,
  };
}

function digest(shapes: readonly ShapeDigest[]): Digest {
  return {
    sources: [],
    read: [],
    first: 0,
    last: 1000,
    absoluteTimes: true,
    leftOut: 0,
    bucketMs: 60_000,
    fingerprints: null,
    shapes,
    other: null,
    timeline: [],
    failures: [
      {
        severity: "error",
        code: "22012",
        message: "division by zero",
        count: 3,
        first: 0,
        last: 0,
        shapes: shapes.map(({ id }) => ({ id, count: 1 })),
      },
    ],
    events: [],
    unread: { lines: 0, bytes: 0 },
  };
}

const SHAPES: readonly ShapeDigest[] = [
  shape(2, "select a as b from t", {
    totalUs: 1000,
    maxUs: 900,
    queryId: "12",
    users: [{ name: "bob", calls: 2 }],
    plan: { us: 900, text: "Seq Scan" },
    buckets: [{ at: 60_000, calls: 2, errors: 1, rows: 4, totalUs: 1000 }],
  }),
  shape(1, "select a b from t", { minUs: 50 }),
  shape(3, "select c from t"),
  shape(4, "select broken"),
  shape(5, "select also broken"),
  shape(6, "select a b from t", { lexis: "mysql" }),
];

test("shapes with one fingerprint are one", async () => {
  const merged = await mergeByFingerprint(digest(SHAPES), fingerprinter);
  expect(merged.fingerprints).toBe("test 1");
  expect(merged.shapes.map(({ id, fingerprint }) => [Number(`0x${id}`), fingerprint])).toEqual([
    [1, "00000000000000aa"],
    [3, "00000000000000cc"],
    [4, null],
    [5, null],
    [6, null],
  ]);
  expect(merged.shapes[0]).toMatchObject({
    text: "select a b from t",
    calls: 4,
    errors: 2,
    timedCalls: 4,
    totalUs: 1300,
    rows: 8,
    minUs: 50,
    maxUs: 900,
    queryId: "12",
    histogram: [
      [10, 2],
      [20, 2],
    ],
    buckets: [
      { at: 0, calls: 2, errors: 1, rows: 4, totalUs: 300 },
      { at: 60_000, calls: 2, errors: 1, rows: 4, totalUs: 1000 },
    ],
    users: [
      { name: "ann", calls: 2 },
      { name: "bob", calls: 2 },
    ],
    databases: [{ name: "shop", calls: 4 }],
    plan: { us: 900, text: "Seq Scan" },
  });
  expect(merged.shapes[0]?.examples.map(({ sql }) => sql)).toEqual([
    "select a b from t",
    "select a as b from t",
  ]);
  expect(merged.failures[0]?.shapes.map(({ id, count }) => [Number(`0x${id}`), count])).toEqual([
    [1, 2],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 1],
  ]);
});

test("whatever the order, and once is enough", async () => {
  const expected = await mergeByFingerprint(digest(SHAPES), fingerprinter);
  expect(await mergeByFingerprint(expected, fingerprinter)).toEqual(expected);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...SHAPES], { minLength: SHAPES.length }),
      async (shapes) => {
        expect(await mergeByFingerprint(digest(shapes), fingerprinter)).toEqual(expected);
      },
    ),
  );
});

test("fingerprints of another version are made anew", async () => {
  const old = digest([shape(1, "select c from t", { fingerprint: "ffffffffffffffff" })]);
  for (const [version, fingerprint] of [
    ["test 0", "00000000000000cc"],
    ["test 1", "ffffffffffffffff"],
  ] as const) {
    const merged = await mergeByFingerprint({ ...old, fingerprints: version }, fingerprinter);
    expect(merged.shapes[0]?.fingerprint).toBe(fingerprint);
  }
});

test("an example that doesn't parse, cut off say, is not the last word", async () => {
  const whole = shape(1, "select c from t").examples[0];
  const cut = { ...shape(1, "select c fr").examples[0], rank: 0 };
  const examples = [cut, whole] as ShapeDigest["examples"];
  const merged = await mergeByFingerprint(
    digest([shape(1, "select c from t", { examples }), shape(9, "select c from t")]),
    fingerprinter,
  );
  expect(merged.shapes).toHaveLength(1);
});
