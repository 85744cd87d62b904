import type { CandidateIndex, IndexKey } from "@dbadvise/advisor";

/** One comparison: a query, and an index that may help it. */
export interface Shape {
  readonly name: string;
  readonly sql: string;
  readonly index: CandidateIndex;
}

type Options = Partial<Pick<CandidateIndex, "include" | "predicate" | "method">>;

/** `created_at desc`, `(lower(email))`, `attributes jsonb_path_ops` as an index key. */
function key(text: string): IndexKey {
  const [, expression = text, operatorClass, desc] = /^(.*?)( \w+_ops)?( desc)?$/.exec(text) ?? [];
  return {
    column: /^\w+$/.test(expression) ? expression : null,
    expression,
    direction: desc === undefined ? "asc" : "desc",
    nulls: desc === undefined ? "last" : "first",
    operatorClass: operatorClass?.trim() ?? null,
    collation: null,
  };
}

function on(name: string, keys: readonly string[], options: Options = {}): CandidateIndex {
  const table = { schema: "public", name };
  return { table, method: "btree", keys: keys.map(key), include: [], predicate: null, ...options };
}

function shape(name: string, index: CandidateIndex, sql: string): Shape {
  return { name, index, sql };
}

export const SHAPES: readonly Shape[] = [
  shape(
    "equality, bigint with skew",
    on("orders", ["customer_id"]),
    "select * from orders where customer_id = 4711",
  ),
  shape(
    "equality, generic plan",
    on("orders", ["customer_id"]),
    "select * from orders where customer_id = $1",
  ),
  shape(
    "equality, uuid",
    on("customers", ["external_id"]),
    "select * from customers where external_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
  ),
  shape(
    "equality, text low cardinality",
    on("orders", ["status"]),
    "select * from orders where status = 'failed'",
  ),
  shape(
    "two equalities",
    on("orders", ["customer_id", "status"]),
    "select * from orders where customer_id = 17 and status = 'open'",
  ),
  shape("range, numeric", on("orders", ["total"]), "select * from orders where total > 995"),
  shape(
    "range, timestamptz correlated",
    on("customers", ["created_at"]),
    "select * from customers where created_at between '2021-03-01' and '2021-03-08'",
  ),
  shape(
    "range beyond the histogram",
    on("customers", ["created_at"]),
    "select * from customers where created_at > '2035-01-01'",
  ),
  shape(
    "equality, then range",
    on("orders", ["status", "total"]),
    "select id, total from orders where status = 'new' and total > 900",
  ),
  shape(
    "sort and limit",
    on("orders", ["customer_id", "created_at desc"]),
    "select * from orders where customer_id = 3 order by created_at desc limit 10",
  ),
  shape(
    "sort and limit, no condition",
    on("orders", ["total desc"]),
    "select id from orders order by total desc limit 20",
  ),
  shape(
    "covering, index only",
    on("orders", ["customer_id"], { include: ["total"] }),
    "select customer_id, sum(total) from orders where customer_id < 500 group by customer_id",
  ),
  shape(
    "partial index",
    on("orders", ["created_at"], { predicate: "status = 'open'" }),
    "select * from orders where status = 'open' and created_at < '2022-01-15'",
  ),
  shape(
    "partial index, generic plan",
    on("orders", ["customer_id"], { predicate: "deleted_at is null" }),
    "select * from orders where deleted_at is null and customer_id = $1",
  ),
  shape(
    "expression",
    on("customers", ["lower(email)"]),
    "select * from customers where lower(email) = 'user77@example.com'",
  ),
  shape(
    "IN list",
    on("orders", ["customer_id"]),
    "select * from orders where customer_id in (5, 6, 7, 800)",
  ),
  shape(
    "OR of two columns",
    on("orders", ["customer_id"]),
    "select * from orders where customer_id = 9 or id = 5",
  ),
  shape("IS NULL", on("orders", ["note"]), "select count(*) from orders where note is null"),
  shape(
    "IS NOT NULL with nulls in the index",
    on("orders", ["deleted_at", "customer_id"]),
    "select customer_id from orders where deleted_at is not null and customer_id = 12",
  ),
  shape(
    "join to one customer",
    on("orders", ["customer_id"]),
    "select o.* from customers c join orders o on o.customer_id = c.id where c.email = 'user5@example.com'",
  ),
  shape(
    "join of three tables",
    on("items", ["product_id"]),
    "select p.name, o.created_at from products p join items i on i.product_id = p.id join orders o on o.id = i.order_id where p.category_id = 7 and p.id < 300",
  ),
  shape(
    "join through two indexes",
    on("products", ["category_id"]),
    "select i.* from products p join items i on i.product_id = p.id where p.category_id = 12",
  ),
  shape(
    "semi join",
    on("items", ["product_id"]),
    "select * from products p where exists (select 1 from items i where i.product_id = p.id and i.quantity > 4) and p.category_id = 3",
  ),
  shape(
    "anti join",
    on("orders", ["customer_id"]),
    "select count(*) from customers c where not exists (select 1 from orders o where o.customer_id = c.id) and c.country = 'NL'",
  ),
  shape(
    "lateral, latest per customer",
    on("orders", ["customer_id", "created_at"]),
    "select c.id, l.id from customers c cross join lateral (select o.id from orders o where o.customer_id = c.id order by o.created_at desc limit 1) l where c.id < 200",
  ),
  shape(
    "parallel aggregate",
    on("items", ["product_id"], { include: ["quantity"] }),
    "select product_id, sum(quantity) from items group by product_id",
  ),
  shape("count, whole table", on("items", ["quantity"]), "select count(*) from items"),
  shape("distinct", on("orders", ["status"]), "select distinct status from orders"),
  shape("partitioned, equality", on("events", ["kind"]), "select * from events where kind = 5"),
  shape(
    "partitioned, sort and limit",
    on("events", ["kind", "at"]),
    "select * from events where kind = 4 order by at desc limit 5",
  ),
  shape(
    "partitioned, pruned",
    on("events", ["at"]),
    "select * from events where at between '2023-03-01' and '2023-03-02'",
  ),
  shape(
    "view",
    on("orders", ["customer_id"], { predicate: "status = 'open'" }),
    "select * from open_orders where customer_id = 4",
  ),
  shape(
    "LIKE prefix",
    on("customers", ["email text_pattern_ops"]),
    "select * from customers where email like 'user123%'",
  ),
  shape(
    "update",
    on("orders", ["customer_id"]),
    "update orders set note = 'x' where customer_id = 8",
  ),
  shape("delete", on("items", ["product_id"]), "delete from items where product_id = 15000"),
  shape(
    "insert from a query",
    on("orders", ["status", "created_at"]),
    "insert into events (id, kind, at) select id, 1, created_at from orders where status = 'new' and created_at > '2024-11-01' and created_at < '2024-11-02'",
  ),
  shape(
    "CTE and window",
    on("orders", ["customer_id", "created_at"]),
    "with latest as (select id, customer_id, row_number() over (partition by customer_id order by created_at) r from orders where customer_id < 300) select * from latest where r = 1",
  ),
  shape(
    "hash join of large tables",
    on("items", ["order_id"], { include: ["price"] }),
    "select o.status, sum(i.price) from orders o join items i on i.order_id = o.id group by o.status",
  ),
  shape(
    "char(n), skewed",
    on("customers", ["country", "created_at"]),
    "select * from customers where country = 'NL' order by created_at limit 20",
  ),
  shape(
    "jsonb containment, GIN",
    on("products", ["attributes jsonb_path_ops"], { method: "gin" }),
    "select * from products where attributes @> '{\"n\": 17}'",
  ),
  // Not btrees.
  shape(
    "jsonb containment, jsonb_ops",
    on("articles", ["document"], { method: "gin" }),
    `select id from articles where document @> '{"author": "a77"}'`,
  ),
  shape(
    "jsonb containment, jsonb_path_ops",
    on("articles", ["document jsonb_path_ops"], { method: "gin" }),
    `select id from articles where document @> '{"words": 31, "kind": "blog"}'`,
  ),
  shape(
    "jsonb key exists",
    on("articles", ["document"], { method: "gin" }),
    "select count(*) from articles where document ? 'nothing'",
  ),
  shape(
    "array of text contains",
    on("articles", ["tags"], { method: "gin" }),
    "select id from articles where tags @> '{tag7,tag300}'",
  ),
  shape(
    "array of numbers overlaps",
    on("articles", ["labels"], { method: "gin" }),
    "select id from articles where labels && '{7,9000}'",
  ),
  shape(
    "full text search",
    on("articles", ["search"], { method: "gin" }),
    "select id from articles where search @@ '28dd2c7 & c4ca423'::tsquery",
  ),
  shape(
    "LIKE '%x%' by trigrams",
    on("articles", ["title gin_trgm_ops"], { method: "gin" }),
    "select id from articles where title like '%c4ca4%'",
  ),
  shape(
    "LIKE '%x%' by trigrams, GiST",
    on("articles", ["title gist_trgm_ops"], { method: "gist" }),
    "select id from articles where title like '%c4ca42%'",
  ),
  shape(
    "range contains, GiST",
    on("articles", ["valid"], { method: "gist" }),
    "select id from articles where valid @> '2022-02-02'::timestamptz",
  ),
  shape(
    "equality, hash",
    on("customers", ["external_id"], { method: "hash" }),
    "select * from customers where external_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
  ),
  shape(
    "range on a table of 1 GB, BRIN",
    on("readings", ["at"], { method: "brin" }),
    "select avg(value) from readings where at between '2021-06-01' and '2021-06-03'",
  ),
  shape(
    "range on a table of 1 GB, BRIN of an uncorrelated column",
    on("readings", ["sensor"], { method: "brin" }),
    "select * from readings where sensor = 777",
  ),
  // On the table of 1 GB.
  shape(
    "range on a table of 1 GB",
    on("readings", ["at"]),
    "select avg(value) from readings where at between '2021-06-01' and '2021-06-03'",
  ),
  shape(
    "latest of a sensor on a table of 1 GB",
    on("readings", ["sensor", "at desc"]),
    "select * from readings where sensor = 1500 order by at desc limit 1",
  ),
  shape(
    "covering on a table of 1 GB",
    on("readings", ["sensor"], { include: ["value"] }),
    "select avg(value) from readings where sensor = 1500",
  ),
  // Partial, on expressions, with INCLUDE.
  shape(
    "partial index for few rows",
    on("orders", ["id"], { predicate: "status = 'failed' and total > 900" }),
    "select id from orders where status = 'failed' and total > 900 order by id limit 50",
  ),
  shape(
    "partial index of rows that are not null",
    on("articles", ["published"], { predicate: "published is not null" }),
    "select id from articles where published > '2023-04-01'",
  ),
  shape(
    "partial and covering",
    on("articles", ["author"], { include: ["published"], predicate: "published is not null" }),
    "select author, published from articles where author = 12 and published is not null",
  ),
  shape(
    "expression of a date",
    on("articles", ["((published at time zone 'UTC')::date)"]),
    "select id from articles where (published at time zone 'UTC')::date = '2022-05-05'",
  ),
  shape(
    "expression of a JSON field",
    on("articles", ["(document ->> 'author')"]),
    "select id from articles where document ->> 'author' = 'a5'",
  ),
  shape(
    "covering, two columns",
    on("items", ["product_id"], { include: ["quantity", "price"] }),
    "select quantity, price from items where product_id = 12345",
  ),
  shape(
    "recent rows",
    on("orders", ["created_at", "status"]),
    "select id from orders where created_at > '2024-11-06 15:00:00' and status = 'open'",
  ),
  shape(
    "recent rows, existing index",
    on("orders", ["status", "created_at"]),
    "select * from orders where created_at >= '2024-11-07 15:30:00'",
  ),
];
