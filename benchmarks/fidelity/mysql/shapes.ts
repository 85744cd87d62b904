import type { CandidateIndex, IndexKey } from "@dbadvise/advisor";

/** One comparison: a query, and an index that may help it. */
export interface Shape {
  readonly name: string;
  readonly sql: string;
  readonly table: string;
  /** Keys as SQL: `created_at desc`, `note(10)`, `(lower(email))`. */
  readonly keys: readonly string[];
  /** The one server that has such an index. */
  readonly only?: "MySQL";
}

/** The shape's index in a database. */
export function indexOf({ table, keys }: Shape, schema: string): CandidateIndex {
  return {
    table: { schema, name: table },
    method: "btree",
    keys: keys.map(key),
    include: [],
    predicate: null,
  };
}

function key(text: string): IndexKey {
  const [, column = "", prefix, desc] = /^(.*?)(?:(?<=\w)\((\d+)\))?( desc)?$/.exec(text) ?? [];
  const plain = /^\w+$/.test(column);
  return {
    column: plain ? column : null,
    expression: plain ? `\`${column}\`` : column,
    direction: desc === undefined ? "asc" : "desc",
    nulls: desc === undefined ? "first" : "last",
    operatorClass: null,
    collation: null,
    ...(prefix !== undefined && { prefix: Number(prefix) }),
  };
}

function shape(name: string, index: string, sql: string, only?: "MySQL"): Shape {
  const [, table = "", keys = ""] = /^(\w+) (.*)$/.exec(index) ?? [];
  return { name, table, keys: keys.split(", "), sql, ...(only !== undefined && { only }) };
}

/** Aliases of all shapes, so that a server's plan can be read. */
export const ALIASES: Readonly<Record<string, string>> = {
  c: "customers",
  e: "events",
  i: "items",
  o: "orders",
  p: "products",
  q: "orders",
  r: "customers",
};

export const SHAPES: readonly Shape[] = [
  shape("equality, skewed", "orders customer_id", "select * from orders where customer_id = 4711"),
  shape(
    "equality, frequent value",
    "orders customer_id",
    "select * from orders where customer_id = 3",
  ),
  shape(
    "equality, low cardinality",
    "orders status",
    "select * from orders where status = 'failed'",
  ),
  shape(
    "equality, most rows",
    "orders status",
    "select * from orders where status = 'done' and total > 999",
  ),
  shape("equality, text", "products sku", "select * from products where sku = 'SKU-004711'"),
  shape(
    "equality, no such value",
    "orders customer_id",
    "select * from orders where customer_id = 999999999",
  ),
  shape(
    "two equalities",
    "orders customer_id, status",
    "select * from orders where customer_id = 17 and status = 'open'",
  ),
  shape(
    "two equalities, enum",
    "orders channel, status",
    "select count(*) from orders where channel = 'phone' and status = 'new'",
  ),
  shape("range, decimal", "orders total", "select * from orders where total > 995"),
  shape("range, most rows", "orders total", "select * from orders where total > 100"),
  shape(
    "range, correlated",
    "customers created_at",
    "select * from customers where created_at between '2021-03-01' and '2021-03-08'",
  ),
  shape(
    "range beyond the values",
    "customers created_at",
    "select * from customers where created_at > '2035-01-01'",
  ),
  shape(
    "equality, then range",
    "orders status, total",
    "select id, total from orders where status = 'new' and total > 900",
  ),
  shape(
    "range on the second column only",
    "orders status, total",
    "select * from orders where total > 990",
  ),
  shape(
    "sort and limit behind an equality",
    "orders customer_id, created_at desc",
    "select * from orders where customer_id = 3 order by created_at desc limit 10",
  ),
  shape(
    "sort and limit, no condition",
    "orders total desc",
    "select id, total from orders order by total desc limit 20",
  ),
  shape(
    "sort and limit read backwards",
    "orders total",
    "select * from orders order by total desc limit 20",
  ),
  shape(
    "sort by the primary key behind an equality",
    "orders status",
    "select * from orders where status = 'failed' order by id limit 20",
  ),
  shape(
    "sort of mixed directions",
    "orders status, created_at desc",
    "select id from orders order by status, created_at desc limit 50",
  ),
  shape(
    "covering range",
    "orders customer_id, total",
    "select customer_id, sum(total) from orders where customer_id < 500 group by customer_id",
  ),
  shape(
    "covering by the primary key's suffix",
    "orders deleted_at",
    "select id from orders where deleted_at > '2024-12-01'",
  ),
  shape(
    "covering scan",
    "orders channel, total",
    "select channel, avg(total) from orders group by channel",
  ),
  shape("count, whole table", "items quantity", "select count(*) from items"),
  shape("distinct, loose scan", "orders status", "select distinct status from orders"),
  shape(
    "greatest of each group, loose scan",
    "orders channel, created_at",
    "select channel, max(created_at) from orders group by channel",
  ),
  shape("LIKE prefix", "customers name", "select * from customers where name like 'Flo ab%'"),
  shape(
    "LIKE prefix on a prefix key",
    "products name(10)",
    "select * from products where name like 'product ab%'",
  ),
  shape(
    "equality on a prefix key",
    "orders note(8)",
    "select * from orders where note = 'xxxxxxxxxxxxxxxxxxxx0f4c1a2b'",
  ),
  shape(
    "IN list",
    "orders customer_id",
    "select * from orders where customer_id in (5, 6, 7, 800)",
  ),
  shape(
    "IN list, then a range",
    "orders status, created_at",
    "select * from orders where status in ('open', 'new') and created_at > '2023-11-20'",
  ),
  shape(
    "OR of two columns",
    "orders customer_id",
    "select * from orders where customer_id = 90000 or id = 5",
  ),
  shape("IS NULL", "orders deleted_at", "select count(*) from orders where deleted_at is null"),
  shape(
    "IS NOT NULL, then an equality",
    "orders customer_id, deleted_at",
    "select id from orders where deleted_at is not null and customer_id = 12",
  ),
  shape(
    "IS NULL of few",
    "customers score",
    "select * from customers where score is null and country = 'NL'",
  ),
  shape(
    "join to one customer",
    "orders customer_id",
    "select o.* from customers c join orders o on o.customer_id = c.id where c.email = 'user5@example.com'",
  ),
  shape(
    "join of three tables",
    "items product_id",
    "select p.name, o.created_at from products p join items i on i.product_id = p.id join orders o on o.id = i.order_id where p.category_id = 7 and p.id < 300",
  ),
  shape(
    "join through a new index",
    "products category_id",
    "select p.name, i.quantity from products p join items i on i.product_id = p.id where p.category_id = 12",
  ),
  shape(
    "outer join",
    "orders customer_id",
    "select c.id, o.id from customers c left join orders o on o.customer_id = c.id where c.created_at < '2020-01-02'",
  ),
  shape(
    "self join",
    "customers referrer_id",
    "select c.email, r.email from customers c join customers r on r.referrer_id = c.id where c.id < 50",
  ),
  shape(
    "semi join",
    "items product_id",
    "select * from products p where p.category_id = 3 and exists (select 1 from items i where i.product_id = p.id and i.quantity > 4)",
  ),
  shape(
    "IN subquery",
    "orders customer_id",
    "select c.email from customers c where c.country = 'NL' and c.id in (select o.customer_id from orders o where o.status = 'failed')",
  ),
  shape(
    "anti join",
    "orders customer_id",
    "select count(*) from customers c where c.country = 'NL' and not exists (select 1 from orders o where o.customer_id = c.id)",
  ),
  shape(
    "subquery for each row",
    "orders customer_id, created_at",
    "select c.id, (select max(o.created_at) from orders o where o.customer_id = c.id) latest from customers c where c.id < 200",
  ),
  shape(
    "derived table",
    "orders customer_id, total",
    "select c.email, t.spent from customers c join (select o.customer_id, sum(o.total) spent from orders o where o.customer_id < 100 group by o.customer_id) t on t.customer_id = c.id",
  ),
  shape(
    "UNION of two look-ups",
    "orders customer_id",
    "select o.id from orders o where o.customer_id = 40 union all select q.id from orders q where q.customer_id = 41",
  ),
  shape("partitioned, equality", "events kind", "select * from events where kind = 5"),
  shape(
    "partitioned, sort and limit",
    "events kind, at",
    "select * from events where kind = 4 order by at desc limit 5",
  ),
  shape(
    "partitioned, pruned",
    "events at",
    "select * from events where at between '2023-03-01' and '2023-03-02'",
  ),
  shape("update", "orders customer_id", "update orders set note = 'x' where customer_id = 8"),
  shape(
    "update of a range",
    "orders total",
    "update orders set note = 'x' where total between 500 and 500.5",
  ),
  shape("delete", "items product_id", "delete from items where product_id = 15000"),
  shape(
    "delete by a join",
    "items product_id",
    "delete i from items i join products p on p.id = i.product_id where p.category_id = 4 and p.price < 50",
  ),
  shape(
    "insert from a query",
    "orders status, created_at",
    "insert into events (id, kind, at) select id, 1, created_at from orders where status = 'new' and created_at >= '2023-11-01' and created_at < '2023-11-02'",
  ),
  shape(
    "expression",
    "customers (lower(email))",
    "select * from customers where lower(email) = 'user77@example.com'",
    "MySQL",
  ),
  shape(
    "expression of a date",
    "orders (year(deleted_at))",
    "select count(*) from orders where year(deleted_at) = 2024",
    "MySQL",
  ),
];
