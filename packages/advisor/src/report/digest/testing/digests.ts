import type {
  Digest,
  ExecutionExample,
  NameCount,
  ShapeDigest,
  TimeBucket,
} from "../../../digest/digest.ts";
import { bucketOf, type Histogram } from "../../../digest/histogram.ts";

const START = Date.UTC(2026, 2, 1);
const FIVE_MINUTES = 300_000;

/** `calls` of them took about `us`, most a little less and few much more. */
function around(us: number, calls: number): Histogram {
  const parts: readonly (readonly [factor: number, share: number])[] = [
    [0.4, 0.08],
    [0.6, 0.2],
    [0.8, 0.3],
    [1.1, 0.22],
    [1.9, 0.12],
    [4, 0.05],
    [20, 0.02],
    [150, 0.01],
  ];
  return parts
    .map(
      ([factor, share]) => [bucketOf(Math.round(us * factor)), Math.round(calls * share)] as const,
    )
    .filter(([, count]) => count > 0);
}

/** Seven hours, with a peak at 03:10. */
function load(calls: number, totalUs: number, errors = 0): readonly TimeBucket[] {
  const weights = Array.from({ length: 84 }, (_, index) =>
    index % 17 === 5 ? 0 : 1 + Math.sin(index / 9) + (index === 38 ? 14 : index === 39 ? 6 : 0),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.flatMap((weight, index) => {
    if (weight <= 0) return [];
    const share = weight / sum;
    return [
      {
        at: START + index * FIVE_MINUTES,
        calls: Math.round(calls * share),
        errors: index === 38 ? errors : 0,
        rows: Math.round(calls * share * 3),
        totalUs: Math.round(totalUs * share),
      },
    ];
  });
}

interface ShapeParts {
  readonly id: string;
  readonly text: string;
  readonly calls: number;
  readonly meanUs: number;
  readonly fingerprint?: string | null;
  readonly errors?: number;
  readonly examples?: readonly ExecutionExample[];
  readonly plan?: ShapeDigest["plan"];
  readonly users?: readonly NameCount[];
  readonly databases?: readonly NameCount[];
  readonly applications?: readonly NameCount[];
  readonly queryId?: string | null;
}

/** A shape whose calls spread around a mean. */
export function shapeOf(parts: ShapeParts): ShapeDigest {
  const { id, text, calls, meanUs, errors = 0 } = parts;
  const totalUs = calls * meanUs;
  return {
    id,
    fingerprint: parts.fingerprint ?? null,
    lexis: "postgres",
    text,
    queryId: parts.queryId ?? null,
    calls,
    errors,
    timedCalls: calls,
    totalUs,
    rows: calls * 3,
    rowsExamined: 0,
    lockUs: 0,
    minUs: Math.round(meanUs * 0.4),
    maxUs: Math.round(meanUs * 160),
    histogram: around(Math.round(meanUs * 0.4), calls),
    buckets: load(calls, totalUs, errors),
    users: parts.users ?? [{ name: "app", calls }],
    databases: parts.databases ?? [{ name: "shop", calls }],
    applications: parts.applications ?? [],
    examples: parts.examples ?? [],
    plan: parts.plan ?? null,
  };
}

const ordersOfCustomer = shapeOf({
  id: "8f2a6c0d94e1b301",
  fingerprint: "8f2a6c0d94e1b375",
  queryId: "-4213098123",
  text: "SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders o WHERE o.customer_id = ? AND o.created_at >= ? ORDER BY o.created_at DESC LIMIT ?",
  calls: 1_204_112,
  meanUs: 6_320,
  users: [
    { name: "app", calls: 1_200_000 },
    { name: "report", calls: 4_112 },
  ],
  applications: [
    { name: "checkout", calls: 1_000_000 },
    { name: "worker <1>", calls: 204_112 },
  ],
  examples: [
    {
      sql: "SELECT o.id, o.status FROM public.orders o WHERE o.customer_id = 4711 AND o.created_at >= '2026-01-01' ORDER BY o.created_at DESC LIMIT 25",
      parameters: "",
      us: 1_011_200,
      at: START + 38 * FIVE_MINUTES + 12_345,
      kind: "slowest",
      rank: 9,
    },
    {
      sql: "SELECT o.id, o.status FROM public.orders o WHERE o.customer_id = $1 AND o.created_at >= $2",
      parameters: "$1 = '42', $2 = '2026-02-01'",
      us: 2_400,
      at: START + 3 * FIVE_MINUTES,
      kind: "drawn",
      rank: 1,
    },
  ],
  plan: {
    us: 1_011_200,
    text: "Limit  (cost=41203.06..41203.12 rows=25 width=52)\n  ->  Sort  (cost=41203.06..41203.29 rows=93 width=52)\n\tSort Key: created_at DESC\n        ->  Seq Scan on orders o  (cost=0.00..41200.21 rows=93 width=52)\n              Filter: (customer_id = 4711)",
  },
});

const commit: ShapeDigest = {
  ...shapeOf({ id: "c0ffee0000000003", text: "COMMIT", calls: 40_000, meanUs: 0 }),
  timedCalls: 0,
  rows: 0,
  minUs: 0,
  maxUs: 0,
  histogram: [],
};

const shapes: readonly ShapeDigest[] = [
  ordersOfCustomer,
  shapeOf({
    id: "31d2a80c77f0e912",
    fingerprint: "77aa01c9d2e4f386",
    text: "SELECT * FROM customers WHERE email = ?",
    calls: 402_000,
    meanUs: 2_900,
  }),
  shapeOf({
    id: "aa10000000000007",
    text: "UPDATE inventory SET reserved = reserved + ? WHERE sku = ? AND warehouse_id IN (?)",
    calls: 61_400,
    meanUs: 12_800,
    errors: 310,
    applications: [{ name: "checkout", calls: 61_400 }],
  }),
  shapeOf({
    id: "bb20000000000008",
    text: 'SELECT "größe", name FROM "Käufer Büro"."straße" WHERE lower(name) = ?',
    calls: 5_120,
    meanUs: 19_000,
  }),
  shapeOf({
    id: "dd30000000000009",
    text: "REFRESH MATERIALIZED VIEW CONCURRENTLY daily_sales",
    calls: 2,
    meanUs: 31_000_000,
  }),
  commit,
];

/** Seven hours of a server with trouble at 03:10. */
export const fullDigest: Digest = {
  read: [],
  sources: [
    {
      name: "/var/log/postgresql/postgresql-2026-03-01.log",
      format: "stderr",
      bytes: 1_288_490_188,
      records: 3_012_411,
      unread: { lines: 1_204, bytes: 41_213 },
    },
    {
      name: "postgresql-2026-03-01.json.gz",
      format: "jsonlog in docker",
      bytes: 20_971_520,
      records: 48_112,
      unread: { lines: 0, bytes: 0 },
    },
    { name: "empty.log", format: null, bytes: 0, records: 0, unread: { lines: 0, bytes: 0 } },
  ],
  first: START + 812,
  last: START + 84 * FIVE_MINUTES - 90,
  absoluteTimes: true,
  leftOut: 1_311,
  bucketMs: FIVE_MINUTES,
  fingerprints: "libpg-query 18.1.5",
  shapes,
  other: {
    shapes: 812,
    calls: 9_100,
    errors: 4,
    timedCalls: 9_100,
    totalUs: 18_300_000,
    rows: 12_000,
    rowsExamined: 0,
    lockUs: 0,
  },
  timeline: load(
    shapes.reduce((sum, { calls }) => sum + calls, 9_100),
    shapes.reduce((sum, { totalUs }) => sum + totalUs, 18_300_000),
    314,
  ),
  failures: [
    {
      severity: "error",
      code: "40P01",
      message: "deadlock detected",
      count: 310,
      first: START + 38 * FIVE_MINUTES,
      last: START + 39 * FIVE_MINUTES - 1,
      shapes: [{ id: "aa10000000000007", count: 310 }],
    },
    {
      severity: "cancel",
      code: "57014",
      message: "canceling statement due to statement timeout",
      count: 4,
      first: START + 38 * FIVE_MINUTES,
      last: START + 40 * FIVE_MINUTES,
      shapes: [
        { id: "8f2a6c0d94e1b301", count: 3 },
        { id: "not-listed", count: 1 },
      ],
    },
    {
      severity: "fatal",
      code: "",
      message: "password authentication failed for user ?",
      count: 2,
      first: null,
      last: null,
      shapes: [],
    },
  ],
  events: [
    { kind: "temporary-file", count: 41, total: 9_800_000_000, max: 1_900_000_000 },
    { kind: "lock-wait", count: 212, total: 812_000, max: 30_012 },
    { kind: "deadlock", count: 310, total: 0, max: 0 },
    { kind: "checkpoint", count: 14, total: 1_820_000, max: 270_000 },
    { kind: "connection", count: 1_204, total: 0, max: 0 },
  ],
  unread: { lines: 1_204, bytes: 41_213 },
};

/** Nothing was in the logs. */
export const emptyDigest: Digest = {
  read: [],
  sources: [{ name: "stdin", format: null, bytes: 0, records: 0, unread: { lines: 0, bytes: 0 } }],
  first: null,
  last: null,
  absoluteTimes: true,
  leftOut: 0,
  bucketMs: 60_000,
  fingerprints: null,
  shapes: [],
  other: null,
  timeline: [],
  failures: [],
  events: [],
  unread: { lines: 0, bytes: 0 },
};

/** A log without durations, by a clock whose zone isn't known. */
export const digestWithoutTimes: Digest = {
  ...emptyDigest,
  sources: [
    {
      name: "general.log",
      format: "mysql general log",
      bytes: 4_096,
      records: 12,
      unread: { lines: 0, bytes: 0 },
    },
  ],
  first: START,
  last: START,
  absoluteTimes: false,
  shapes: [commit],
  timeline: [{ at: START, calls: 40_000, errors: 0, rows: 0, totalUs: 0 }],
};
