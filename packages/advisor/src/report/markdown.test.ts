import { describe, expect, test } from "vitest";
import { codeBlock, codeSpan, escapeMarkdown } from "./markdown-escape.ts";
import { renderMarkdown } from "./markdown.ts";
import { emptyReport, fullReport, reportWithoutTimes } from "./testing/reports.ts";
import { UNPRINTABLE } from "./testing/unprintable.ts";

describe("markdown report", () => {
  test("of findings of every code", () => {
    expect(renderMarkdown(fullReport)).toMatchInlineSnapshot(`
      "## Database advice: shop

      | | |
      |---|---|
      | Server | PostgreSQL 15.18 (Debian 15.18-0+deb12u1), 10.0.0.5:5432/shop, 10.0.0.6:5432/shop |
      | Workload | 214 query shapes, 12,406,113 calls, 3.2 h of execution in 7 days, pg_stat_statements, postgresql-2026-03-01.log.gz |
      | Planner | sandbox (PostgreSQL 18.6), 1,204 plans in 3.1 s |
      | Findings | 10 (1 error, 5 warnings, 4 info) |
      | Saves | 20.3 min per day, by estimated cost: 74 % of the time seen in 7 days |
      | Storage | adds 78.3 MB, frees 113 MB |

      <details>
      <summary><b>error</b> missing-index <code>public.orders (customer_id, created_at)</code>: saves 20.3 min per day, adds 48.1 MB</summary>

      2 queries look up orders by customer_id (newest first for one of them) and read all 1,600,000 rows each time; an index on (customer_id, created_at) reads about 93.

      verified on sandbox (PostgreSQL 18.6)

      \`\`\`sql
      CREATE INDEX CONCURRENTLY orders_customer_id_created_at_idx ON public.orders (customer_id, created_at);
      \`\`\`

      Undo:

      \`\`\`sql
      DROP INDEX CONCURRENTLY public.orders_customer_id_created_at_idx;
      \`\`\`

      | Calls | Time | Cost | Query |
      |---:|---:|---|---|
      | 1,204,112 | 2.1 h | 41,203 → 8.45 (4,876x lower) | \`SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders o WHERE o.customer_id = $1 AND o.created_at >= $2 ORDER BY o.cr…\`<br>\`src/orders.ts:42 (findOrders)\`<br>\`\`src/app [old]/list\\|\`x\`\\x1b[2J.ts:7\`\` |
      | 88,410 | 15 min | 38,791 → 12.1 (3,206x lower) | \`SELECT count(*) FROM orders WHERE customer_id = $1\`<br>\`src/orders.ts:42 (findOrders)\`<br>\`/srv/app/jobs/count.ts:3 (Job.run)\` |

      Plan of the first query before:

      \`\`\`text
      Limit  (cost=41203.06..41203.12 rows=25 width=52)
        ->  Sort  (cost=41203.06..41203.29 rows=93 width=52)
              Sort Key: created_at DESC
              ->  Seq Scan on orders o  (cost=0.00..41200.21 rows=93 width=52)
                    Filter: ((created_at >= $2) AND (customer_id = $1))
      \`\`\`

      Plan of the first query after:

      \`\`\`text
      Limit  (cost=0.43..8.45 rows=25 width=52)
        ->  Index Scan Backward using orders_customer_id_created_at_idx on orders o  (cost=0.43..30.12 rows=93 width=52)
              Index Cond: ((customer_id = $1) AND (created_at >= $2))
      \`\`\`

      - ✓ replan: the planner uses it for 2 of 2 queries; without it their cost is 4,215 times higher
      - ✗ writes: 1,940 inserts a day will maintain one more index

      </details>

      <details>
      <summary><b>warning</b> missing-index <code>&#34;Käufer Büro&#34;.&#34;straße&#96;&#124;&#60;b&#62;x&#60;/b&#62;&#34; (größe, lower(name))</code>: saves 6.5 s per day, adds 2.2 MB</summary>

      1 query filters "straße\\\`\\|&lt;b&gt;x&lt;/b&gt;" by größe, @<!-- -->admin; see \\[here\\](javascript:alert(1)) and \\\\x1b\\[31mred\\\\x1b\\[0m.

      estimated by sandbox (PostgreSQL 18.6)

      \`\`\`\`sql
      CREATE INDEX CONCURRENTLY "straße_größe_idx" ON "Käufer Büro"."straße\`|<b>x</b>" ("größe", lower(name));
      -- \`\`\`\\x1b[31m
      \`\`\`\`

      Undo:

      \`\`\`sql
      DROP INDEX CONCURRENTLY "Käufer Büro"."straße_größe_idx";
      \`\`\`

      | Calls | Time | Cost | Query |
      |---:|---:|---|---|
      | 5,120 | 1 min | 1,204 → 310 (3.9x lower) | \`\`\`\`SELECT "größe", '\`\`\`', \`x\` \\| y, '<script>alert(1)</script>', '\\x1b[2J\\x1b]0;owned\\x07', '\\x9b31m', '\\u{202e}gnp.exe', '日本語のテキスト', '👩‍👩‍👧‍👦 family', repeat($…\`\`\`\` |

      Plan before:

      \`\`\`text
      Seq Scan on "straße\`|<b>x</b>"  (cost=0.00..1204.00 rows=12 width=40)
        Filter: ("größe" = $2) \\x1b[1mbold
      \`\`\`

      Plan after:

      \`\`\`\`text
      Index Scan using "straße_größe_idx"  (cost=0.29..310.00 rows=12 width=40)
      \`\`\`
      \`\`\`\`

      - ✓ replan: cost 1,204 -&gt; 310

      </details>

      <details>
      <summary><b>warning</b> unindexed-foreign-key <code>order_items_product_id_fkey on public.order_items (product_id)</code>: adds 28 MB</summary>

      A delete in public.products reads all 4,100,000 rows of public.order_items to keep the foreign key.

      verified

      \`\`\`sql
      CREATE INDEX CONCURRENTLY order_items_product_id_idx ON public.order_items (product_id);
      \`\`\`

      Undo:

      \`\`\`sql
      DROP INDEX CONCURRENTLY public.order_items_product_id_idx;
      \`\`\`

      - ✓ writes: 310 deletes of public.products since 2026-01-12

      </details>

      <details>
      <summary><b>warning</b> duplicate-index <code>public.customers_email_idx1 on public.customers (email)</code>: frees 18 MB</summary>

      customers_email_idx1 is the same as customers_email_idx; each write keeps both.

      verified on sandbox (PostgreSQL 18.6)

      \`\`\`sql
      DROP INDEX CONCURRENTLY public.customers_email_idx1;
      \`\`\`

      Undo:

      \`\`\`sql
      CREATE INDEX CONCURRENTLY customers_email_idx1 ON public.customers USING btree (email);
      \`\`\`

      | Calls | Time | Cost | Query |
      |---:|---:|---|---|
      | 402,000 | 16.1 s | 8.44 (unchanged) | \`SELECT * FROM customers WHERE email = $1\` |

      Plan before:

      \`\`\`text
      Index Scan using customers_email_idx1 on customers  (cost=0.42..8.44 rows=1 width=96)
      \`\`\`

      Plan after:

      \`\`\`text
      Index Scan using customers_email_idx on customers  (cost=0.42..8.44 rows=1 width=96)
      \`\`\`

      - ✓ constraint: implements no constraint
      - ✓ replica-identity: is not the replica identity
      - ✓ replan: no query of the workload changes its cost without it

      </details>

      <details>
      <summary><b>warning</b> redundant-index <code>public.order_items_order_id_idx on public.order_items (order_id)</code>: costs 6 s per day, frees 88 MB</summary>

      order_items_order_id_idx is a prefix of order_items_pkey (order_id, line), which serves the same queries.

      estimated by sandbox (PostgreSQL 18.6)

      \`\`\`sql
      DROP INDEX CONCURRENTLY public.order_items_order_id_idx;
      \`\`\`

      Undo:

      \`\`\`sql
      CREATE INDEX CONCURRENTLY order_items_order_id_idx ON public.order_items USING btree (order_id);
      \`\`\`

      | Calls | Time | Cost | Query |
      |---:|---:|---|---|
      | 2,310,000 | 2.3 min | 17.2 → 22.4 (1.3x higher) | \`SELECT line, product_id, quantity FROM order_items WHERE order_id = ANY($1)\` |

      Plan before:

      \`\`\`text
      Index Scan using order_items_order_id_idx on order_items  (cost=0.43..17.20 rows=4 width=20)
      \`\`\`

      Plan after:

      \`\`\`text
      Index Scan using order_items_pkey on order_items  (cost=0.43..22.40 rows=4 width=20)
      \`\`\`

      - ✓ constraint: implements no constraint
      - ✗ workload: 1 query gets 1.3 times more expensive: the other index is larger
      - ? replicas: counters of 1 replica were not given

      </details>

      <details>
      <summary><b>warning</b> invalid-index <code>public.events_payload_idx on public.events (payload)</code>: frees 7 MB</summary>

      events_payload_idx is left from a concurrent build that failed: writes maintain it, no query can use it.

      verified

      \`\`\`sql
      DROP INDEX CONCURRENTLY public.events_payload_idx;
      \`\`\`

      Undo:

      \`\`\`sql
      CREATE INDEX CONCURRENTLY events_payload_idx ON public.events USING gin (payload);
      \`\`\`

      - ✓ building: no build of it is running

      </details>

      <details>
      <summary><b>info</b> unused-index 3 objects</summary>

      - \`public.orders_status_idx on public.orders (status)\` 12 MB
      - \`public.orders_coupon_code_idx on public.orders (coupon_code)\` 4 MB
      - \`public.customers_birthday_idx on public.customers (birthday)\` 1 MB

      insufficient evidence: nothing is advised for these yet

      - ? statistics-age: counters cover 3 days; at least 30 are needed
      - ? replicas: counters of 1 replica were not given (2 of 3)

      </details>

      <details>
      <summary><b>info</b> missing-primary-key <code>public.&#34;audit.log&#34;</code></summary>

      public."audit.log" has no primary key: logical replication can't update or delete its rows.

      verified

      </details>

      ### Cost against storage

      Advised: 8.4 % of today's cost (at most 2 GB, at most 10 indexes, the time limit ended the search: more time may find more).

      | New indexes | Storage | Workload cost | Knee |
      |---:|---:|---:|---|
      | 0 | 0 bytes | 100 % |  |
      | 1 | 48 MB | 12 % | here |
      | 2 | 248 MB | 8.4 % |  |

      ### Queries that cost more with the advised indexes

      | Calls | Share of cost | Cost and why | Query |
      |---:|---:|---|---|
      | 240,000 | 1.1 % | 0.01 → 1.18 (118x higher): it writes to a table that gets indexes | \`\`INSERT INTO orders (customer_id, note) VALUES ($1, '\\|<b>\`')\`\`<br>\`src/checkout.ts:118 (Checkout.pay)\` |
      | 12 | 0.04 % | 17.2 → 22.4 (1.3x higher): its plan is dearer | \`SELECT * FROM orders ORDER BY id LIMIT $1\` |

      ### Not analysed: 3 objects, 3 queries with 48,023 calls

      Nothing is known about these, which does not mean that they are fine.

      - permission denied for schema ledger
        - \`table ledger.entries\`
        - \`table ledger.accounts\`
      - never analysed: run ANALYZE
        - \`table public.\\x1b[5mblink\`
      - function secret_function(integer) is not in the snapshot
        - \`SELECT secret_function($1)\`
      - relation ledger.entries can't be read
        - \`SELECT * FROM ledger.entries WHERE account = $1\`
        - \`UPDATE ledger.accounts SET balance = $1 WHERE id = $2\`

      ### Notes

      - table public.countries has 249 rows: too small to matter
      - an index on public.orders (status) was tried for 3 queries: the planner does not use it, 94 % of the rows have one value
      "
    `);
  });

  test("with nothing found", () => {
    expect(renderMarkdown(emptyReport)).toMatchInlineSnapshot(`
      "## Database advice: shop

      | | |
      |---|---|
      | Server | PostgreSQL 15.18 (Debian 15.18-0+deb12u1) |
      | Workload | 1 query shape, 1 call, 0.42 ms of execution, queries.sql |
      | Planner | none: no query was planned |
      | Findings | none |

      No findings in what was analysed.
      "
    `);
  });

  test("without times claims no saving", () => {
    const markdown = renderMarkdown(reportWithoutTimes);
    expect(markdown).toContain("| Saves | unknown");
    expect(markdown).not.toMatch(/per day|NaN|undefined|null/);
  });

  test("opens and closes every block, whatever names and SQL hold", () => {
    const outside = outsideFences(renderMarkdown(fullReport));
    const count = (pattern: RegExp): number => outside.filter((line) => pattern.test(line)).length;
    expect(count(/^<details>$/)).toBe(count(/^<\/details>$/));
    expect(count(/^<details>$/)).toBe(8);
    const html = outside.join("\n").replace(/(`+)[^`].*?(?<!`)\1(?!`)/g, "");
    expect(
      [...html.matchAll(/<(?!!-- -->)[^>]*>/g)]
        .map(([tag]) => tag)
        .filter((tag) => !/^<\/?(?:details|summary|b|br|code)>$/.test(tag)),
    ).toEqual([]);
  });

  test("each row of a table has as many cells as its head", () => {
    const rows = outsideFences(renderMarkdown(fullReport)).filter((line) => line.startsWith("|"));
    const cells = (row: string): number => row.replaceAll(String.raw`\|`, "").split("|").length - 2;
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect([2, 4]).toContain(cells(row));
    expect(rows.filter((row) => row.includes("SELECT")).map(cells)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test("holds no control character", () => {
    expect(renderMarkdown(fullReport)).not.toMatch(UNPRINTABLE);
  });
});

describe("escapes", () => {
  test.each([
    ["a|b", String.raw`a\|b`],
    ["*x* _y_ snake_case __z__", String.raw`\*x\* \_y\_ snake_case \_\_z\_\_`],
    ["<img src=x>", "&lt;img src=x&gt;"],
    ["@team #12", "@<!-- -->team #<!-- -->12"],
    ["https://example.com", ":<!-- -->//".replace(":", "https:") + "example.com"],
    ["- item", String.raw`\- item`],
    ["1. item", String.raw`1\. item`],
    ["1.5 s", "1.5 s"],
    ["$x$ `y`", String.raw`\$x\$ \`y\``],
    ["two\n\n# lines", "two # lines"],
  ])("%j", (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  test.each([
    ["a", "`a`"],
    ["`a`", "`` `a` ``"],
    ["a``b", "```a``b```"],
    ["a|b", String.raw`${"`"}a\|b${"`"}`],
    ["", ""],
  ])("code span of %j", (text, expected) => {
    expect(codeSpan(text, { cell: true })).toBe(expected);
  });

  test("a fence is longer than what it holds", () => {
    expect(codeBlock(["a ````` b"], "sql")).toEqual(["``````sql", "a ````` b", "``````"]);
  });
});

function outsideFences(markdown: string): string[] {
  let fence = "";
  return markdown.split("\n").filter((line) => {
    const [run = ""] = /^`{3,}/.exec(line) ?? [];
    if (fence === "" && run !== "") {
      fence = run;
      return false;
    }
    if (fence === "") return true;
    if (line === fence) fence = "";
    return false;
  });
}
