import fc from "fast-check";
import { expect, test } from "vitest";
import { UNPRINTABLE } from "../../report/testing/unprintable.ts";
import type { CheckReport } from "../check-report.ts";
import { COMMENT_MARKER, renderCheckMarkdown } from "./markdown.ts";
import {
  cleanCheckReport,
  fullCheckReport,
  hostile,
  plainOptions,
  setNotNull,
} from "./testing/check-reports.ts";

const LIMIT = 65_536;

test("a report with everything", () => {
  expect(renderCheckMarkdown(fullCheckReport, plainOptions)).toMatchInlineSnapshot(`
    "<!-- dbadvise-check -->
    ## Migration check

    | | |
    |---|---|
    | Problems | 1: not everything could be checked |
    | Findings | 3 (1 error, 1 warning, 1 info), 1 ignored, 1 known before |
    | Checked | 4 of 14 migrations · changed since origin/main |
    | Coverage | 9 statements: 7 measured, 1 inferred, 1 not analysed |
    | Queries | 214 planned before and after · 3 not planned |
    | Trial | embedded PostgreSQL 18.3 · dbmate |
    | Sizes | of the snapshot of 2026-03-01T04:00:00.000Z |

    **Problem** \`db/migrations/20260101_old.sql:3\`

    embedded PostgreSQL refuses this statement: no such type \\\\x1b\\[31m&lt;x&gt;.

    Mend the statement.

    **error** set-not-null \`db/migrations/20260302_status.sql:4\`: \`ALTER TABLE orders ALTER COLUMN status SET NOT NULL\`

    <code>public.orders.status</code> SET NOT NULL reads all 41,000,000 rows while nobody can read or write the table: about 9 s.

    <details>
    <summary>Safe alternative and evidence (measured on the trial database)</summary>

    \`\`\`sql
    ALTER TABLE orders
      ALTER COLUMN status SET NOT NULL
    \`\`\`

    - ✓ lock: ACCESS EXCLUSIVE on public.orders: blocks reads and writes
    - ✓ scan: public.orders is read from end to end
    - ? trial: the lock queue can't be watched

    Instead: Add a CHECK that is not valid, validate it in a second migration, then set NOT NULL.

    \`20260303_orders_status_check.sql\`:

    \`\`\`sql
    ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IS NOT NULL) NOT VALID;
    \`\`\`

    \`20260304_validate_orders_status_check.sql\`:

    \`\`\`sql
    ALTER TABLE orders VALIDATE CONSTRAINT orders_status_check;
    \`\`\`

    </details>

    **warning** dropped-in-use \`db/migrations/20260302_status.sql:9\`: \`DROP INDEX orders_status_idx\`

    <code>public.orders_status_idx on public.orders (status)</code> 1 logged query reads by orders_status_idx.

    <details>
    <summary>Safe alternative and evidence (measured on the trial database)</summary>

    \`\`\`sql
    DROP INDEX orders_status_idx
    \`\`\`

    Instead: Keep the index until nobody sends the query.

    | Calls | Time | Cost | Query |
    |---:|---:|---|---|
    | 1,204,112 | 2.1 h | 8.45 → 41,203 (4,876x higher) | \`SELECT id FROM orders WHERE status = $1 ORDER BY id\`<br>\`src/orders.ts:42 (openOrders)\` |

    Plan before:

    \`\`\`text
    Index Scan using orders_status_idx on orders  (cost=0.43..8.45 rows=1 width=8)
    \`\`\`

    Plan after:

    \`\`\`text
    Seq Scan on orders  (cost=0.00..41203.12 rows=1 width=8)
    \`\`\`

    </details>

    **info** drop-table \`\`db/m [1],a:b%|\`x\`\\x1b[2J/::error::\\u{202e}<b>"&.ts:12\`\`: \`\`\`\`DROP TABLE "a\`\`\`b" /* ]]> --> ::error::x ##[error]y ::warning::z <!-- dbadvise-check --> */\`\`\`\`

    <code>Käufer.&#34;str&#96;&#124;&#60;b&#62;x&#60;/b&#62;&#34;</code> The table is gone, 100 % ::set-output name=a::b ##\\[error\\]c @<!-- -->admin \\[here\\](javascript:alert(1)) {0} &lt;/details&gt;&lt;script&gt;

    <details>
    <summary>Safe alternative and evidence (inferred from the text)</summary>

    \`\`\`\`sql
    DROP TABLE "a\`\`\`b" /* ]]> --> ::error::x ##[error]y
    ::warning::z <!-- dbadvise-check --> */
    \`\`\`\`

    - ✗ lo\\|ck: \\\\x1b\\[31mred&lt;/summary&gt;\\\\x9b

    Instead: Don't: %0A, \\]\\]&gt; and \\\`\\$(rm)\\\`

    \`\`b\`y -hand.ts\`\`:

    \`\`\`\`\`ts
    \`\`\`\`
    await db\`x\`; // \\x1b[2J
    ::error::no
    \`\`\`\`\`

    | Calls | Time | Cost | Query |
    |---:|---:|---|---|
    | 1,204,112 | unknown | 8.45 → 41,203 (4,876x higher) | \`\`SELECT '\\|<b>\`', '\\x1b]0;x\\x07' ]]>\`\` |

    Plan before:

    \`\`\`text
    Index Scan using orders_status_idx on orders  (cost=0.43..8.45 rows=1 width=8)
    \`\`\`

    Plan after:

    \`\`\`text
    Seq Scan on orders  (cost=0.00..41203.12 rows=1 width=8)
    \`\`\`

    </details>

    ### Not analysed: 1

    What these statements do can't be told, which does not mean that they are safe.

    - \`db/migrations/20260302_do.sql:1\`: DO runs code that its text does not show.

    ### Ignore comments: 1

    - \`db/migrations/20260302_fine.sql:2\`: The comment ignores drop-table without a reason, so nothing is ignored. Say why it is safe here.

    ### Ignored: 1

    - \`db/migrations/20260302_status.sql:9\`: drop-index-blocking: the table is empty, see #<!-- -->12

    ### Notes: 1

    - the base is 3 commits behind origin/main
    "
  `);
});

test("the marker is the first line, and no other line", () => {
  const markdown = renderCheckMarkdown(fullCheckReport, plainOptions);
  const lines = markdown.split("\n");
  expect(lines.flatMap((line, at) => (line.startsWith(COMMENT_MARKER) ? at : []))).toEqual([0]);
});

test("no markup of a migration's texts comes out", () => {
  const markup = outsideCode(renderCheckMarkdown(fullCheckReport, plainOptions));
  expect(markup).not.toMatch(/<script|<b>x|@admin|(?<!\\)\]\(javascript/);
  expect(markup).not.toMatch(UNPRINTABLE);
  expect(markup.match(/<details>/g)).toHaveLength(3);
  expect(markup.match(/<\/details>/g)).toHaveLength(3);
});

test("clean", () => {
  const markdown = renderCheckMarkdown(cleanCheckReport, plainOptions);
  expect(markdown).toContain("No findings.");
  expect(markdown).toContain("| Coverage | 3 statements: 3 measured, 0 inferred, 0 not analysed |");
});

const many = (count: number, statement = setNotNull.statement): CheckReport => ({
  ...fullCheckReport,
  findings: Array.from({ length: count }, (_, index) => ({
    ...setNotNull,
    statement,
    place: { ...setNotNull.place, line: index + 1, endLine: index + 1 },
  })),
});

test("what GitHub would not take is left out at a finding's end, and told with the link", () => {
  const link = "https://github.com/acme/shop/actions/runs/1";
  const markdown = renderCheckMarkdown(many(200), { ...plainOptions, link });
  expect(markdown.length).toBeLessThanOrEqual(LIMIT);
  expect(markdown.length).toBeGreaterThan(LIMIT * 0.8);
  const shown = markdown.match(/\*\*error\*\* set-not-null/g)?.length ?? 0;
  expect(shown).toBeGreaterThan(20);
  expect(markdown).toContain(`${200 - shown} problems and findings not at all`);
  expect(markdown).toContain(`](<${link}>)`);
  expect(markdown.match(/<details>/g)).toHaveLength(markdown.match(/<\/details>/g)?.length ?? 0);
  expect(markdown).toContain("### Not analysed: 1");
});

test("a finding that is too long by itself is shown in short", () => {
  const markdown = renderCheckMarkdown(many(2, "SELECT 1;\n".repeat(10_000)), plainOptions);
  expect(markdown.length).toBeLessThanOrEqual(LIMIT);
  expect(markdown.match(/\*\*error\*\* set-not-null/g)).toHaveLength(2);
  expect(markdown).toContain("2 findings in short");
});

test("whatever the texts are, it is never too long", () => {
  const text = fc
    .tuple(fc.constantFrom("<", "@a", "#1", "://", "`", "a b ", "\u202e", "&", "|"), fc.nat(10_000))
    .map(([part, times]) => part.repeat(times));
  fc.assert(
    fc.property(text, text, fc.nat(60), (one, other, count) => {
      const place = { ...hostile.place, file: other };
      const report: CheckReport = {
        ...fullCheckReport,
        base: one,
        trial: other,
        problems: Array.from({ length: count }, () => ({ place, message: one, hint: other })),
        findings: Array.from({ length: count }, () => ({ ...hostile, place, message: one })),
        ignoreProblems: Array.from({ length: count }, () => ({ place, message: other, hint: one })),
        notes: Array.from({ length: count }, () => one),
      };
      const markdown = renderCheckMarkdown(report, { ...plainOptions, link: `https://x/${one}` });
      expect(markdown.length).toBeLessThanOrEqual(LIMIT);
      expect(markdown).toContain("Coverage");
    }),
    { numRuns: 40 },
  );
});

/** Without fenced blocks and code spans. */
function outsideCode(markdown: string): string {
  return markdown
    .replaceAll("\\`", "")
    .replace(/^(`{3,}).*\n[^]*?\n\1$/gm, "")
    .replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, "");
}
