import { FIRST_UNSOLD_PRODUCT } from "./shop-rows.ts";

/** One shape of the demo's workload and what it is executed with. */
export interface DemoQuery {
  readonly sql: string;
  /** One list of parameters per execution. */
  readonly executions: readonly (readonly (string | number)[])[];
}

/** Numbers spread over 1 to `size`, the same in every run. */
function spread(count: number, size: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => 1 + ((i * 7_919 + 104_729) % size));
}

function each(count: number, size: number): readonly (readonly [number])[] {
  return spread(count, size).map((value) => [value] as const);
}

const DAYS = ["2025-03-10", "2025-06-01", "2025-09-20", "2025-11-05", "2025-12-24"] as const;

/** What the shop asks its database: pages, a back office, a nightly report. */
export const SHOP_WORKLOAD: readonly DemoQuery[] = [
  {
    sql: "SELECT id, status, total, created_at FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 10",
    executions: each(12, 60_000),
  },
  {
    sql: "SELECT i.quantity, i.price, p.name FROM order_items i JOIN products p ON p.id = i.product_id WHERE i.order_id = $1",
    executions: each(12, 260_000),
  },
  {
    sql: "SELECT o.id, o.created_at, sum(i.quantity * i.price) AS total FROM orders o JOIN order_items i ON i.order_id = o.id WHERE o.customer_id = $1 GROUP BY o.id, o.created_at",
    executions: each(6, 60_000),
  },
  {
    sql: "SELECT id, customer_id, total FROM orders WHERE status = $1 AND created_at >= $2 ORDER BY created_at",
    executions: DAYS.map((day) => ["returned", day]),
  },
  {
    sql: "SELECT count(*), sum(total) FROM orders WHERE created_at >= $1::timestamptz AND created_at < $1::timestamptz + interval '1 day'",
    executions: DAYS.map((day) => [day]),
  },
  {
    sql: "SELECT id, name FROM customers WHERE email = $1",
    executions: spread(8, 60_000).map((id) => [`customer${id}@example.com`]),
  },
  {
    sql: "SELECT kind, at, path FROM events WHERE customer_id = $1 ORDER BY at DESC LIMIT 20",
    executions: each(8, 60_000),
  },
  {
    sql: "SELECT count(*) FROM events WHERE kind = $1 AND at >= $2",
    executions: DAYS.map((day) => ["error", day]),
  },
  {
    sql: "SELECT rating, body, created_at FROM reviews WHERE product_id = $1 ORDER BY created_at DESC LIMIT 20",
    executions: each(8, 7_000),
  },
  { sql: "SELECT avg(rating) FROM reviews WHERE product_id = $1", executions: each(6, 7_000) },
  {
    sql: "SELECT id, name, price FROM products WHERE category_id = $1 ORDER BY price LIMIT 24",
    executions: each(6, 40),
  },
  {
    sql: "SELECT id, name, price FROM products WHERE sku = $1",
    executions: spread(6, 8_000).map((id) => [`SKU-${String(id).padStart(6, "0")}`]),
  },
  {
    sql: "SELECT o.id, c.name, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1",
    executions: each(8, 260_000),
  },
  {
    sql: "SELECT c.country, count(*) AS orders, sum(o.total) AS total FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.country",
    executions: [[], []],
  },
  { sql: "UPDATE orders SET status = 'delivered' WHERE id = $1", executions: each(6, 260_000) },
  {
    sql: "DELETE FROM products WHERE id = $1",
    executions: [[FIRST_UNSOLD_PRODUCT + 50], [FIRST_UNSOLD_PRODUCT + 51]],
  },
];
