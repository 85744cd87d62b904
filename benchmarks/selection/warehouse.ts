/**
 * A trading house for decision support: eight tables in the proportions of TPC-H, filled by arithmetic, and 22 questions in
 * the manner of that benchmark's. No keys and no indexes: all is left to advice.
 */

/** Rows at scale 1, as in TPC-H. */
const ROWS = {
  suppliers: 10_000,
  customers: 150_000,
  parts: 200_000,
  offers: 800_000,
  orders: 1_500_000,
  lines: 6_000_000,
} as const;

export function warehouseTables(scale: number): readonly string[] {
  const rows = (table: keyof typeof ROWS): number => Math.round(ROWS[table] * scale);
  return [
    "set timezone = 'UTC'",
    "select setseed(0.5)",
    "create table regions (region_id int not null, name text not null)",
    "insert into regions select g, (array['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'OCEANIA'])[g + 1] from generate_series(0, 4) g",
    "create table nations (nation_id int not null, region_id int not null, name text not null)",
    "insert into nations select g, g % 5, 'NATION ' || g from generate_series(0, 24) g",
    "create table suppliers (supplier_id int not null, nation_id int not null, name text not null, balance numeric(12, 2) not null, remark text)",
    `insert into suppliers select g, floor(random() * 25), 'Supplier ' || g, (random() * 11000 - 1000)::numeric(12, 2), repeat('s', 60)
       from generate_series(1, ${rows("suppliers")}) g`,
    "create table customers (customer_id int not null, nation_id int not null, name text not null, segment text not null, balance numeric(12, 2) not null, phone text not null, remark text)",
    `insert into customers select g, floor(random() * 25), 'Customer ' || g,
       (array['BUILDING', 'AUTOMOBILE', 'MACHINERY', 'HOUSEHOLD', 'FURNITURE'])[1 + floor(random() * 5)],
       (random() * 11000 - 1000)::numeric(12, 2), (10 + floor(random() * 25)) || '-' || floor(random() * 1e7)::int, repeat('c', 70)
       from generate_series(1, ${rows("customers")}) g`,
    "create table parts (part_id int not null, name text not null, brand text not null, kind text not null, size int not null, container text not null, price numeric(12, 2) not null)",
    `insert into parts select g, 'part ' || md5(g::text), 'Brand#' || 10 + floor(random() * 45)::int,
       (array['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'])[1 + floor(random() * 6)] || ' ' ||
       (array['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'])[1 + floor(random() * 5)],
       1 + floor(random() * 50), (array['SM', 'LG', 'MED', 'JUMBO', 'WRAP'])[1 + floor(random() * 5)] || ' ' ||
       (array['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM'])[1 + floor(random() * 8)], (900 + random() * 1100)::numeric(12, 2)
       from generate_series(1, ${rows("parts")}) g`,
    "create table offers (part_id int not null, supplier_id int not null, available int not null, cost numeric(12, 2) not null, remark text)",
    `insert into offers select 1 + g / 4, 1 + floor(random() * ${rows("suppliers")}), floor(random() * 10000), (random() * 1000)::numeric(12, 2), repeat('o', 110)
       from generate_series(0, ${rows("offers") - 1}) g`,
    "create table orders (order_id int not null, customer_id int not null, status text not null, total numeric(12, 2) not null, placed date not null, priority text not null, clerk text not null, remark text)",
    `insert into orders select g * 4, 1 + floor(random() * ${rows("customers")}), (array['F', 'O', 'P'])[1 + floor(random() * 2.1)],
       (random() * 400000)::numeric(12, 2), date '2019-01-01' + floor(random() * 2400)::int,
       (array['1-URGENT', '2-HIGH', '3-MEDIUM', '4-LOW', '5-NONE'])[1 + floor(random() * 5)], 'Clerk ' || floor(random() * 1000 * ${Math.max(1, scale)}), repeat('r', 48)
       from generate_series(1, ${rows("orders")}) g`,
    "create table lines (order_id int not null, part_id int not null, supplier_id int not null, line int not null, quantity int not null, price numeric(12, 2) not null, discount numeric(4, 2) not null, tax numeric(4, 2) not null, returned text not null, status text not null, shipped date not null, committed date not null, received date not null, instruction text not null, mode text not null, remark text)",
    `insert into lines select 4 * (1 + g / 4), 1 + floor(random() * ${rows("parts")}), 1 + floor(random() * ${rows("suppliers")}), g % 4, 1 + floor(random() * 50),
       (900 + random() * 100000)::numeric(12, 2), floor(random() * 11) / 100, floor(random() * 9) / 100, (array['R', 'A', 'N', 'N'])[1 + floor(random() * 4)],
       (array['O', 'F'])[1 + floor(random() * 2)], d, d + floor(random() * 60)::int - 30, d + 1 + floor(random() * 30)::int,
       (array['IN PERSON', 'COLLECT', 'NONE', 'TAKE BACK'])[1 + floor(random() * 4)],
       (array['AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB', 'REG AIR'])[1 + floor(random() * 7)], repeat('l', 27)
       from (select g, date '2019-01-02' + floor(random() * 2520)::int as d from generate_series(0, ${rows("lines") - 1}) g) s`,
    "vacuum analyze",
  ];
}

/** One execution each. The names say what is asked. */
export const WAREHOUSE_QUERIES: Readonly<Record<string, string>> = {
  "prices by state": `select returned, status, sum(quantity), sum(price * (1 - discount)), avg(price), count(*) from lines
    where shipped <= '2025-09-02' group by returned, status order by returned, status`,
  "cheapest offer in a region": `select s.balance, s.name, n.name, p.part_id from parts p, suppliers s, offers o, nations n, regions r
    where p.part_id = o.part_id and s.supplier_id = o.supplier_id and p.size = 15 and p.kind = 'PROMO TIN' and s.nation_id = n.nation_id
      and n.region_id = r.region_id and r.name = 'EUROPE' and o.cost < 40 order by s.balance desc limit 100`,
  "open orders of a segment": `select l.order_id, sum(l.price * (1 - l.discount)) as revenue, o.placed from customers c, orders o, lines l
    where c.segment = 'BUILDING' and c.customer_id = o.customer_id and l.order_id = o.order_id and o.placed < '2022-03-15' and o.placed > '2022-03-01'
      and l.shipped > '2022-03-15' group by l.order_id, o.placed order by revenue desc limit 10`,
  "late orders by priority": `select priority, count(*) from orders o where placed >= '2021-07-01' and placed < '2021-08-01'
    and exists (select from lines l where l.order_id = o.order_id and l.committed < l.received) group by priority order by priority`,
  "revenue in a region": `select n.name, sum(l.price * (1 - l.discount)) from customers c, orders o, lines l, suppliers s, nations n, regions r
    where c.customer_id = o.customer_id and l.order_id = o.order_id and l.supplier_id = s.supplier_id and c.nation_id = s.nation_id and s.nation_id = n.nation_id
      and n.region_id = r.region_id and r.name = 'ASIA' and o.placed >= '2021-01-01' and o.placed < '2021-04-01' group by n.name order by 2 desc`,
  "revenue of small discounts": `select sum(price * discount) from lines where shipped >= '2021-01-01' and shipped < '2021-02-01'
    and discount between 0.05 and 0.07 and quantity < 24`,
  "trade between two nations": `select extract(year from l.shipped), sum(l.price) from suppliers s, lines l, orders o, customers c
    where s.supplier_id = l.supplier_id and o.order_id = l.order_id and c.customer_id = o.customer_id and s.nation_id = 3 and c.nation_id = 7
      and l.shipped between '2022-01-01' and '2022-12-31' group by 1 order by 1`,
  "share of a nation": `select extract(year from o.placed), sum(l.price) from parts p, lines l, orders o, customers c, nations n
    where p.part_id = l.part_id and l.order_id = o.order_id and o.customer_id = c.customer_id and c.nation_id = n.nation_id and n.region_id = 1
      and o.placed between '2022-01-01' and '2023-12-31' and p.kind = 'ECONOMY STEEL' and p.size = 7 group by 1`,
  "profit of a product line": `select s.nation_id, sum(l.price * (1 - l.discount) - o.cost * l.quantity) from parts p, lines l, offers o, suppliers s
    where p.part_id = l.part_id and o.part_id = l.part_id and o.supplier_id = l.supplier_id and s.supplier_id = l.supplier_id and p.brand = 'Brand#23'
      and p.container = 'MED BOX' group by s.nation_id`,
  "returned goods by customer": `select c.customer_id, c.name, sum(l.price * (1 - l.discount)) as lost from customers c, orders o, lines l
    where c.customer_id = o.customer_id and l.order_id = o.order_id and o.placed >= '2023-10-01' and o.placed < '2023-11-01' and l.returned = 'R'
    group by c.customer_id, c.name order by lost desc limit 20`,
  "stock of a nation": `select o.part_id, sum(o.cost * o.available) as value from offers o, suppliers s where o.supplier_id = s.supplier_id
    and s.nation_id = 11 group by o.part_id order by value desc limit 50`,
  "lateness by mode": `select l.mode, count(*) filter (where o.priority < '3'), count(*) from orders o, lines l where o.order_id = l.order_id
    and l.mode in ('MAIL', 'SHIP') and l.received >= '2021-01-01' and l.received < '2021-02-01' and l.committed < l.received and l.shipped < l.committed group by l.mode`,
  "orders per customer": `select n, count(*) from (select c.customer_id, count(o.order_id) as n from customers c left join orders o
    on c.customer_id = o.customer_id and o.clerk <> 'Clerk 77' group by c.customer_id) s group by n order by 2 desc`,
  "promotions of a month": `select sum(case when p.kind like 'PROMO%' then l.price else 0 end) / sum(l.price) from lines l, parts p
    where l.part_id = p.part_id and l.shipped >= '2022-09-01' and l.shipped < '2022-09-08'`,
  "best supplier of a week": `select supplier_id, sum(price * (1 - discount)) as revenue from lines where shipped >= '2023-01-01' and shipped < '2023-01-08'
    group by supplier_id order by revenue desc limit 1`,
  "suppliers by brand and size": `select p.brand, p.kind, p.size, count(distinct o.supplier_id) from offers o, parts p where p.part_id = o.part_id
    and p.brand = 'Brand#45' and p.size in (9, 14, 19, 23) group by p.brand, p.kind, p.size`,
  "small quantities": `select sum(l.price) / 7 from lines l, parts p where p.part_id = l.part_id and p.brand = 'Brand#12' and p.container = 'JUMBO JAR'
    and l.quantity < 5`,
  "large orders": `select o.order_id, o.placed, o.total, sum(l.quantity) from orders o join lines l on l.order_id = o.order_id
    where o.total > 399000 group by o.order_id, o.placed, o.total order by o.total desc limit 100`,
  "three kinds of goods": `select sum(l.price) from lines l, parts p where p.part_id = l.part_id and l.mode in ('AIR', 'REG AIR')
    and l.instruction = 'IN PERSON' and p.size between 1 and 5 and p.container = 'SM CASE' and l.quantity between 1 and 11`,
  "suppliers with too much stock": `select s.name from suppliers s where s.nation_id = 9 and exists (select from offers o join parts p on p.part_id = o.part_id
    where o.supplier_id = s.supplier_id and p.name like 'part a1%' and o.available > 9000) order by s.name`,
  "suppliers that kept orders waiting": `select s.name, count(*) from suppliers s, lines l, orders o where s.supplier_id = l.supplier_id
    and o.order_id = l.order_id and o.status = 'F' and l.received > l.committed and s.nation_id = 20 and o.placed >= '2024-01-01' and o.placed < '2024-02-01' group by s.name order by 2 desc limit 100`,
  "idle customers": `select left(phone, 2), count(*), sum(balance) from customers c where balance > 9900
    and not exists (select from orders o where o.customer_id = c.customer_id) group by 1`,
  "one customer's orders": `select o.order_id, o.placed, o.total from orders o where o.customer_id = 4711 order by o.placed desc limit 20`,
  "one order's lines": `select line, part_id, quantity, price from lines where order_id = 40004 order by line`,
};
