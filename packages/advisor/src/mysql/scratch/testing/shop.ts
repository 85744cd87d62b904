import type { CandidateIndex } from "../../../candidates/candidate-index.ts";
import type { IndexKey } from "../../../catalog/catalog.ts";
import type { Snapshot } from "../../../catalog/snapshot.ts";
import { capture } from "../../capture/capture.ts";
import { connect } from "../../connect.ts";
import { parse } from "../../parse.ts";
import { runScript } from "../../testing/run-script.ts";
import type { Query } from "../../../workload/workload.ts";

export const ORDERS = 24_000;
const CUSTOMERS = 2_400;

/** Orders of customers: skewed customers and states, 200 shops, two years; each with items. */
export async function createShop(url: string): Promise<void> {
  const digit =
    "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
  await runScript(url, [
    `CREATE TABLE numbers (n INT NOT NULL PRIMARY KEY)`,
    `INSERT INTO numbers SELECT 1 + a.d + 10*b.d + 100*c.d + 1000*e.d + 10000*f.d
     FROM ${digit} a JOIN ${digit} b JOIN ${digit} c JOIN ${digit} e JOIN ${digit} f`,
    `CREATE TABLE customers (
       id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       email VARCHAR(80) NOT NULL, name VARCHAR(60), joined DATE NOT NULL,
       UNIQUE KEY uk_email (email))`,
    `INSERT INTO customers SELECT n, CONCAT('user', n, '@example.org'), IF(n % 5 = 0, NULL, CONCAT('Name ', n % 700)),
       DATE_ADD('2020-01-01', INTERVAL n % 900 DAY) FROM numbers WHERE n <= ${CUSTOMERS}`,
    `CREATE TABLE orders (
       id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       customer_id INT UNSIGNED NOT NULL, state VARCHAR(12) NOT NULL, shop INT NOT NULL,
       total DECIMAL(10,2) NOT NULL, created DATETIME NOT NULL, note TEXT,
       KEY k_customer (customer_id), KEY k_state (state),
       CONSTRAINT fk_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
       CONSTRAINT positive CHECK (total >= 0))`,
    // Hashes in place of random numbers: the same on each server.
    `INSERT INTO orders SELECT n, 1 + FLOOR(${CUSTOMERS} * POW((CRC32(CONCAT('c', n)) % 100000) / 1e5, 2)),
       ELT(1 + FLOOR(5 * POW((CRC32(CONCAT('s', n)) % 100000) / 1e5, 3)), 'paid', 'shipped', 'new', 'held', 'failed'),
       CRC32(CONCAT('x', n)) % 200, (CRC32(CONCAT('t', n)) % 100000) / 100,
       DATE_ADD('2022-01-01', INTERVAL n * 2628 SECOND), IF(n % 3 = 0, NULL, 'a note')
     FROM numbers WHERE n <= ${ORDERS}`,
    `CREATE TABLE items (
       order_id INT UNSIGNED NOT NULL, line INT NOT NULL, sku VARCHAR(20) NOT NULL, quantity INT NOT NULL,
       PRIMARY KEY (order_id, line), KEY k_sku (sku))`,
    `INSERT INTO items SELECT n, line, CONCAT('SKU-', LPAD(CRC32(CONCAT(n, '/', line)) % 3000, 5, '0')), 1 + n % 5
     FROM numbers JOIN (SELECT 1 AS line UNION ALL SELECT 2) parts WHERE n <= ${ORDERS}`,
    `CREATE VIEW open_orders AS SELECT * FROM orders WHERE state IN ('new', 'held')`,
    "DROP TABLE numbers",
    "ANALYZE TABLE customers, orders, items",
  ]);
}

/** The database as its own server shows it. Nothing tells that it is the server that plans are made on too. */
export async function snapshotOf(url: string): Promise<Snapshot> {
  const session = await connect(url);
  try {
    const snapshot = await capture(session, {
      values: true,
      workload: false,
      node: "db:3306/shop",
    });
    return { ...snapshot, nodes: [] };
  } finally {
    await session.close();
  }
}

/** A query as a workload has it, each text a sample of its own. */
export async function queryOf(
  sql: string,
  { catalog }: Pick<Snapshot, "catalog">,
  samples: readonly string[] = [sql],
): Promise<Query> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(`${sql}: ${JSON.stringify(parsed)}`);
  return {
    fingerprint: parsed.fingerprint,
    sql: parsed.normalized,
    calls: 10,
    totalMs: undefined,
    rows: undefined,
    samples: samples.map((text) => ({ sql: text, durationMs: undefined })),
    sources: [],
    callSites: [],
    statement: parsed.describe(catalog),
  };
}

type KeyPart = string | (Partial<IndexKey> & { readonly expression: string });

export function candidateOn(
  { catalog }: Pick<Snapshot, "catalog">,
  table: string,
  ...keys: readonly KeyPart[]
): CandidateIndex {
  const found = catalog.tables.find(({ name }) => name === table);
  return {
    table: { schema: found?.schema ?? "", name: table },
    method: "btree",
    keys: keys.map((key) => ({
      column: typeof key === "string" ? key : null,
      direction: "asc",
      nulls: "first",
      operatorClass: null,
      collation: null,
      ...(typeof key === "string" ? { expression: `\`${key.replaceAll("`", "``")}\`` } : key),
    })),
    include: [],
    predicate: null,
  };
}
