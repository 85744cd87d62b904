import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import fc from "fast-check";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Statement } from "../workload/statement.ts";
import { renderStatement } from "../workload/testing/render-statement.ts";
import { unescapeExpression } from "./capture/unescape-expression.ts";
import { indexExpressionOf } from "./describe/index-expression.ts";
import { parse } from "./parse.ts";
import { quoteIdent } from "./quote-ident.ts";
import { shopCatalog, shopStatements } from "./testing/shop-catalog.ts";
import { statementCases } from "./testing/statement-cases.ts";

const USUAL = { schema: "shop", nulls: "first" } as const;

async function described(sql: string, catalog = shopCatalog): Promise<Statement> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(`${parsed.kind}: ${sql}`);
  return parsed.describe(catalog);
}

describe("describeStatement", () => {
  it.each(statementCases.map(([sql, expected]) => [sql, expected] as const))(
    "%s",
    async (sql, expected) => {
      expect(renderStatement(await described(sql), USUAL)).toBe(expected.replaceAll(/\n +/g, "\n"));
    },
  );

  it("finds a table in any case where only one can be meant", async () => {
    expect(renderStatement(await described("SELECT OTHER FROM MIXED"), USUAL)).toBe(
      "Mixed: reads other",
    );
    const [mixed] = shopCatalog.tables.filter(({ name }) => name === "Mixed");
    const two = {
      ...shopCatalog,
      tables: [...shopCatalog.tables, { ...mixed!, name: "MIXED" }],
    };
    expect((await described("SELECT other FROM MIXED", two)).tables[0]?.table.name).toBe("MIXED");
    expect(await described("SELECT other FROM mixed", two)).toMatchObject({
      tables: [],
      unresolved: ["mixed"],
    });
  });

  it("names what is in no catalog, and knows nothing of its columns", async () => {
    expect(
      renderStatement(
        await described("SELECT a FROM elsewhere e JOIN orders o ON o.id = e.id WHERE b = 5"),
        USUAL,
      ),
    ).toBe("orders: join id = column; reads id\nunresolved elsewhere");
  });

  it("keeps one constant of an equality, and says what else may find the rows", async () => {
    const [use] = (
      await described(
        "SELECT id FROM customers WHERE country = 'd\\'e' AND id IN (1, 2) AND name LIKE '%word%' AND MATCH (name, email) AGAINST ('x')",
      )
    ).tables;
    const fulltext = [{ method: "fulltext", operatorClass: null }];
    expect(use?.predicates).toMatchObject([
      { column: "country", literal: "'d''e'" },
      { column: "id", literal: "(1, 2)" },
      { column: "name", operator: "like", access: fulltext },
      { column: null, expression: "`name`, `email`", operator: "match", access: fulltext },
    ]);
  });

  it.each([
    ["SELECT id FROM orders WHERE id > 5 ORDER BY id", true],
    ["SELECT id FROM orders LIMIT 5", false],
    ["SELECT COUNT(*) FROM orders", false],
    ["SELECT o.id FROM orders o JOIN items i ON i.id = o.id", false],
    ["SELECT buyer FROM open_orders", false],
  ])("knows whether each row is one of the table: %s", async (sql, plain) => {
    expect((await described(sql)).plainRows ?? false).toBe(plain);
  });

  it("gives fewer facts, never an error, for statements put together from parts that don't fit", async () => {
    const reads = statementCases.map(([sql]) => sql).filter((sql) => /^(?:SELECT|WITH)/.test(sql));
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
          (a: string, b: string) => `INSERT INTO nowhere (${a}) ON DUPLICATE KEY UPDATE x = (${b})`,
          (a: string, b: string) =>
            `UPDATE orders, (${a}) q SET orders.id = 1 WHERE EXISTS (${b}) OR q.id = 1`,
          (a: string, b: string) =>
            `WITH RECURSIVE r AS ((${a}) UNION ALL (${b})) SELECT id FROM r JOIN orders USING (id)`,
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
    expect(readable).toBeGreaterThan(300);
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

describe.each([
  ["mysql", startMysql],
  ["mariadb", startMariadb],
] as const)("on a real server: %s", (product, start) => {
  const databases: TestDatabase[] = [];
  let connection: Connection;
  let archive: string;
  const cases = statementCases.flatMap(([sql, , only = product]) => (only === product ? sql : []));

  beforeAll(async () => {
    for (let count = 0; count < 2; count += 1) databases.push(await start());
    const [shop, other] = databases.map(({ url }) => new URL(url).pathname.slice(1));
    archive = other!;
    connection = await mysql.createConnection(databases[0]!.url);
    for (const statement of shopStatements(shop!, archive)) await connection.query(statement);
  });

  afterAll(async () => {
    await connection?.end();
    for (const database of databases) await database.close();
  });

  it.each(cases)("takes %s", async (sql) => {
    const text = sql.replace("archive.", `${archive}.`);
    await expect(connection.query(`EXPLAIN ${text}`)).resolves.toBeDefined();
    const parsed = await parse(text);
    expect(parsed).toMatchObject({ kind: "query" });
    if (parsed.kind === "query") await connection.query("PREPARE s FROM ?", [parsed.normalized]);
  });

  // MariaDB has no indexes on expressions.
  it.each(product === "mysql" ? cases : [])("takes the expressions as keys: %s", async (sql) => {
    for (const use of (await described(sql)).tables) {
      if (use.table.schema !== "shop") continue;
      const keys = [...use.predicates.filter(({ role }) => role !== "other"), ...use.order].filter(
        ({ column }) => column === null,
      );
      for (const { expression } of keys) {
        const create = `CREATE INDEX tried ON ${quoteIdent(use.table.name)} (${expression})`;
        const refused = await connection.query(create).then(
          () => null,
          (error: { readonly errno: number }) => error.errno,
        );
        let written = expression;
        if (refused === null) {
          // The server's own text of the key is the condition's, in one spelling.
          const [[key]] = await connection.query<RowDataPacket[]>(
            "SELECT expression AS expression FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name = 'tried'",
          );
          const printed = unescapeExpression(key!["expression"] as string);
          await connection.query(`DROP INDEX tried ON ${quoteIdent(use.table.name)}`);
          written = indexExpressionOf(printed);
        }
        // 3757: values of any length, which need a CAST first. 3758: the server does not let it be in an index.
        expect({
          expression: written,
          refused: [null, 3757, 3758].includes(refused) ? null : refused,
        }).toEqual({
          expression,
          refused: null,
        });
      }
    }
  });

  it("knows conditions that an index serves from those that none can", async () => {
    await connection.query(
      "CREATE TABLE keyed (id int PRIMARY KEY, number int, word varchar(40), exact varchar(40) COLLATE utf8mb4_bin, latin varchar(40) CHARACTER SET latin1, moment datetime, flag tinyint NOT NULL, bytes varbinary(40), kind enum('a', 'b') NOT NULL, KEY (number), KEY (word), KEY (exact), KEY (latin), KEY (moment), KEY (flag), KEY (bytes), KEY (kind)) CHARSET utf8mb4 COLLATE utf8mb4_general_ci",
    );
    await connection.query(
      "INSERT INTO keyed WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i, i, CONCAT('v', i), CONCAT('v', i), CONCAT('v', i), '2020-01-01' + INTERVAL i DAY, i % 300 <> 0, CONCAT('v', i), IF(i = 5, 'b', 'a') FROM n",
    );
    await connection.query("ANALYZE TABLE keyed");
    const wrong: string[] = [];
    for (const condition of CONDITIONS) {
      // Columns that no index holds together: else it would be read for them, condition or not.
      const sql = `SELECT * FROM keyed WHERE ${condition}`;
      const format = product === "mysql" ? "FORMAT=TRADITIONAL " : "";
      const [[row]] = await connection.query<RowDataPacket[]>(`EXPLAIN ${format}${sql}`);
      const catalog = {
        ...shopCatalog,
        tables: [{ ...shopCatalog.tables[0]!, name: "keyed", columns: KEYED }],
      };
      const { tables } = await described(sql, catalog);
      const served = tables[0]!.predicates.some(
        ({ role, column }) => role !== "other" && column !== null,
      );
      const isServed = row!["key"] !== null;
      if (served !== isServed) wrong.push(`${condition}: ${row!["type"]} ${row!["key"]}`);
    }
    expect(wrong).toEqual([]);
  });
});

const KEYED = [
  ["id", "int", null],
  ["number", "int", null],
  ["word", "varchar(40)", "utf8mb4_general_ci"],
  ["exact", "varchar(40)", "utf8mb4_bin"],
  ["latin", "varchar(40)", "latin1_swedish_ci"],
  ["moment", "datetime", null],
  ["flag", "tinyint", null],
  ["bytes", "varbinary(40)", null],
  ["kind", "enum('a','b')", "utf8mb4_general_ci"],
].map(([name, type, collation]) => ({
  ...shopCatalog.tables[0]!.columns[0]!,
  name: name!,
  type: type!,
  collation: collation!,
}));

const CONDITIONS = [
  "word = 5",
  "word = '5'",
  "word <=> 'v5'",
  "word <=> 5",
  "word > 5",
  "word > 'v8'",
  "word BETWEEN 1 AND 5",
  "word IN ('v5', 'v6')",
  "word IN ('v5', 6)",
  "word = DATE '2020-01-01'",
  "word = NOW()",
  "word = BINARY 'v5'",
  "word > BINARY 'v8'",
  "word = 'v5' COLLATE utf8mb4_bin",
  "word > 'v8' COLLATE utf8mb4_bin",
  "word COLLATE utf8mb4_general_ci LIKE 'v5%'",
  "word LIKE 'v5'",
  "word LIKE 'v5_'",
  "word LIKE '%5'",
  "word NOT LIKE 'v5%'",
  "word REGEXP '^v5'",
  "word = x'7635'",
  "exact = 'v5'",
  "exact = BINARY 'v5'",
  "latin = 'v5'",
  "latin = _utf8mb4'v5'",
  "number = '5'",
  "number LIKE '5%'",
  "number + 0 = 5",
  "number <=> NULL",
  "number IS NULL",
  "number IN ('5', '6')",
  "number BETWEEN '5' AND '6'",
  "NOT (number < 890)",
  "NOT (number <> 5)",
  "number = 5 OR number = 6",
  "(number, word) = (5, 'v5')",
  "(number, word) IN ((5, 'v5'), (6, 'v6'))",
  "(number, word) > (899, 'v5')",
  "moment = 20200105",
  "moment = '2020-01-05'",
  "moment = DATE '2020-01-05'",
  "moment > '2022-06-01' + INTERVAL 1 DAY",
  "moment LIKE '2020-01-05%'",
  "moment > NOW()",
  "DATE(moment) = '2020-01-05'",
  "YEAR(moment) = 2020",
  "NOT flag",
  "flag = FALSE",
  "flag IS FALSE",
  "bytes = 'v5'",
  "bytes = 5",
  "kind = 'b'",
  "kind = 2",
  "kind LIKE 'b%'",
];
