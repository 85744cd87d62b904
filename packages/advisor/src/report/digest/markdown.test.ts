import { describe, expect, test } from "vitest";
import { UNPRINTABLE } from "../testing/unprintable.ts";
import { renderDigestMarkdown } from "./markdown.ts";
import { emptyDigest, fullDigest } from "./testing/digests.ts";
import { hostileDigest } from "./testing/hostile-digest.ts";

const options = { sort: "total", limit: 1, showLiterals: false } as const;

describe("markdown digest", () => {
  test("of a night with trouble", () => {
    expect(renderDigestMarkdown(fullDigest, options)).toMatchInlineSnapshot(`
      "## Query digest

      **Unread: 1,204 lines could not be understood (40.2 kB, 0.0031 %) and are in none of these numbers.**

      | | |
      |---|---|
      | Read | 3 files, 1.2 GB, stderr, jsonlog in docker |
      | Time | 2026-03-01 00:00:00 to 06:59:59 UTC, 7 h |
      | Queries | 818 query shapes, 1,721,734 calls, 2.7 h of execution, 314 failed statements |
      | Server | 41 temporary files (9.1 GB in all, at most 1.8 GB), 212 long lock waits (13.5 min in all, at most 30 s), 310 deadlocks, 14 checkpoints (30.3 min in all, at most 4.5 min), 1,204 connections |

      \`\`\`text
      time    ▂▂▁▂▃▃▃▃▃▃▂▁▂▂▂▁▁▁▁█▁▁▁▁▁▁▁▁▁▂▂▂▃▃▃▃▂▃▃▂▂▂
      calls   ▂▂▁▂▃▃▃▃▃▃▂▁▂▂▂▁▁▁▁█▁▁▁▁▁▁▁▁▁▂▂▂▃▃▃▃▂▃▃▂▂▂
      errors                     █
              from 2026-03-01 00:00:00, 10 min each
      \`\`\`

      ### Top queries by total time: 1 of 818, 78.1 % of the time

      | # | Total | Share | Calls | Mean | p50 | p95 | p99 | Max | Errors | Query |
      |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|
      | 1 | 2.1 h | 78.1 % | 1,204,112 | 6.3 ms | 2.5 ms | 10.1 ms | 50.7 ms | 1 s |  | \`SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders o WHERE o.customer_id =…\` |

      Not shown: 5 shapes, 508,522 calls, 35.2 min (21.7 %), 310 errors.

      Other: 812 shapes, 9,100 calls, 18.3 s (0.19 %), 4 errors; shapes beyond the limit of shapes, counted together.

      <details>
      <summary>1: <code>SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders o WHERE o.customer_id =…</code></summary>

      \`\`\`sql
      SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders o WHERE o.customer_id = ? AND o.created_at >= ? ORDER BY o.created_at DESC LIMIT ?
      \`\`\`

      - Id: 8f2a6c0d94e1b301
      - Fingerprint: 8f2a6c0d94e1b375
      - Query id: \\-4213098123
      - Rows: 3,612,336
      - Users: app, report
      - Databases: shop
      - Applications: checkout, worker &lt;1&gt;

      </details>

      ### Errors

      | Count | Severity | Code | Message | First | Last |
      |---:|---|---|---|---|---|
      | 310 | error | 40P01 | deadlock detected | 2026-03-01 03:10:00 | 2026-03-01 03:14:59 |
      | 4 | cancel | 57014 | canceling statement due to statement timeout | 2026-03-01 03:10:00 | 2026-03-01 03:20:00 |
      | 2 | fatal |  | password authentication failed for user ? |  |  |

      ### Sources

      - \`/var/log/postgresql/postgresql-2026-03-01.log\`: stderr, 1.2 GB, **1,204 unread lines (40.2 kB)**
      - \`postgresql-2026-03-01.json.gz\`: jsonlog in docker, 20 MB
      - \`empty.log\`: empty, 0 bytes

      Percentiles are within 1.6 % of the true ones.
      40,000 calls have no duration in the logs (2.3 %): they count as calls, and their time is unknown.
      1,311 records outside the asked times are not counted.
      Examples with their values, and plans, are shown with --show-literals.
      "
    `);
  });

  test("of nothing", () => {
    expect(renderDigestMarkdown(emptyDigest, options)).toContain("No queries in what was read.");
  });

  test("shows examples, parameters and plans only when asked", () => {
    const shown = renderDigestMarkdown(fullDigest, { ...options, showLiterals: true });
    expect(shown).toContain("customer_id = 4711");
    expect(shown).toContain("$1 = '42'");
    expect(shown).toContain("Seq Scan on orders o");
  });

  test("hostile texts stay texts", () => {
    const markdown = renderDigestMarkdown(hostileDigest, {
      ...options,
      limit: 10,
      showLiterals: true,
    });
    expect(markdown).not.toMatch(UNPRINTABLE);
    // Outside of code nothing of them is markup.
    const outside = markdown
      .replace(/^(`{3,})[^]*?^\1$/gm, "")
      .replace(/\\[\\`*[\]|~$_-]/g, "")
      .replace(/(`+)[^`][^]*?\1/g, "");
    expect(outside).not.toMatch(/<(?!\/?(details|summary|code)>|!-- -->)/);
    expect(outside).not.toContain("[x]");
    const [row = ""] = outside.split("\n").filter((line) => line.startsWith("| 2 | error"));
    expect(row.match(/\|/g)).toHaveLength(7);
  });
});
