import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { textWidth } from "../../report/columns.ts";
import { UNPRINTABLE } from "../../report/testing/unprintable.ts";
import { cleanCheckReport, fullCheckReport, plainOptions } from "./testing/check-reports.ts";
import { renderCheckText } from "./text.ts";

test("a report with everything", () => {
  expect(renderCheckText(fullCheckReport, plainOptions)).toMatchInlineSnapshot(`
    "Problems  1: not everything could be checked
    Findings  3 (1 error, 1 warning, 1 info), 1 ignored, 1 known before
    Checked   4 of 14 migrations · changed since origin/main
    Coverage  9 statements: 7 measured, 1 inferred, 1 not analysed
    Queries   214 planned before and after · 3 not planned
    Trial     embedded PostgreSQL 18.3 · dbmate
    Sizes     of the snapshot of 2026-03-01T04:00:00.000Z

    ── problem  db/migrations/20260101_old.sql:3
       embedded PostgreSQL refuses this statement: no such type \\x1b[31m<x>.
       Mend the statement.

    ── 1  error  set-not-null ──────────────────────────────────────────────────────────────────────────
       db/migrations/20260302_status.sql:4
       ALTER TABLE orders ALTER COLUMN status SET NOT NULL
       public.orders.status: SET NOT NULL reads all 41,000,000 rows while nobody can read or write the
       table: about 9 s.
       measured on the trial database

       ✓ lock   ACCESS EXCLUSIVE on public.orders: blocks reads and writes
       ✓ scan   public.orders is read from end to end
       ? trial  the lock queue can't be watched

       Instead: Add a CHECK that is not valid, validate it in a second migration, then set NOT NULL.

       20260303_orders_status_check.sql
         ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IS NOT NULL) NOT VALID;

       20260304_validate_orders_status_check.sql
         ALTER TABLE orders VALIDATE CONSTRAINT orders_status_check;

    ── 2  warning  dropped-in-use ──────────────────────────────────────────────────────────────────────
       db/migrations/20260302_status.sql:9
       DROP INDEX orders_status_idx
       public.orders_status_idx on public.orders (status): 1 logged query reads by orders_status_idx.
       measured on the trial database

       Instead: Keep the index until nobody sends the query.

       SELECT id FROM orders WHERE status = $1 ORDER BY id
         1,204,112 calls · 2.1 h · cost 8.45 → 41,203 (4,876x higher)
         src/orders.ts:42 (openOrders)

       plan before
         Index Scan using orders_status_idx on orders  (cost=0.43..8.45 rows=1 width=8)
       plan after
         Seq Scan on orders  (cost=0.00..41203.12 rows=1 width=8)

    ── 3  info  drop-table ─────────────────────────────────────────────────────────────────────────────
       db/m [1],a:b%|\`x\`\\x1b[2J/::error::\\u{202e}<b>"&.ts:12
       DROP TABLE "a\`\`\`b" /* ]]> --> ::error::x ##[error]y ::warning::z <!-- dbadvise-check --> */
       Käufer."str\`|<b>x</b>": The table is gone, 100 % ::set-output name=a::b ##[error]c @admin
       [here](javascript:alert(1)) {0} </details><script>
       inferred from the text

       ✗ lo|ck  \\x1b[31mred</summary>\\x9b

       Instead: Don't: %0A, ]]> and \`$(rm)\`

       b\`y\\x0a-hand.ts
         \`\`\`\`
         await db\`x\`; // \\x1b[2J
         ::error::no

       SELECT '|<b>\`', '\\x1b]0;x\\x07' ]]>
         1,204,112 calls · cost 8.45 → 41,203 (4,876x higher)

       plan before
         Index Scan using orders_status_idx on orders  (cost=0.43..8.45 rows=1 width=8)
       plan after
         Seq Scan on orders  (cost=0.00..41203.12 rows=1 width=8)

    Not analysed
      What these statements do can't be told, which does not mean that they are safe.
      db/migrations/20260302_do.sql:1
        DO runs code that its text does not show.

    Ignore comments
      db/migrations/20260302_fine.sql:2
        The comment ignores drop-table without a reason, so nothing is ignored. Say why it is safe here.

    Ignored
      db/migrations/20260302_status.sql:9
        drop-index-blocking: the table is empty, see #12

    Notes
      - the base is 3 commits behind origin/main
    "
  `);
});

test("problems come before findings, and what was not analysed is never called safe", () => {
  const text = renderCheckText(fullCheckReport, plainOptions);
  expect(text.indexOf("problem  db/migrations/20260101_old.sql:3")).toBeGreaterThan(0);
  expect(text.indexOf("problem  db/")).toBeLessThan(text.indexOf("set-not-null"));
  expect(text).toContain("does not mean that they are safe");
});

test.each([
  ["clean", cleanCheckReport, "No findings.\n"],
  ["with a problem", { ...cleanCheckReport, problems: fullCheckReport.problems }, "so far, but"],
  [
    "not analysed",
    {
      ...cleanCheckReport,
      coverage: { ...cleanCheckReport.coverage, notAnalyzed: fullCheckReport.coverage.notAnalyzed },
    },
    "No findings in what was analysed.",
  ],
  [
    "nothing changed",
    { ...cleanCheckReport, migrations: { total: 14, checked: [] } },
    "No migration was changed: nothing was checked.",
  ],
])("no findings: %s", (_, report, expected) => {
  expect(renderCheckText(report, plainOptions)).toContain(expected);
});

test("colours add nothing but colours, and nothing else gives the terminal orders", () => {
  const plain = renderCheckText(fullCheckReport, plainOptions);
  const coloured = renderCheckText(fullCheckReport, { ...plainOptions, color: true });
  expect(plain).not.toMatch(UNPRINTABLE);
  expect(coloured).toContain("\u001b[31m");
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});

test.each([40, 80, 120])("lines of %i columns, but for what is there to be copied", (width) => {
  const long = renderCheckText(fullCheckReport, { ...plainOptions, width })
    .split("\n")
    .filter((line) => textWidth(line) > width)
    .filter((line) => !/ALTER TABLE|:\d+$|src\/orders|_check\.sql/.test(line));
  expect(long).toEqual([]);
});
