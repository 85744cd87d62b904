import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { Finding } from "../findings/finding.ts";
import { textWidth } from "./columns.ts";
import { emptyReport, fullReport, reportWithoutTimes } from "./testing/reports.ts";
import { UNPRINTABLE } from "./testing/unprintable.ts";
import { renderText } from "./text.ts";

const plain = { color: false, width: 100 };

describe("text report", () => {
  test("of findings of every code", () => {
    expect(renderText(fullReport, plain)).toMatchInlineSnapshot(`
      "Database  shop · PostgreSQL 15.18 (Debian 15.18-0+deb12u1) · 10.0.0.5:5432/shop · 10.0.0.6:5432/shop
      Workload  214 query shapes · 12,406,113 calls · 3.2 h of execution in 7 days · pg_stat_statements,
                postgresql-2026-03-01.log.gz
      Planner   sandbox (PostgreSQL 18.6) · 1,204 plans in 3.1 s
      Findings  10 (1 error, 5 warnings, 4 info)
      Saves     20.3 min per day, by estimated cost: 74 % of the time seen in 7 days
      Storage   adds 78.3 MB, frees 113 MB

      ── 1  error  missing-index ─────────────────────────────────────────────────────────────────────────
         public.orders (customer_id, created_at)
         2 queries look up orders by customer_id (newest first for one of them) and read all 1,600,000
         rows each time; an index on (customer_id, created_at) reads about 93.
         verified on sandbox (PostgreSQL 18.6) · saves 20.3 min per day · adds 48.1 MB

         CREATE INDEX CONCURRENTLY orders_customer_id_created_at_idx ON public.orders (customer_id, created_at);
         undo: DROP INDEX CONCURRENTLY public.orders_customer_id_created_at_idx;

         SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders…
           1,204,112 calls · 2.1 h · cost 41,203 → 8.45 (4,876x lower)
           src/orders.ts:42 (findOrders)
           src/app [old]/list|\`x\`\\x1b[2J.ts:7
         SELECT count(*) FROM orders WHERE customer_id = $1
           88,410 calls · 15 min · cost 38,791 → 12.1 (3,206x lower)
           src/orders.ts:42 (findOrders)
           /srv/app/jobs/count.ts:3 (Job.run)

         plan of the first query before
           Limit  (cost=41203.06..41203.12 rows=25 width=52)
             ->  Sort  (cost=41203.06..41203.29 rows=93 width=52)
                   Sort Key: created_at DESC
                   ->  Seq Scan on orders o  (cost=0.00..41200.21 rows=93 width=52)
                         Filter: ((created_at >= $2) AND (customer_id = $1))
         plan of the first query after
           Limit  (cost=0.43..8.45 rows=25 width=52)
             ->  Index Scan Backward using orders_customer_id_created_at_idx on orders o  (cost=0.43..30.…
                   Index Cond: ((customer_id = $1) AND (created_at >= $2))

         ✓ replan  the planner uses it for 2 of 2 queries; without it their cost is 4,215 times higher
         ✗ writes  1,940 inserts a day will maintain one more index

      ── 2  warning  missing-index ───────────────────────────────────────────────────────────────────────
         "Käufer Büro"."straße\`|<b>x</b>" (größe, lower(name))
         1 query filters "straße\`|<b>x</b>" by größe, @admin; see [here](javascript:alert(1)) and
         \\x1b[31mred\\x1b[0m.
         estimated by sandbox (PostgreSQL 18.6) · saves 6.5 s per day · adds 2.2 MB

         CREATE INDEX CONCURRENTLY "straße_größe_idx" ON "Käufer Büro"."straße\`|<b>x</b>" ("größe", lower(name));
         -- \`\`\`\\x1b[31m
         undo: DROP INDEX CONCURRENTLY "Käufer Büro"."straße_größe_idx";

         SELECT "größe", '\`\`\`', \`x\` | y, '<script>alert(1)</script>', '\\x1b[2J\\x1b]0;owned\\x07', '\\x9b31m…
           5,120 calls · 1 min · cost 1,204 → 310 (3.9x lower)

         plan before
           Seq Scan on "straße\`|<b>x</b>"  (cost=0.00..1204.00 rows=12 width=40)
             Filter: ("größe" = $2) \\x1b[1mbold
         plan after
           Index Scan using "straße_größe_idx"  (cost=0.29..310.00 rows=12 width=40)
           \`\`\`

         ✓ replan  cost 1,204 -> 310

      ── 3  warning  unindexed-foreign-key ───────────────────────────────────────────────────────────────
         order_items_product_id_fkey on public.order_items (product_id)
         A delete in public.products reads all 4,100,000 rows of public.order_items to keep the foreign
         key.
         verified · adds 28 MB

         CREATE INDEX CONCURRENTLY order_items_product_id_idx ON public.order_items (product_id);
         undo: DROP INDEX CONCURRENTLY public.order_items_product_id_idx;

         ✓ writes  310 deletes of public.products since 2026-01-12

      ── 4  warning  duplicate-index ─────────────────────────────────────────────────────────────────────
         public.customers_email_idx1 on public.customers (email)
         customers_email_idx1 is the same as customers_email_idx; each write keeps both.
         verified on sandbox (PostgreSQL 18.6) · frees 18 MB

         DROP INDEX CONCURRENTLY public.customers_email_idx1;
         undo: CREATE INDEX CONCURRENTLY customers_email_idx1 ON public.customers USING btree (email);

         SELECT * FROM customers WHERE email = $1
           402,000 calls · 16.1 s · cost 8.44 (unchanged)

         plan before
           Index Scan using customers_email_idx1 on customers  (cost=0.42..8.44 rows=1 width=96)
         plan after
           Index Scan using customers_email_idx on customers  (cost=0.42..8.44 rows=1 width=96)

         ✓ constraint        implements no constraint
         ✓ replica-identity  is not the replica identity
         ✓ replan            no query of the workload changes its cost without it

      ── 5  warning  redundant-index ─────────────────────────────────────────────────────────────────────
         public.order_items_order_id_idx on public.order_items (order_id)
         order_items_order_id_idx is a prefix of order_items_pkey (order_id, line), which serves the same
         queries.
         estimated by sandbox (PostgreSQL 18.6) · costs 6 s per day · frees 88 MB

         DROP INDEX CONCURRENTLY public.order_items_order_id_idx;
         undo: CREATE INDEX CONCURRENTLY order_items_order_id_idx ON public.order_items USING btree (order_id);

         SELECT line, product_id, quantity FROM order_items WHERE order_id = ANY($1)
           2,310,000 calls · 2.3 min · cost 17.2 → 22.4 (1.3x higher)

         plan before
           Index Scan using order_items_order_id_idx on order_items  (cost=0.43..17.20 rows=4 width=20)
         plan after
           Index Scan using order_items_pkey on order_items  (cost=0.43..22.40 rows=4 width=20)

         ✓ constraint  implements no constraint
         ✗ workload    1 query gets 1.3 times more expensive: the other index is larger
         ? replicas    counters of 1 replica were not given

      ── 6  warning  invalid-index ───────────────────────────────────────────────────────────────────────
         public.events_payload_idx on public.events (payload)
         events_payload_idx is left from a concurrent build that failed: writes maintain it, no query can
         use it.
         verified · frees 7 MB

         DROP INDEX CONCURRENTLY public.events_payload_idx;
         undo: CREATE INDEX CONCURRENTLY events_payload_idx ON public.events USING gin (payload);

         ✓ building  no build of it is running

      ── 7-9  info  unused-index ─────────────────────────────────────────────────────────────────────────
         public.orders_status_idx on public.orders (status)            12 MB
         public.orders_coupon_code_idx on public.orders (coupon_code)  4 MB
         public.customers_birthday_idx on public.customers (birthday)  1 MB
         insufficient evidence: nothing is advised for these yet

         ? statistics-age  counters cover 3 days; at least 30 are needed
         ? replicas        counters of 1 replica were not given (2 of 3)

      ── 10  info  missing-primary-key ───────────────────────────────────────────────────────────────────
         public."audit.log"
         public."audit.log" has no primary key: logical replication can't update or delete its rows.
         verified

      Cost against storage
        Least cost of the workload for the bytes of new indexes; advised: 8.4 % of today's (at most 2 GB,
        at most 10 indexes, the time limit ended the search: more time may find more). After the knee,
        more bytes save little.
        0 bytes    100 %    0 indexes
        48 MB      12 %     1 index, knee
        248 MB     8.4 %    2 indexes

      Queries that cost more
        it writes to a table that gets indexes: 0.01 → 1.18 (118x higher), 240,000 calls, 1.1 % of the
          workload's cost
          INSERT INTO orders (customer_id, note) VALUES ($1, '|<b>\`')
            src/checkout.ts:118 (Checkout.pay)
        its plan is dearer: 17.2 → 22.4 (1.3x higher), 12 calls, 0.04 % of the workload's cost
          SELECT * FROM orders ORDER BY id LIMIT $1

      Not analysed
        Nothing is known about these, which does not mean that they are fine.
        permission denied for schema ledger (2 objects)
          table ledger.entries
          table ledger.accounts
        never analysed: run ANALYZE (1 object)
          table public.\\x1b[5mblink
        function secret_function(integer) is not in the snapshot (1 query, 40,113 calls, 1.5 min)
          SELECT secret_function($1)
        relation ledger.entries can't be read (2 queries, 7,910 calls, 22 s)
          SELECT * FROM ledger.entries WHERE account = $1
          UPDATE ledger.accounts SET balance = $1 WHERE id = $2

      Notes
        - table public.countries has 249 rows: too small to matter
        - an index on public.orders (status) was tried for 3 queries: the planner does not use it, 94 % of
          the rows have one value
      "
    `);
  });

  test("with nothing found", () => {
    expect(renderText(emptyReport, plain)).toMatchInlineSnapshot(`
      "Database  shop · PostgreSQL 15.18 (Debian 15.18-0+deb12u1)
      Workload  1 query shape · 1 call · 0.42 ms of execution · queries.sql
      Planner   none: no query was planned
      Findings  none

      No findings in what was analysed.
      "
    `);
  });

  test("without times says so, and claims no saving", () => {
    const text = renderText(reportWithoutTimes, plain);
    expect(text).toContain("times unknown");
    expect(text).toContain("Saves     unknown");
    expect(text).not.toMatch(/per day|NaN|undefined|null/);
  });

  test("holds no control character of names, SQL, plans or DDL", () => {
    for (const report of [fullReport, reportWithoutTimes]) {
      const text = renderText(report, plain);
      expect(text).not.toMatch(UNPRINTABLE);
      expect(text).toContain(String.raw`\x1b[31m`);
    }
  });

  test("with colour differs in styles only", () => {
    const colored = renderText(fullReport, { color: true, width: 100 });
    expect(colored).toContain("\u001b[");
    expect(stripVTControlCharacters(colored)).toBe(renderText(fullReport, plain));
  });

  test.each([40, 60, 80, 120])(
    "keeps within %i columns, save names and statements to copy",
    (width) => {
      const statements = fullReport.findings.flatMap(({ ddl }) =>
        ddl === null ? [] : [...ddl.apply, ...ddl.undo],
      );
      const lines = renderText(fullReport, { color: false, width }).split("\n");
      const long = lines.filter(
        (line) => textWidth(line) > width && !statements.some((sql) => line.endsWith(sql)),
      );
      // What is left are words longer than a line.
      for (const line of long) expect(line.trim()).not.toContain(" ");
    },
  );

  test("the totals are the sums of the findings that advise a change", () => {
    const advised = (savedMsPerDay: number, bytes: number): Finding => ({
      ...withDdl,
      savedMsPerDay,
      bytes,
    });
    const withDdl = firstFinding();
    const findings = [
      advised(60_000, 1024),
      advised(30_000, 2048),
      advised(0, -4096),
      { ...advised(1_000_000, -1_000_000), ddl: null },
    ];
    const text = renderText({ ...fullReport, findings }, plain);
    expect(text).toContain("Findings  4 (4 errors)");
    expect(text).toContain("Saves     1.5 min per day");
    expect(text).toContain("Storage   adds 3 kB, frees 4 kB");
  });

  test("shows the first queries and counts the others", () => {
    const finding = firstFinding();
    const queries = Array.from({ length: 8 }, (_, index) => ({
      ...query(finding),
      sql: `SELECT ${index}`,
      calls: 10,
    }));
    const text = renderText({ ...fullReport, findings: [{ ...finding, queries }] }, plain);
    expect(text).toContain("SELECT 4\n");
    expect(text).not.toContain("SELECT 5");
    expect(text).toContain("and 3 queries more with 30 calls");
  });

  test("shows one finding that lacks evidence in full", () => {
    const findings = fullReport.findings.filter(({ code }) => code === "unused-index").slice(0, 1);
    const text = renderText({ ...fullReport, findings }, plain);
    expect(text).toContain("orders_status_idx was not scanned in the last 3 days.");
    expect(text).toContain("? replicas        counters of 1 replica were not given\n");
  });

  test("what was not analysed is told when nothing was found", () => {
    const text = renderText({ ...emptyReport, notAnalyzed: fullReport.notAnalyzed }, plain);
    expect(text).toContain("Not analysed");
    expect(text).toContain("relation ledger.entries can't be read (2 queries, 7,910 calls, 22 s)");
  });
});

function firstFinding(): Finding {
  const [finding] = fullReport.findings;
  if (finding === undefined) throw new Error("the fixture has no finding");
  return finding;
}

function query(finding: Finding): Finding["queries"][number] {
  const [first] = finding.queries;
  if (first === undefined) throw new Error("the finding has no query");
  return first;
}
