import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgres } from "../postgres/engine.ts";
import { misalignedKeyTypes } from "./misaligned-key-types.ts";
import { nonSargablePredicate } from "./non-sargable-predicate.ts";
import { offsetPagination } from "./offset-pagination.ts";
import { outerJoinFiltered } from "./outer-join-filtered.ts";
import { type RealContext, realContext } from "./testing/real-context.ts";
import { withWorkload } from "./testing/with-workload.ts";

// Queries that look like what these findings are about, and are fine.
const SCHEMA = `
  create table customers (id bigint primary key, email text not null, name varchar(40), joined date not null);
  create table orders (id bigint primary key, customer_id bigint not null references customers, at timestamp not null,
    tz timestamptz not null, total numeric not null, qty int, state text not null, code char(8));
  create table flags (id int primary key, at timestamp, n int, label text);
  insert into customers select i, 'c' || i || '@example.com', 'n' || i % 90, date '2020-01-01' + i % 1500 from generate_series(1, 20000) i;
  insert into orders select i, 1 + i % 20000, timestamp '2024-01-01' + i * interval '5 min', timestamptz '2024-01-01+00' + i * interval '5 min',
    i % 1000 / 10.0, i % 50, 's' || i % 5, 'k' || i % 900 from generate_series(1, 60000) i;
  insert into flags select i, timestamp '2024-01-01' + i * interval '1 day', i, 'l' || i from generate_series(1, 200) i;
  create index orders_at_idx on orders (at);
  create index orders_tz_idx on orders (tz);
  create index orders_customer_idx on orders (customer_id);
  create index orders_qty_idx on orders (qty);
  create index orders_day_idx on orders (date(at), state);
  create index customers_lower_idx on customers (lower(email));
  create index customers_email_idx on customers (email text_pattern_ops);
  create index orders_code_idx on orders (code);`;

const FINE = [
  // Ranges and equalities of bare columns.
  "select id from orders where at >= '2024-02-01' and at < '2024-02-02'",
  "select id from orders where at between '2024-02-01' and '2024-02-01 23:59:59'",
  "select id from orders where tz >= '2024-02-01' and tz < timestamptz '2024-02-01' + interval '1 day'",
  "select id from orders where id = 5 + 1",
  "select id from orders where id = 3000000000",
  "select id from orders where customer_id = '17'",
  "select id from orders where customer_id = 17::int",
  "select id from orders where total = 5.5",
  "select id from customers where joined = date '2021-03-04'",
  "select id from customers where joined::date = '2021-03-04' and id = 7",
  "select id from orders where at > now() - interval '1 hour'",
  "select id from orders where at >= date_trunc('month', timestamp '2024-03-10') and at < timestamp '2024-03-02'",
  // Expressions that have their index.
  "select id from orders where date(at) = '2024-02-01' and state = 's1'",
  "select id from customers where lower(email) = 'c5@example.com'",
  "select id from customers where lower(email) = lower('C6@example.com')",
  "select id from customers where email like 'c77%'",
  // Expressions beside a condition that finds few rows.
  "select id from orders where id = 9 and date(at) = '2024-02-01'",
  "select id from orders where id = 9 and tz::date = '2024-02-01'",
  "select id from orders where customer_id = 44 and extract(year from at) = 2024",
  "select id from orders where customer_id = 44 and date_trunc('day', at) = '2024-02-01'",
  "select id from orders where id in (1, 2, 3) and qty + 1 = 4",
  "select id from orders where id = 12 and coalesce(qty, 0) = 5",
  "select id from orders where id = 12 and qty = 5.0",
  "select id from orders where id = 12 and state like '%1'",
  "select id from orders where id = 12 and total::text = '5.5'",
  // Conditions on most rows: no index would help.
  "select count(*) from orders where extract(year from at) >= 2024",
  "select count(*) from orders where coalesce(qty, 0) >= 0",
  "select count(*) from orders where date(at) >= '2024-01-01'",
  "select sum(total) from orders where qty + 1 > 0",
  "select count(*) from orders where at::date > '2024-01-01'",
  // Outputs, groups and orders are no conditions.
  "select date(at), count(*) from orders where at > '2024-07-25' group by date(at)",
  "select date_trunc('day', at) from orders where id < 5 order by 1",
  "select id from orders where id < 50 order by date(at)",
  "select date(at) from orders where id < 99 group by 1 having date(at) > '2024-01-01'",
  // Small tables.
  "select id from flags where date(at) = '2024-02-01'",
  "select id from flags where n + 1 = 5",
  "select id from flags where label like '%x'",
  // Outer joins that are some.
  "select c.id, o.id from customers c left join orders o on o.customer_id = c.id and o.state = 's1' where c.id = 4",
  "select c.id from customers c left join orders o on o.customer_id = c.id where o.id is null and c.id = 4",
  "select c.id from customers c left join orders o on o.customer_id = c.id where c.id = 3 and coalesce(o.state, 's1') = 's1'",
  "select c.id from customers c left join orders o on o.customer_id = c.id where c.id = 3 and (o.state = 's1' or o.id is null)",
  "select c.id from customers c left join orders o on o.customer_id = c.id where c.id = 3 order by o.at",
  // Pages that are not deep, or are none.
  "select id from orders order by at limit 20",
  "select id from orders order by at limit 20 offset 60",
  "select id from orders where (at, id) > ('2024-02-01', 7) order by at, id limit 20",
  "select id from flags order by at limit 20 offset 2000",
  // Joins of one type.
  "select o.id from orders o join customers c on c.id = o.customer_id where c.id = 8",
  "select o.id from orders o, customers c where c.name = o.state and c.id = 8 and o.id = 9",
  "select o.id from orders o where o.customer_id in (select id from customers where id < 4)",
];

let database: TestDatabase;
let real: RealContext;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("vacuum analyze");
  await client.end();
  real = await realContext(postgres, database.url, []);
});

afterAll(async () => {
  await real?.close();
  await database?.close();
});

test("queries that are fine give none of these findings", { timeout: 180_000 }, async () => {
  expect(FINE.length).toBeGreaterThanOrEqual(40);
  const context = await withWorkload(postgres, real.context, FINE);
  expect(context.selection?.unplanned).toEqual([]);
  expect(context.workload.queries.length).toBeGreaterThanOrEqual(40);
  const findings = [
    ...(await nonSargablePredicate(context)),
    ...(await outerJoinFiltered(context)),
    ...(await offsetPagination(context)),
    ...(await misalignedKeyTypes(context)),
  ];
  expect(findings.map(({ message, queries }) => `${message} ${queries[0]?.sql ?? ""}`)).toEqual([]);
});

test("the same places with what is wrong give one finding each", async () => {
  const context = await withWorkload(postgres, real.context, [
    "select id, total from orders where extract(year from at) = 2031",
    "select id, total from orders where qty + 1 = 60",
    "select c.id from customers c left join orders o on o.customer_id = c.id where c.id = 3 and o.state = 's1'",
    "select id from orders order by at limit 20 offset 50000",
  ]);
  expect(await nonSargablePredicate(context)).toHaveLength(2);
  expect(await outerJoinFiltered(context)).toHaveLength(1);
  expect(await offsetPagination(context)).toHaveLength(1);
});
