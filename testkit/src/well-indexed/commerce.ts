import type { WellIndexedDatabase } from "./well-indexed-database.ts";

/** Shops, bookings and money. */
export const COMMERCE: readonly WellIndexedDatabase[] = [
  {
    name: "e-commerce",
    setup: `
      create table customers (id bigint generated always as identity primary key, email text not null, name text not null, created_at timestamptz not null);
      create unique index customers_email on customers (lower(email));
      create table products (id int generated always as identity primary key, sku text not null unique, title text not null, price numeric(10,2) not null, active boolean not null);
      create table orders (id bigint generated always as identity primary key, customer_id bigint not null references customers, status text not null, placed_at timestamptz not null, total numeric(12,2) not null);
      create index orders_customer on orders (customer_id, placed_at desc);
      create index orders_open on orders (placed_at) where status in ('new', 'paid');
      create table order_items (order_id bigint not null references orders on delete cascade, line int not null, product_id int not null references products, quantity int not null, price numeric(10,2) not null, primary key (order_id, line));
      create index order_items_product on order_items (product_id);
      insert into customers (email, name, created_at) select 'user' || i || '@example.com', 'User ' || i, '2022-01-01'::timestamptz + i * interval '10 minutes' from generate_series(1, :n / 5) i;
      insert into products (sku, title, price, active) select 'SKU-' || i, 'Product ' || i, i % 300 + 0.99, i % 20 > 0 from generate_series(1, 2000) i;
      insert into orders (customer_id, status, placed_at, total) select 1 + (random() * (:n / 5 - 1))::int, case when i > :n * 0.99 then 'paid' else 'done' end, '2023-01-01'::timestamptz + i * interval '3 minutes', random() * 500 from generate_series(1, :n) i;
      insert into order_items select o, l, 1 + (random() * 1999)::int, 1 + l, random() * 90 from generate_series(1, :n) o, generate_series(1, 2) l;`,
    workload: [
      "select * from customers where lower(email) = lower('User77@example.com')",
      "select id, status, placed_at, total from orders where customer_id = 42 order by placed_at desc limit 20",
      "select o.*, i.line, i.quantity, p.title from orders o join order_items i on i.order_id = o.id join products p on p.id = i.product_id where o.id = 4711",
      "select id, customer_id from orders where status in ('new', 'paid') and status = 'paid' order by placed_at limit 50",
      "select * from products where sku = 'SKU-99'",
      "select sum(quantity) from order_items where product_id = 17",
      "update orders set status = 'done' where id = 4711",
      "insert into order_items (order_id, line, product_id, quantity, price) values (1, 9, 3, 1, 9.99)",
      "select exists (select 1 from orders where customer_id = 99)",
    ],
  },
  {
    name: "ledger",
    setup: `
      create table accounts (id bigint primary key, owner_id bigint not null, currency char(3) not null);
      create index accounts_owner on accounts (owner_id);
      create table transfers (id bigint primary key, reference uuid not null unique, booked_at timestamptz not null);
      create index transfers_booked on transfers (booked_at);
      create table postings (transfer_id bigint not null references transfers, account_id bigint not null references accounts, amount numeric(18,4) not null, balance numeric(18,4) not null, booked_at timestamptz not null, primary key (transfer_id, account_id));
      create index postings_account on postings (account_id, booked_at desc);
      insert into accounts select i, i / 3, 'EUR' from generate_series(1, :n / 20) i;
      insert into transfers select i, md5(i::text)::uuid, '2023-01-01'::timestamptz + i * interval '5 minutes' from generate_series(1, :n) i;
      insert into postings select i, 1 + (i * 7 + s * 13) % (:n / 20), (s * 2 - 1) * i % 900, i % 5000, '2023-01-01'::timestamptz + i * interval '5 minutes' from generate_series(1, :n) i, generate_series(0, 1) s;`,
    workload: [
      "select * from transfers where reference = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
      "select balance from postings where account_id = 77 order by booked_at desc limit 1",
      "select p.*, t.reference from postings p join transfers t on t.id = p.transfer_id where p.account_id = 77 and p.booked_at >= '2023-03-01' and p.booked_at < '2023-03-15' order by p.booked_at desc",
      "select account_id, amount from postings where transfer_id = 1234",
      "select a.id, l.balance from accounts a cross join lateral (select balance from postings p where p.account_id = a.id order by p.booked_at desc limit 1) l where a.owner_id = 12",
      "select count(*) from transfers where booked_at >= '2023-02-01' and booked_at < '2023-02-02'",
      "insert into transfers (id, reference, booked_at) values (-1, 'c4ca4238-a0b9-2382-0dcc-509a6f758490', now())",
    ],
  },
  {
    name: "booking with exclusion constraint",
    setup: `
      create extension btree_gist;
      create table rooms (id int primary key, hotel_id int not null, kind text not null);
      create index rooms_hotel on rooms (hotel_id);
      create table guests (id bigint primary key, email text not null unique);
      create table bookings (id bigint primary key, room_id int not null references rooms, guest_id bigint not null references guests, during daterange not null, cancelled boolean not null default false, exclude using gist (room_id with =, during with &&) where (not cancelled));
      create index bookings_guest on bookings (guest_id);
      create index bookings_room on bookings (room_id);
      insert into rooms select i, i / 40, 'double' from generate_series(1, 2000) i;
      insert into guests select i, 'g' || i || '@example.com' from generate_series(1, :n / 4) i;
      insert into bookings select i, 1 + i % 2000, 1 + i * 7 % (:n / 4), daterange('2020-01-01'::date + i / 2000 * 4, '2020-01-01'::date + i / 2000 * 4 + 3) from generate_series(1, :n / 2) i;`,
    workload: [
      "select * from bookings where room_id = 17 and during && daterange('2020-03-01', '2020-03-09') and not cancelled",
      "select b.*, r.kind from bookings b join rooms r on r.id = b.room_id where b.guest_id = 45",
      "select r.id from rooms r where r.hotel_id = 7 and not exists (select 1 from bookings b where b.room_id = r.id and b.during && daterange('2020-02-01', '2020-02-04') and not b.cancelled)",
      "update bookings set cancelled = true where id = 99",
      "select * from guests where email = 'g5@example.com'",
      "select count(*) from bookings where room_id = 18",
      "delete from bookings where id = 3",
    ],
  },
  {
    name: "inventory",
    setup: `
      create table warehouses (id int primary key, name text not null);
      create table items (id int primary key, barcode text not null unique, name text not null);
      create table stock (warehouse_id int not null references warehouses, item_id int not null references items, quantity int not null, minimum int not null, primary key (warehouse_id, item_id));
      create index stock_item on stock (item_id);
      create index stock_low on stock (warehouse_id) where quantity < minimum;
      create table movements (id bigint primary key, warehouse_id int not null, item_id int not null, delta int not null, moved_at timestamptz not null, foreign key (warehouse_id, item_id) references stock);
      create index movements_stock on movements (warehouse_id, item_id, moved_at);
      insert into warehouses select i, 'W' || i from generate_series(1, 20) i;
      insert into items select i, 'B' || i, 'Item ' || i from generate_series(1, :n / 20) i;
      insert into stock select w, i, case when i % 100 = 0 then 1 else 50 end, 10 from generate_series(1, 20) w, generate_series(1, :n / 20) i;
      insert into movements select i, 1 + i % 20, 1 + i * 31 % (:n / 20), i % 7 - 3, '2024-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, :n) i;`,
    workload: [
      "select quantity from stock where warehouse_id = 3 and item_id = 17 for update",
      "select warehouse_id, quantity from stock where item_id = 17",
      "select s.item_id, i.name from stock s join items i on i.id = s.item_id where s.warehouse_id = 3 and s.quantity < s.minimum",
      "select * from items where barcode = 'B77'",
      "select delta, moved_at from movements where warehouse_id = 3 and item_id = 17 order by moved_at desc limit 50",
      "update stock set quantity = quantity - 1 where warehouse_id = 3 and item_id = 17",
      "insert into movements (id, warehouse_id, item_id, delta, moved_at) values (-1, 3, 17, -1, now())",
    ],
  },
  {
    name: "billing",
    setup: `
      create table accounts (id int primary key, name text not null);
      create table subscriptions (id bigint primary key, account_id int not null references accounts, plan text not null, renews_at timestamptz not null, cancelled_at timestamptz);
      create index subscriptions_account on subscriptions (account_id);
      create index subscriptions_due on subscriptions (renews_at) where cancelled_at is null;
      create table invoices (id bigint primary key, number text not null unique, subscription_id bigint not null references subscriptions, issued_on date not null, paid_at timestamptz, amount numeric(12,2) not null);
      create index invoices_subscription on invoices (subscription_id, issued_on desc);
      create index invoices_unpaid on invoices (issued_on) where paid_at is null;
      insert into accounts select i, 'A' || i from generate_series(1, :n / 10) i;
      insert into subscriptions select i, 1 + i % (:n / 10), 'pro', now() + (i % 60 - 30) * interval '12 hours', case when i % 3 = 0 then now() end from generate_series(1, :n / 5) i;
      insert into invoices select i, 'R-' || i, 1 + i % (:n / 5), '2023-01-01'::date + i % 700, case when i % 50 > 0 then '2023-01-01'::timestamptz + (i % 700 + i % 31) * interval '1 day' end, i % 300 from generate_series(1, :n) i;`,
    workload: [
      "select * from subscriptions where account_id = 12",
      "select id from subscriptions where cancelled_at is null and renews_at < now() - interval '355 hours' order by renews_at limit 100",
      "select * from invoices where subscription_id = 12 order by issued_on desc limit 12",
      "select id, amount from invoices where paid_at is null and issued_on < '2023-01-15'",
      "select * from invoices where number = 'R-55'",
      "select a.name, s.plan from accounts a join subscriptions s on s.account_id = a.id where a.id = 5",
      "update invoices set paid_at = now() where id = 100",
    ],
  },
  {
    name: "wallet",
    setup: `
      create table wallets (id uuid primary key, user_id bigint not null unique, balance bigint not null check (balance >= 0));
      create table entries (id bigint generated always as identity primary key, wallet_id uuid not null references wallets, idempotency_key text not null, amount bigint not null, created_at timestamptz not null, unique (wallet_id, idempotency_key));
      create index entries_wallet_id on entries (wallet_id, id desc);
      insert into wallets select md5(i::text)::uuid, i, i % 1000 from generate_series(1, :n / 10) i;
      insert into entries (wallet_id, idempotency_key, amount, created_at) select md5((1 + i % (:n / 10))::text)::uuid, 'k' || i, i % 90, now() - i * interval '1 minute' from generate_series(1, :n) i;`,
    workload: [
      "select * from wallets where user_id = 12 for update",
      "insert into entries (wallet_id, idempotency_key, amount, created_at) values ('c4ca4238-a0b9-2382-0dcc-509a6f75849b', 'k-new', 3, now()) on conflict (wallet_id, idempotency_key) do nothing",
      "select * from entries where wallet_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' order by id desc limit 25",
      "select * from entries where wallet_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' and id < 5000 order by id desc limit 25",
      "select amount from entries where wallet_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' and idempotency_key = 'k55'",
      "update wallets set balance = balance - 1 where id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
      "select sum(amount) from entries where wallet_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
    ],
  },
  {
    name: "leaderboard",
    setup: `
      create table players (id bigint primary key, nickname text not null unique);
      create table scores (season int not null, player_id bigint not null references players, points int not null, updated_at timestamptz not null, primary key (season, player_id));
      create index scores_rank on scores (season, points desc, player_id);
      create index scores_player on scores (player_id);
      insert into players select i, 'p' || i from generate_series(1, :n / 4) i;
      insert into scores select s, i, (random() * 100000)::int, now() from generate_series(1, 4) s, generate_series(1, :n / 4) i;`,
    workload: [
      "select player_id, points from scores where season = 3 order by points desc limit 100",
      "select count(*) from scores where season = 3 and points > 99000",
      "select points from scores where season = 3 and player_id = 77",
      "select s.points, p.nickname from scores s join players p on p.id = s.player_id where s.season = 3 order by s.points desc limit 10",
      "select season, points from scores where player_id = 77 order by season",
      "insert into scores values (3, 77, 10, now()) on conflict (season, player_id) do update set points = greatest(scores.points, excluded.points), updated_at = now()",
      "select * from players where nickname = 'p9'",
    ],
  },
];
