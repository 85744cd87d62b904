import type { QueryImpact } from "../../../findings/finding.ts";
import type { CheckReport } from "../../check-report.ts";
import type { MigrationFinding } from "../../migration-finding.ts";
import type { CheckRenderOptions } from "../check-summary.ts";

export const plainOptions: CheckRenderOptions = {
  color: false,
  width: 100,
  failOn: "warning",
  prefix: "",
  link: null,
};

const ordersByStatus: QueryImpact = {
  fingerprint: "8f2a6c0d94e1b375",
  sql: "SELECT id FROM orders WHERE status = $1\n ORDER BY id",
  calls: 1_204_112,
  totalMs: 7_612_400,
  callSites: [{ file: "src/orders.ts", line: 42, column: 9, function: "openOrders", calls: 1_000 }],
  costBefore: 8.45,
  costAfter: 41_203.12,
  rewrite: null,
  planBefore: ["Index Scan using orders_status_idx on orders  (cost=0.43..8.45 rows=1 width=8)"],
  planAfter: ["Seq Scan on orders  (cost=0.00..41203.12 rows=1 width=8)"],
};

export const setNotNull: MigrationFinding = {
  code: "set-not-null",
  severity: "error",
  basis: "measured",
  place: { file: "db/migrations/20260302_status.sql", line: 4, column: 1, endLine: 5 },
  migration: "20260302_status",
  statement: "ALTER TABLE orders\n  ALTER COLUMN status SET NOT NULL",
  object: { type: "column", schema: "public", table: "orders", name: null, columns: ["status"] },
  message:
    "SET NOT NULL reads all 41,000,000 rows while nobody can read or write the table: about 9 s.",
  evidence: [
    {
      check: "lock",
      verdict: "for",
      detail: "ACCESS EXCLUSIVE on public.orders: blocks reads and writes",
    },
    { check: "scan", verdict: "for", detail: "public.orders is read from end to end" },
    { check: "trial", verdict: "unknown", detail: "the lock queue can't be watched" },
  ],
  advice: "Add a CHECK that is not valid, validate it in a second migration, then set NOT NULL.",
  alternative: [
    {
      name: "20260303_orders_status_check.sql",
      content:
        "ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IS NOT NULL) NOT VALID;\n",
    },
    {
      name: "20260304_validate_orders_status_check.sql",
      content: "ALTER TABLE orders VALIDATE CONSTRAINT orders_status_check;\n",
    },
  ],
  queries: [],
  fingerprint: "0123456789abcdef",
};

const dropIndex: MigrationFinding = {
  code: "dropped-in-use",
  severity: "warning",
  basis: "measured",
  place: { file: "db/migrations/20260302_status.sql", line: 9, column: 3, endLine: 9 },
  migration: "20260302_status",
  statement: "DROP INDEX orders_status_idx",
  object: {
    type: "index",
    schema: "public",
    table: "orders",
    name: "orders_status_idx",
    columns: ["status"],
  },
  message: "1 logged query reads by orders_status_idx.",
  evidence: [],
  advice: "Keep the index until nobody sends the query.",
  alternative: [],
  queries: [ordersByStatus],
  fingerprint: "1123456789abcdef",
};

/** Texts that try to break out of every format. */
export const hostile: MigrationFinding = {
  code: "drop-table",
  severity: "info",
  basis: "inferred",
  place: {
    file: 'db/m [1],a:b%|`x`\u001b[2J/::error::\u202e<b>"&.ts',
    line: 12,
    column: 7,
    endLine: 12,
  },
  migration: "2_<b>&\"'\u0000\ufffe",
  statement:
    'DROP TABLE "a```b" /* ]]> --> ::error::x ##[error]y\n::warning::z <!-- dbadvise-check --> */',
  object: { type: "table", schema: "Käufer", table: "str`|<b>x</b>", name: null, columns: [] },
  message:
    "The table is gone, 100 %\r\n::set-output name=a::b ##[error]c\n@admin [here](javascript:alert(1)) {0} </details><script>",
  evidence: [{ check: "lo|ck", verdict: "against", detail: "\u001b[31mred</summary>\u009b" }],
  advice: "Don't: %0A, ]]> and \u2028 `$(rm)`",
  alternative: [{ name: "b`y\n-hand.ts", content: "````\nawait db`x`; // \u001b[2J\n::error::no" }],
  queries: [
    {
      ...ordersByStatus,
      sql: "SELECT '|<b>`', '\u001b]0;x\u0007' ]]>",
      callSites: [],
      totalMs: undefined,
    },
  ],
  fingerprint: "2123456789abcdef",
};

export const fullCheckReport: CheckReport = {
  version: 1,
  checkedAt: "2026-03-02T09:30:00.000Z",
  engine: "PostgreSQL",
  runner: "dbmate",
  trial: "embedded PostgreSQL 18.3",
  base: "origin/main",
  snapshotAt: "2026-03-01T04:00:00.000Z",
  migrations: {
    total: 14,
    checked: [
      { name: "20260302_status", file: "db/migrations/20260302_status.sql", downFile: null },
      { name: hostile.migration, file: hostile.place.file, downFile: "db/down.sql" },
      { name: "20260302_fine", file: "db/migrations/20260302_fine.sql", downFile: null },
      { name: "20260302_do", file: "db/migrations/20260302_do.sql", downFile: null },
    ],
  },
  findings: [setNotNull, dropIndex, hostile],
  ignored: [
    {
      finding: {
        ...dropIndex,
        code: "drop-index-blocking",
        fingerprint: "3123456789abcdef",
      },
      reason: "the table is empty, see #12",
    },
  ],
  known: [{ ...setNotNull, fingerprint: "4123456789abcdef" }],
  ignoreProblems: [
    {
      place: { file: "db/migrations/20260302_fine.sql", line: 2, column: 1, endLine: 2 },
      message: "The comment ignores drop-table without a reason, so nothing is ignored.",
      hint: "Say why it is safe here.",
    },
  ],
  problems: [
    {
      place: { file: "db/migrations/20260101_old.sql", line: 3, column: 1, endLine: 3 },
      message: "embedded PostgreSQL refuses this statement: no such type \u001b[31m<x>.",
      hint: "Mend the statement.",
    },
  ],
  coverage: {
    statements: 9,
    measured: 7,
    inferred: 1,
    notAnalyzed: [
      {
        place: { file: "db/migrations/20260302_do.sql", line: 1, column: 1, endLine: 4 },
        reason: "DO runs code that its text does not show.",
      },
    ],
    queries: { planned: 214, skipped: 3 },
  },
  notes: ["the base is 3 commits behind origin/main"],
};

/** Everything read, nothing found. */
export const cleanCheckReport: CheckReport = {
  ...fullCheckReport,
  migrations: { total: 14, checked: fullCheckReport.migrations.checked.slice(2, 3) },
  findings: [],
  ignored: [],
  known: [],
  ignoreProblems: [],
  problems: [],
  coverage: { statements: 3, measured: 3, inferred: 0, notAnalyzed: [], queries: null },
  notes: [],
};
