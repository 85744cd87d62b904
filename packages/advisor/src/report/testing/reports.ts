import type { Finding, QueryImpact } from "../../findings/finding.ts";
import type { Report, ReportedIndex } from "../report.ts";

const DAY_MS = 86_400_000;
const planner = "sandbox (PostgreSQL 18.6)";

const ordersOfCustomer: QueryImpact = {
  fingerprint: "8f2a6c0d94e1b375",
  sql: `SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at
  FROM public.orders o
 WHERE o.customer_id = $1 AND o.created_at >= $2
 ORDER BY o.created_at DESC
 LIMIT $3`,
  calls: 1_204_112,
  totalMs: 7_612_400,
  callSites: [
    { file: "src/orders.ts", line: 42, column: 9, function: "findOrders", calls: 1_000_000 },
    {
      file: "src/app [old]/list|`x`\u001b[2J.ts",
      line: 7,
      column: 1,
      function: null,
      calls: 204_000,
    },
  ],
  costBefore: 41_203.12,
  costAfter: 8.45,
  rewrite: null,
  planBefore: [
    "Limit  (cost=41203.06..41203.12 rows=25 width=52)",
    "  ->  Sort  (cost=41203.06..41203.29 rows=93 width=52)",
    "        Sort Key: created_at DESC",
    "        ->  Seq Scan on orders o  (cost=0.00..41200.21 rows=93 width=52)",
    "              Filter: ((created_at >= $2) AND (customer_id = $1))",
  ],
  planAfter: [
    "Limit  (cost=0.43..8.45 rows=25 width=52)",
    "  ->  Index Scan Backward using orders_customer_id_created_at_idx on orders o  (cost=0.43..30.12 rows=93 width=52)",
    "        Index Cond: ((customer_id = $1) AND (created_at >= $2))",
  ],
};

const countOfCustomer: QueryImpact = {
  fingerprint: "11d7be5590aa42c3",
  sql: "SELECT count(*) FROM orders WHERE customer_id = $1",
  calls: 88_410,
  totalMs: 902_117,
  callSites: [
    { file: "src/orders.ts", line: 42, column: 9, function: "findOrders", calls: 80_000 },
    { file: "/srv/app/jobs/count.ts", line: 3, column: 1, function: "Job.run", calls: 8_410 },
  ],
  costBefore: 38_790.5,
  costAfter: 12.1,
  rewrite: null,
  planBefore: ["Aggregate  (cost=38790.49..38790.50 rows=1 width=8)"],
  planAfter: ["Aggregate  (cost=12.09..12.10 rows=1 width=8)"],
};

/** One finding of each code, several without evidence, and names and SQL that try to break every format. */
export const fullReport: Report = {
  version: 1,
  analyzedAt: "2026-03-02T09:30:00.000Z",
  server: {
    engine: "PostgreSQL",
    product: "PostgreSQL",
    version: "15.18 (Debian 15.18-0+deb12u1)",
    database: "shop",
    capturedAt: "2026-03-02T09:29:41.000Z",
    nodes: ["10.0.0.5:5432/shop", "10.0.0.6:5432/shop"],
  },
  planner: { name: planner, calls: { requests: 1_930, planned: 1_204, milliseconds: 3_140 } },
  workload: {
    sources: ["pg_stat_statements", "postgresql-2026-03-01.log.gz"],
    queries: 214,
    calls: 12_406_113,
    totalMs: 11_530_000,
    seconds: 7 * 86_400,
  },
  findings: [
    {
      code: "missing-index",
      severity: "error",
      object: {
        type: "index",
        schema: "public",
        table: "orders",
        name: "orders_customer_id_created_at_idx",
        columns: ["customer_id", "created_at"],
      },
      message:
        "2 queries look up orders by customer_id (newest first for one of them) and read all 1,600,000 rows each time; an index on (customer_id, created_at) reads about 93.",
      confidence: "verified",
      evidence: [
        {
          check: "replan",
          verdict: "for",
          detail:
            "the planner uses it for 2 of 2 queries; without it their cost is 4,215 times higher",
        },
        {
          check: "writes",
          verdict: "against",
          detail: "1,940 inserts a day will maintain one more index",
        },
      ],
      queries: [ordersOfCustomer, countOfCustomer],
      bytes: 50_470_912,
      savedMsPerDay: 1_215_900,
      ddl: {
        apply: [
          "CREATE INDEX CONCURRENTLY orders_customer_id_created_at_idx ON public.orders (customer_id, created_at);",
        ],
        undo: ["DROP INDEX CONCURRENTLY public.orders_customer_id_created_at_idx;"],
      },
      planner,
    },
    {
      code: "missing-index",
      severity: "warning",
      object: {
        type: "index",
        schema: "Käufer Büro",
        table: "straße`|<b>x</b>",
        name: "straße_größe_idx",
        columns: ["größe", "lower(name)"],
      },
      message:
        '1 query filters "straße`|<b>x</b>" by größe, @admin; see [here](javascript:alert(1)) and \u001b[31mred\u001b[0m.',
      confidence: "estimated",
      evidence: [{ check: "replan", verdict: "for", detail: "cost 1,204 -> 310" }],
      queries: [
        {
          fingerprint: "a0b1c2d3e4f50617",
          sql: "SELECT \"größe\", '```', `x` | y, '<script>alert(1)</script>', '\u001b[2J\u001b]0;owned\u0007', '\u009b31m', '\u202egnp.exe', '日本語のテキスト', '👩‍👩‍👧‍👦 family', repeat($1, 3)\nFROM \"Käufer Büro\".\"straße`|<b>x</b>\" WHERE \"größe\" = $2 AND lower(name) = $3 -- </details>",
          calls: 5_120,
          totalMs: 61_440,
          callSites: [],
          costBefore: 1_204,
          costAfter: 310,
          rewrite: null,
          planBefore: [
            'Seq Scan on "straße`|<b>x</b>"  (cost=0.00..1204.00 rows=12 width=40)',
            '  Filter: ("größe" = $2) \u001b[1mbold',
          ],
          planAfter: [
            'Index Scan using "straße_größe_idx"  (cost=0.29..310.00 rows=12 width=40)',
            "```",
          ],
        },
      ],
      bytes: 2_310_144,
      savedMsPerDay: 6_500,
      ddl: {
        apply: [
          'CREATE INDEX CONCURRENTLY "straße_größe_idx" ON "Käufer Büro"."straße`|<b>x</b>" ("größe", lower(name));',
          "-- ```\u001b[31m",
        ],
        undo: ['DROP INDEX CONCURRENTLY "Käufer Büro"."straße_größe_idx";'],
      },
      planner,
    },
    {
      code: "unindexed-foreign-key",
      severity: "warning",
      object: {
        type: "constraint",
        schema: "public",
        table: "order_items",
        name: "order_items_product_id_fkey",
        columns: ["product_id"],
      },
      message:
        "A delete in public.products reads all 4,100,000 rows of public.order_items to keep the foreign key.",
      confidence: "verified",
      evidence: [
        {
          check: "writes",
          verdict: "for",
          detail: "310 deletes of public.products since 2026-01-12",
        },
      ],
      queries: [],
      bytes: 29_360_128,
      savedMsPerDay: null,
      ddl: {
        apply: [
          "CREATE INDEX CONCURRENTLY order_items_product_id_idx ON public.order_items (product_id);",
        ],
        undo: ["DROP INDEX CONCURRENTLY public.order_items_product_id_idx;"],
      },
      planner: null,
    },
    {
      code: "duplicate-index",
      severity: "warning",
      object: {
        type: "index",
        schema: "public",
        table: "customers",
        name: "customers_email_idx1",
        columns: ["email"],
      },
      message: "customers_email_idx1 is the same as customers_email_idx; each write keeps both.",
      confidence: "verified",
      evidence: [
        { check: "constraint", verdict: "for", detail: "implements no constraint" },
        { check: "replica-identity", verdict: "for", detail: "is not the replica identity" },
        {
          check: "replan",
          verdict: "for",
          detail: "no query of the workload changes its cost without it",
        },
      ],
      queries: [
        {
          fingerprint: "77aa01c9d2e4f386",
          sql: "SELECT * FROM customers WHERE email = $1",
          calls: 402_000,
          totalMs: 16_080,
          callSites: [],
          costBefore: 8.44,
          costAfter: 8.44,
          rewrite: null,
          planBefore: [
            "Index Scan using customers_email_idx1 on customers  (cost=0.42..8.44 rows=1 width=96)",
          ],
          planAfter: [
            "Index Scan using customers_email_idx on customers  (cost=0.42..8.44 rows=1 width=96)",
          ],
        },
      ],
      bytes: -18_874_368,
      savedMsPerDay: 0,
      ddl: {
        apply: ["DROP INDEX CONCURRENTLY public.customers_email_idx1;"],
        undo: [
          "CREATE INDEX CONCURRENTLY customers_email_idx1 ON public.customers USING btree (email);",
        ],
      },
      planner,
    },
    {
      code: "redundant-index",
      severity: "warning",
      object: {
        type: "index",
        schema: "public",
        table: "order_items",
        name: "order_items_order_id_idx",
        columns: ["order_id"],
      },
      message:
        "order_items_order_id_idx is a prefix of order_items_pkey (order_id, line), which serves the same queries.",
      confidence: "estimated",
      evidence: [
        { check: "constraint", verdict: "for", detail: "implements no constraint" },
        {
          check: "workload",
          verdict: "against",
          detail: "1 query gets 1.3 times more expensive: the other index is larger",
        },
        { check: "replicas", verdict: "unknown", detail: "counters of 1 replica were not given" },
      ],
      queries: [
        {
          fingerprint: "c3d90e12ab547f68",
          sql: "SELECT line, product_id, quantity FROM order_items WHERE order_id = ANY($1)",
          calls: 2_310_000,
          totalMs: 138_600,
          callSites: [],
          costBefore: 17.2,
          costAfter: 22.4,
          rewrite: null,
          planBefore: [
            "Index Scan using order_items_order_id_idx on order_items  (cost=0.43..17.20 rows=4 width=20)",
          ],
          planAfter: [
            "Index Scan using order_items_pkey on order_items  (cost=0.43..22.40 rows=4 width=20)",
          ],
        },
      ],
      bytes: -92_274_688,
      savedMsPerDay: -5_980,
      ddl: {
        apply: ["DROP INDEX CONCURRENTLY public.order_items_order_id_idx;"],
        undo: [
          "CREATE INDEX CONCURRENTLY order_items_order_id_idx ON public.order_items USING btree (order_id);",
        ],
      },
      planner,
    },
    {
      code: "invalid-index",
      severity: "warning",
      object: {
        type: "index",
        schema: "public",
        table: "events",
        name: "events_payload_idx",
        columns: ["payload"],
      },
      message:
        "events_payload_idx is left from a concurrent build that failed: writes maintain it, no query can use it.",
      confidence: "verified",
      evidence: [{ check: "building", verdict: "for", detail: "no build of it is running" }],
      queries: [],
      bytes: -7_340_032,
      savedMsPerDay: null,
      ddl: {
        apply: ["DROP INDEX CONCURRENTLY public.events_payload_idx;"],
        undo: [
          "CREATE INDEX CONCURRENTLY events_payload_idx ON public.events USING gin (payload);",
        ],
      },
      planner: null,
    },
    unused("orders", "orders_status_idx", "status", -12_582_912, false),
    {
      code: "missing-primary-key",
      severity: "info",
      object: { type: "table", schema: "public", table: "audit.log", name: null, columns: [] },
      message:
        'public."audit.log" has no primary key: logical replication can\'t update or delete its rows.',
      confidence: "verified",
      evidence: [],
      queries: [],
      bytes: null,
      savedMsPerDay: null,
      ddl: null,
      planner: null,
    },
    unused("orders", "orders_coupon_code_idx", "coupon_code", -4_194_304, false),
    unused("customers", "customers_birthday_idx", "birthday", -1_048_576, true),
  ],
  selection: {
    cost: 0.084,
    complete: false,
    budgetBytes: 2 * 1024 ** 3,
    maxIndexes: 10,
    curve: [
      { bytes: 0, cost: 1, indexes: [], knee: false },
      {
        bytes: 50_331_648,
        cost: 0.12,
        indexes: ["public.orders (customer_id, created_at)"],
        knee: true,
      },
      {
        bytes: 260_046_848,
        cost: 0.084,
        indexes: ["public.orders (customer_id, created_at)", 'public."odd|name" (`x`)'],
        knee: false,
      },
    ],
    worse: [
      {
        fingerprint: "77aa6c0d94e1b375",
        sql: "INSERT INTO orders (customer_id, note) VALUES ($1, '|<b>`')",
        calls: 240_000,
        callSites: [
          { file: "src/checkout.ts", line: 118, column: 5, function: "Checkout.pay", calls: 9 },
        ],
        cause: "upkeep",
        share: 0.011,
        costBefore: 0.01,
        costAfter: 1.18,
      },
      {
        fingerprint: "88aa6c0d94e1b375",
        sql: "SELECT * FROM orders ORDER BY id LIMIT $1",
        calls: 12,
        callSites: [],
        cause: "plan",
        share: 0.0004,
        costBefore: 17.2,
        costAfter: 22.4,
      },
    ],
  },
  tables: [
    {
      schema: "public",
      name: "customers",
      rows: 410_000,
      indexes: [
        indexOf("customers_pkey", ["id"], {
          unique: true,
          primary: true,
          constraint: "customers_pkey",
        }),
        indexOf("customers_email_idx", ["email"], { unique: true }),
        indexOf("customers_email_idx1", ["email"]),
        indexOf("customers_birthday_idx", ["birthday"], { predicate: "birthday IS NOT NULL" }),
      ],
    },
    {
      schema: "public",
      name: "events",
      rows: null,
      indexes: [indexOf("events_payload_idx", ["payload"], { method: "gin", valid: false })],
    },
    {
      schema: "public",
      name: "order_items",
      rows: 4_100_000,
      indexes: [
        indexOf("order_items_pkey", ["order_id", "line"], {
          unique: true,
          primary: true,
          constraint: "order_items_pkey",
        }),
        indexOf("order_items_order_id_idx", ["order_id"], { include: ["quantity"] }),
      ],
    },
    {
      schema: "public",
      name: "orders",
      rows: 1_600_000,
      indexes: [
        indexOf("orders_pkey", ["id"], { unique: true, primary: true, constraint: "orders_pkey" }),
        indexOf("orders_status_idx", ["status"]),
        indexOf("orders_coupon_code_idx", ["coupon_code"]),
      ],
    },
    {
      schema: "Käufer Büro",
      name: "straße`|<b>x</b>",
      rows: 9,
      indexes: [],
    },
  ],
  notAnalyzed: {
    objects: [
      { object: "table ledger.entries", reason: "permission denied for schema ledger" },
      { object: "table ledger.accounts", reason: "permission denied for schema ledger" },
      { object: "table public.\u001b[5mblink", reason: "never analysed: run ANALYZE" },
    ],
    queries: [
      {
        sql: "SELECT secret_function($1)",
        calls: 40_113,
        totalMs: 91_000,
        reason: "function secret_function(integer) is not in the snapshot",
      },
      {
        sql: "SELECT * FROM ledger.entries WHERE account = $1",
        calls: 7_300,
        totalMs: 22_000,
        reason: "relation ledger.entries can't be read",
      },
      {
        sql: "UPDATE ledger.accounts SET balance = $1 WHERE id = $2",
        calls: 610,
        totalMs: undefined,
        reason: "relation ledger.entries can't be read",
      },
    ],
  },
  notes: [
    "table public.countries has 249 rows: too small to matter",
    "an index on public.orders (status) was tried for 3 queries: the planner does not use it, 94 % of the rows have one value",
  ],
};

/** Nothing found, nothing left out. */
export const emptyReport: Report = {
  ...fullReport,
  planner: null,
  server: { ...fullReport.server, nodes: [] },
  workload: { sources: ["queries.sql"], queries: 1, calls: 1, totalMs: 0.42, seconds: undefined },
  findings: [],
  selection: null,
  tables: [],
  notAnalyzed: { objects: [], queries: [] },
  notes: [],
};

/** The workload's source knew no times: nothing can be said per day. */
export const reportWithoutTimes: Report = {
  ...fullReport,
  workload: {
    sources: ["queries.sql"],
    queries: 2,
    calls: 2,
    totalMs: undefined,
    seconds: undefined,
  },
  findings: fullReport.findings.map((finding) => ({
    ...finding,
    savedMsPerDay: null,
    queries: finding.queries.map((query) => ({ ...query, totalMs: undefined })),
  })),
};

function unused(
  table: string,
  name: string,
  column: string,
  bytes: number,
  replicaKnown: boolean,
): Finding {
  return {
    code: "unused-index",
    severity: "info",
    object: { type: "index", schema: "public", table, name, columns: [column] },
    message: `${name} was not scanned in the last 3 days.`,
    confidence: "insufficient-evidence",
    evidence: [
      { check: "constraint", verdict: "for", detail: "implements no constraint" },
      {
        check: "statistics-age",
        verdict: "unknown",
        detail: `counters cover ${(3 * DAY_MS) / DAY_MS} days; at least 30 are needed`,
      },
      ...(replicaKnown
        ? []
        : [
            {
              check: "replicas",
              verdict: "unknown",
              detail: "counters of 1 replica were not given",
            } as const,
          ]),
    ],
    queries: [],
    bytes,
    savedMsPerDay: null,
    ddl: null,
    planner: null,
  };
}

function indexOf(
  name: string,
  keys: readonly string[],
  more: Partial<ReportedIndex> = {},
): ReportedIndex {
  return {
    name,
    method: "btree",
    keys,
    include: [],
    predicate: null,
    unique: false,
    primary: false,
    constraint: null,
    valid: true,
    bytes: 18_874_368,
    ...more,
  };
}
