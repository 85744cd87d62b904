import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../random-database/random.ts";
import { parse } from "./parse.ts";
import { randomQuery } from "./testing/random-query.ts";
import { shopCatalog, shopStatements } from "./testing/shop-catalog.ts";

const QUERIES = 300;

describe.each([
  ["mysql", startMysql],
  ["mariadb", startMariadb],
] as const)("random queries on %s", (product, start) => {
  const databases: TestDatabase[] = [];
  let connection: Connection;

  beforeAll(async () => {
    for (let count = 0; count < 2; count += 1) databases.push(await start());
    const [shop, archive] = databases.map(({ url }) => new URL(url).pathname.slice(1));
    connection = await mysql.createConnection(databases[0]!.url);
    for (const statement of shopStatements(shop!, archive!)) await connection.query(statement);
    const rows = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)`;
    for (const insert of [
      `INSERT INTO customers (id, email, name, country, active) ${rows} SELECT i, i, i, 'de', 1 FROM n`,
      `INSERT INTO orders (id, customer_id, total, placed_at, external_id) ${rows} SELECT i, i, i, '2024-01-01', i FROM n`,
      `INSERT INTO items (id, order_id, product_id, quantity) ${rows} SELECT i, i, i, i FROM n`,
      `INSERT INTO categories (id, parent_id, name) ${rows} SELECT i, i, i FROM n`,
    ]) {
      await connection.query(insert);
    }
    await connection.query("ANALYZE TABLE customers, orders, items, categories");
    if (product === "mysql") await connection.query("SET explain_json_format_version = 1");
  });

  afterAll(async () => {
    await connection?.end();
    for (const database of databases) await database.close();
  });

  it("names the tables and columns that the server's plan names", async () => {
    const seed = Date.now() % 1_000_000;
    const random = seededRandom(seed);
    const wrong: string[] = [];
    let compared = 0;
    for (let count = 0; count < QUERIES; count += 1) {
      const { sql, aliases } = randomQuery(random);
      const [[row]] = await connection.query<RowDataPacket[]>(`EXPLAIN FORMAT=JSON ${sql}`);
      const text = row!["EXPLAIN"] as string;
      const plan = planned(JSON.parse(text), aliases);
      // MariaDB names no columns but those in conditions. MySQL says why it left a part out: it names none there.
      const tellsAll = product === "mysql" && !text.includes('"message"');
      const parsed = await parse(sql);
      if (parsed.kind !== "query") throw new Error(`${JSON.stringify(parsed)}: ${sql}`);
      const described = new Map<string, Set<string>>();
      for (const { table, columns } of parsed.describe(shopCatalog).tables) {
        const known = described.get(table.name) ?? new Set<string>();
        described.set(table.name, known);
        for (const column of columns) known.add(column);
      }
      // A plan that needs no table, for conditions that never hold, says nothing.
      for (const [table, columns] of plan) {
        compared += 1;
        const own = described.get(table) ?? new Set();
        // The primary key stands for the whole row where rows are sorted or buffered.
        const missing = [...columns].filter((column) => !own.has(column) && column !== "id");
        const extra = tellsAll ? [...own].filter((column) => !columns.has(column)) : [];
        if (missing.length + extra.length > 0) {
          wrong.push(`${table}: missing ${missing.join(", ")}; more ${extra.join(", ")}: ${sql}`);
        }
      }
    }
    expect(wrong, `seed ${seed}`).toEqual([]);
    expect(compared).toBeGreaterThan(QUERIES);
  });
});

/** Columns by table: those that MySQL says it reads, those in the conditions that MariaDB attaches. */
function planned(
  plan: unknown,
  aliases: ReadonlyMap<string, string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (table: string, columns: readonly string[]): void => {
    found.set(table, new Set([...(found.get(table) ?? []), ...columns]));
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const node = value as Readonly<Record<string, unknown>>;
    const table = aliases.get(String(node["table_name"]));
    if (table !== undefined) add(table, (node["used_columns"] as readonly string[]) ?? []);
    for (const [name, part] of Object.entries(node)) {
      if (name === "attached_condition" && typeof part === "string") {
        for (const [, alias = "", column = ""] of part.matchAll(/`?\b(a\d+)`?\.`?(\w+)`?/g)) {
          const named = aliases.get(alias);
          if (named !== undefined) add(named, [column]);
        }
      }
      visit(part);
    }
  };
  visit(plan);
  return found;
}
