import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture, observeQuery } from "@dbadvise/observe";
import { afterAll, expect, test } from "vitest";
import { parse } from "../postgres/parse.ts";
import { shopCatalog } from "../postgres/testing/shop-catalog.ts";
import { openCapture } from "./capture-file.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-shapes-"));
afterAll(() => rmSync(directory, { recursive: true }));

const TEXTS = [
  "SELECT * FROM orders WHERE id = -5 AND total BETWEEN -1.5 AND 1e3",
  "SELECT id, total FROM orders ORDER BY 2 DESC, 1 LIMIT 10 OFFSET 20",
  "SELECT status, count(*) FROM orders GROUP BY 1",
  "SELECT id::varchar(10), CAST(total AS numeric(10,2)) FROM orders",
  "SELECT * FROM orders WHERE created_at > now() - interval '1 day'",
  "SELECT extract(year FROM created_at), date '2020-01-01', timestamp '2020-01-01' AT TIME ZONE 'UTC' FROM orders",
  "SELECT * FROM orders WHERE id IN (1, 2, 3) AND (id, total) IN ((1, 2), (3, 4))",
  "INSERT INTO orders (id, status) VALUES (1, 'x'), (2, E'y\\'z'), (3, $$w$$)",
  "SELECT 'a'\n  'b', U&'d', x'ff', b'01', array[1, 2], '{1,2}'::int[] FROM orders",
  "SELECT * FROM orders WHERE status LIKE 'x%' ESCAPE '!' FETCH FIRST 3 ROWS ONLY",
  "SELECT substring(status FROM 2 FOR 3), trim(BOTH 'x' FROM status) FROM orders",
  "SELECT sum(total) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM orders",
  "SELECT CASE WHEN id = 1 THEN 'x' ELSE 'y' END FROM orders /* trace 7 */",
  "UPDATE orders SET status = 'x' WHERE id = $1 AND total IN ($2, $3) RETURNING *",
] as const;

/** Else a capture, a log and a statistics view would show one query as several. */
test.each(TEXTS)("a capture's text has the shape of what was sent: %s", async (sql) => {
  const path = join(directory, "shapes.ndjson");
  rmSync(path, { force: true });
  {
    await using _ = capture(path);
    observeQuery({
      sql,
      parameters: [],
      server: {
        system: "postgresql",
        host: "db",
        port: 5432,
        database: "shop",
        role: "primary",
      },
      pool: undefined,
    }).succeed(1);
  }
  const [event] = await Array.fromAsync(openCapture(path, ["postgresql"]).events);
  const [sent, written] = [await parse(sql), await parse(event!.sql)];
  expect([sent.kind, written.kind]).toEqual(["query", "query"]);
  if (sent.kind !== "query" || written.kind !== "query") return;
  expect(written.fingerprint).toBe(sent.fingerprint);
  const [one, other] = [sent, written].map((parsed) =>
    parsed.describe(shopCatalog).tables.map(({ table, order, group }) => ({ table, order, group })),
  );
  expect(other).toEqual(one);
});
