/**
 * A shop of about 7 million rows with skew, NULLs, correlation, JSON, arrays, text search, ranges, partitions and a table of
 * more than 1 GB.
 * Vacuumed and analysed; the same rows for each seed (between 0 and 1).
 */
export function shopOf(seed: number): readonly string[] {
  return [
    "set timezone = 'UTC'",
    `select setseed(${seed})`,
    `create table customers (
      id bigint primary key, email text not null, country char(2), created_at timestamptz not null,
      score numeric(10, 2), external_id uuid, unique (email))`,
    `insert into customers
      select g, 'user' || g || '@example.com', (array['DE', 'US', 'FR', 'GB', 'NL'])[1 + floor(power(random(), 3) * 5)],
        '2020-01-01'::timestamptz + g * interval '10 minutes', (random() * 10000)::numeric(10, 2), md5(g::text)::uuid
      from generate_series(1, 200000) g`,
    `create table products (
      id int primary key, name text not null, category_id int not null, attributes jsonb, tags text[])`,
    `insert into products
      select g, 'product ' || g, g % 200,
        jsonb_build_object('color', (array['red', 'green', 'blue'])[1 + g % 3], 'n', g % 100),
        array['t' || g % 50, 't' || g % 77]
      from generate_series(1, 20000) g`,
    `create table orders (
      id bigint primary key, customer_id bigint not null references customers (id), status text not null,
      total numeric(12, 2), created_at timestamptz not null, note text, deleted_at timestamptz)`,
    `insert into orders
      select g, 1 + floor(power(random(), 2) * 199999),
        (array['done', 'done', 'done', 'done', 'done', 'done', 'done', 'open', 'failed', 'new'])[1 + floor(random() * 10)],
        (random() * 1000)::numeric(12, 2), '2022-01-01'::timestamptz + g * interval '1 minute',
        case when random() < 0.3 then repeat('x', (random() * 60)::int) end,
        case when random() < 0.02 then '2024-11-11'::timestamptz end
      from generate_series(1, 1500000) g`,
    "create index orders_created_at on orders (created_at)",
    "create index orders_deleted on orders (deleted_at) where deleted_at is not null",
    `create table items (
      order_id bigint not null references orders (id), line int not null, product_id int not null,
      quantity int, price numeric(10, 2), primary key (order_id, line))`,
    `insert into items
      select o, l, 1 + floor(power(random(), 2) * 20000), 1 + floor(random() * 5), (random() * 100)::numeric(10, 2)
      from generate_series(1, 1500000) o, generate_series(1, 2) l`,
    `create table events (id bigint, kind int, at timestamptz not null, payload text, primary key (id, at))
      partition by range (at)`,
    "create table events_2023 partition of events for values from ('2023-01-01') to ('2024-01-01')",
    "create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01')",
    `insert into events
      select g, floor(random() * 100), '2023-01-01'::timestamptz + g * interval '1 minute', md5(g::text)
      from generate_series(1, 800000) g`,
    // More than 1 GB: pages are left nine tenths empty.
    "create table readings (id bigint, sensor int not null, at timestamptz not null, value real) with (fillfactor = 10)",
    `insert into readings
      select g, floor(power(random(), 2) * 2000), '2021-01-01'::timestamptz + g * interval '30 seconds' + random() * interval '1 hour',
        random() * 100
      from generate_series(1, 1700000) g`,
    "create extension pg_trgm",
    `create table articles (
      id int primary key, author int not null, title text not null, search tsvector, tags text[], labels int[],
      document jsonb, valid tstzrange, published timestamptz)`,
    `insert into articles
      select g, floor(power(random(), 3) * 5000), title, to_tsvector('simple', body), tags, labels,
        jsonb_build_object('author', 'a' || g % 700, 'kind', (array['news', 'blog', 'review'])[1 + g % 3], 'words', g % 1000,
          'flags', jsonb_build_array('f' || g % 11, 'f' || g % 7)),
        tstzrange('2022-01-01'::timestamptz + g * interval '1 minute',
          '2022-01-01'::timestamptz + g * interval '1 minute' + random() * interval '5 days'),
        case when g % 10 > 0 then '2022-01-01'::timestamptz + g * interval '7 minutes' end
      from generate_series(1, 100000) g
        cross join lateral (
          select string_agg(substr(md5(floor(power(random(), 3) * 3000)::text), 1, 6), ' ') as title
          from generate_series(1, 4) where g > 0) t
        cross join lateral (
          select string_agg(substr(md5(floor(power(random(), 3) * 20000)::text), 1, 7), ' ') as body
          from generate_series(1, 30) where g > 0) b
        cross join lateral (
          select array_agg('tag' || floor(power(random(), 2) * 400)) as tags from generate_series(1, 1 + g % 5)) a
        cross join lateral (
          select array_agg(floor(random() * 10000)::int) as labels from generate_series(1, g % 4)) l`,
    "create view open_orders as select * from orders where status = 'open'",
    "vacuum analyze",
  ];
}
