import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Statement } from "../workload/statement.ts";
import { renderStatement } from "../workload/testing/render-statement.ts";
import { parse } from "./parse.ts";
import { quoteIdent } from "./quote-ident.ts";
import { shopCatalog } from "./testing/shop-catalog.ts";
import { statementCases } from "./testing/statement-cases.ts";

async function described(sql: string): Promise<Statement> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(`${parsed.kind}: ${sql}`);
  return parsed.describe(shopCatalog);
}

describe("describeStatement", () => {
  it.each(statementCases)("%s", async (sql, expected) => {
    expect(renderStatement(await described(sql))).toBe(expected.replaceAll(/\n +/g, "\n"));
  });

  it("finds a table by the search path, in its order", async () => {
    const parsed = await parse("SELECT region FROM orders WHERE region = 'x'");
    if (parsed.kind !== "query") throw new Error(parsed.kind);
    const archiveFirst = { ...shopCatalog, searchPath: ["archive", "public"] };
    expect(renderStatement(parsed.describe(archiveFirst))).toBe(
      "archive.orders: equality region = constant; reads region",
    );
  });

  it("gives fewer facts, never an error, for statements put together from parts that don't fit", async () => {
    const parts = statementCases.map(([sql]) => sql);
    const reads = parts.filter((sql) => /^(?:SELECT|WITH)/.test(sql));
    const seed = Date.now();
    const strange: string[] = [];
    let readable = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...reads),
        fc.constantFrom(...reads),
        fc.constantFrom(
          (a: string, b: string) => `SELECT * FROM (${a}) x, LATERAL (${b}) y WHERE x.id = y.id`,
          (a: string, b: string) => `WITH orders AS (${a}) ${b.startsWith("WITH") ? a : b}`,
          (a: string, b: string) => `SELECT (${a}), z.* FROM orders z WHERE z.id IN (${b})`,
          (a: string, b: string) => `(${a}) UNION ALL (${b}) ORDER BY 1 LIMIT 1`,
          (a: string, b: string) =>
            `INSERT INTO nowhere (${a}) ON CONFLICT (id) DO UPDATE SET x = (${b})`,
          (a: string, b: string) =>
            `UPDATE orders SET id = 1 FROM (${a}) q WHERE EXISTS (${b}) OR q.id = 1`,
          (a: string, b: string) =>
            `WITH RECURSIVE r AS (${a} UNION ALL (${b})) SELECT id FROM r JOIN orders USING (id)`,
        ),
        async (a, b, combine) => {
          const parsed = await parse(combine(a, b));
          if (parsed.kind !== "query") return;
          readable += 1;
          strange.push(...strangeColumns(parsed.describe(shopCatalog)));
        },
      ),
      { numRuns: 400, seed },
    );
    expect(strange).toEqual([]);
    expect(readable).toBeGreaterThan(100);
  });
});

/** Columns in predicates that their table does not have. */
function strangeColumns(statement: Statement): readonly string[] {
  return statement.tables.flatMap((use) => {
    const table = shopCatalog.tables.find(
      (one) => one.schema === use.table.schema && one.name === use.table.name,
    );
    const names = new Set(table?.columns.map((column) => column.name));
    return use.predicates.flatMap(({ column }) =>
      column === null || names.has(column) ? [] : [`${use.table.name}.${column}`],
    );
  });
}

describe("on a real server", () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await startPostgres();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("CREATE SCHEMA archive");
    for (const table of shopCatalog.tables) {
      const columns = table.columns.map((column) => {
        const key = column.name === "id" && table.kind === "table" ? " PRIMARY KEY" : "";
        return `${quoteIdent(column.name)} ${column.type}${key}`;
      });
      const partition = table.partitionKey === null ? "" : ` PARTITION BY ${table.partitionKey}`;
      await client.query(
        `CREATE TABLE ${table.schema}.${quoteIdent(table.name)} (${columns.join(", ")})${partition}`,
      );
    }
    for (const view of shopCatalog.views) {
      await client.query(`CREATE VIEW ${view.name} AS ${view.definition}`);
    }
  });

  afterAll(async () => {
    await client?.end();
    await database?.close();
  });

  it.each(statementCases)("takes the expressions as index keys: %s", async (sql) => {
    for (const use of (await described(sql)).tables) {
      const keys = [
        ...use.predicates.map(({ expression, role }) => ({ expression, usable: role !== "other" })),
        ...use.order.map(({ expression }) => ({ expression, usable: true })),
      ];
      for (const { expression, usable } of keys) {
        const table = `${use.table.schema}.${quoteIdent(use.table.name)}`;
        const refused = await client
          .query(`BEGIN; CREATE INDEX ON ${table} (${expression}); ROLLBACK`)
          .then(() => null)
          .catch(async (error: Error & { code: string }) => {
            await client.query("ROLLBACK");
            return error.code;
          });
        // 42P17: not immutable, which only the server knows. 42P02: holds a parameter, then no index is asked for.
        const allowed = [null, "42P17", ...(usable ? [] : ["42P02"])];
        expect({ expression, allowed: allowed.includes(refused) }).toEqual({
          expression,
          allowed: true,
        });
      }
    }
  });
});
