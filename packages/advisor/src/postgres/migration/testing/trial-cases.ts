/** Tables of a shop, as a history of migrations leaves them. */
export const SHOP = `
  create table customers (
    id bigint primary key, email text not null, name varchar(50), code char(5), status text, n int, small smallint,
    balance numeric(10, 2), created timestamp, created_tz timestamptz, flag boolean, doc json, docb jsonb,
    label varchar(50),
    constraint named check (name is not null), constraint status_known check (status <> '') not valid
  );
  create unique index customers_email on customers (email);
  create table orders (
    id bigint primary key, customer_id bigint, product_id int, total int, placed timestamptz default now(),
    constraint orders_customer foreign key (customer_id) references customers (id)
  );
  create index orders_total on orders (total);
  create unique index orders_product on orders (product_id);
  create table products (id int primary key, title text, parent int);
  alter table orders add constraint orders_product_fk foreign key (product_id) references products (id) not valid;
  create table events (id int, day int, note text) partition by list (day);
  create table events_1 partition of events for values in (1);
  create table events_2 (id int, day int, note text);
  create table events_3 (id int, day int not null, note text, check (day = 3));
  create materialized view totals as select customer_id, sum(total) as total from orders group by 1;
  create unique index totals_key on totals (customer_id);
  create function touch() returns trigger language plpgsql as 'begin return new; end';
  create trigger touch_customer before update on customers for each row execute function touch();
  create type mood as enum ('sad', 'happy');
  create sequence numbers`;

/** Three rows in each. */
export const SHOP_ROWS = `
  insert into customers select i, 'm' || i, 'n', 'c', 's', i, i, i, now(), now(), true, '{}', '{}' from generate_series(1, 3) i;
  insert into products select i, 't', i from generate_series(1, 3) i;
  insert into orders select i, i, i, i from generate_series(1, 3) i;
  insert into events select i, 1, 'e' from generate_series(1, 3) i;
  insert into events_2 select i, 2, 'e' from generate_series(1, 3) i;
  insert into events_3 select i, 3, 'e' from generate_series(1, 3) i`;

/** A statement, and the first server version that can run it, as its major number. */
type TrialCase = readonly [sql: string, since?: number];

/** What migrations do to such tables. */
export const TRIAL_CASES: readonly TrialCase[] = [
  ["alter table customers add column a int"],
  ["alter table customers add column a int default 5"],
  ["alter table customers add column a int not null default 5"],
  ["alter table customers add column a timestamptz default now()"],
  ["alter table customers add column a timestamptz default clock_timestamp()"],
  ["alter table customers add column a uuid default gen_random_uuid()"],
  ["alter table customers add column a bigint generated always as identity"],
  ["alter table customers add column a bigserial"],
  ["alter table customers add column a int generated always as (n + 1) stored"],
  ["alter table customers add column a int generated always as (n + 1) virtual", 18],
  ["alter table customers add column a int check (a > 0)"],
  ["alter table customers add column a int default 1 check (a > 0)"],
  ["alter table customers add column a int references products (id)"],
  ["alter table customers add column a int unique"],
  ["alter table customers drop column n"],
  ["alter table customers rename column n to m"],
  ["alter table customers rename to clients"],
  ["alter table customers alter name type varchar(100)"],
  ["alter table customers alter name type text"],
  ["alter table customers alter name type varchar(20)"],
  ["alter table customers alter name type varchar"],
  ["alter table customers alter label type varchar(100)"],
  ["alter table customers alter label type text"],
  ["alter table customers alter label type varchar(20)"],
  ["alter table customers alter code type text"],
  ["alter table customers alter n type bigint"],
  ["alter table customers alter small type int"],
  ["alter table customers alter balance type numeric(12, 2)"],
  ["alter table customers alter balance type numeric(12, 4)"],
  ["alter table customers alter balance type numeric"],
  ["alter table customers alter created type timestamptz"],
  ["alter table customers alter created_tz type timestamp"],
  ["alter table customers alter created type timestamp(3)"],
  ["alter table customers alter doc type jsonb"],
  ["alter table customers alter flag type int using flag::int"],
  ["alter table customers alter email type varchar(200)"],
  ["alter table customers alter email type text"],
  ["alter table customers alter n set not null"],
  ["alter table customers alter name set not null"],
  ["alter table customers alter email drop not null"],
  ["alter table customers alter n set default 3"],
  ["alter table customers alter n drop default"],
  ["alter table customers alter n set statistics 500"],
  ["alter table customers alter doc set storage external"],
  ["alter table customers set (fillfactor = 70)"],
  ["alter table customers add check (n > 0)"],
  ["alter table customers add check (n > 0) not valid"],
  ["alter table customers add constraint c not null n not valid", 18],
  ["alter table customers validate constraint status_known"],
  ["alter table customers drop constraint named"],
  ["alter table customers add unique (n)"],
  ["alter table customers add constraint e unique using index customers_email"],
  ["alter table customers add exclude (n with =)"],
  ["alter table customers replica identity full"],
  ["alter table customers enable row level security"],
  ["alter table customers disable trigger touch_customer"],
  ["alter table events_2 set unlogged"],
  ["alter table events_2 set logged"],
  ["alter table orders add foreign key (product_id) references products (id)"],
  ["alter table orders add foreign key (product_id) references products (id) not valid"],
  ["alter table products add foreign key (parent) references products (id)"],
  ["alter table orders validate constraint orders_product_fk"],
  ["alter table orders drop constraint orders_customer"],
  ["alter table events attach partition events_2 for values in (2)"],
  ["alter table events attach partition events_3 for values in (3)"],
  ["alter table events detach partition events_1"],
  ["alter table events add column a int default 1"],
  ["alter table events alter id type bigint"],
  ["create table events_9 partition of events for values in (9)"],
  ["create table reviews (id int primary key, order_id bigint references orders (id))"],
  ["create table copies (like customers including all)"],
  ["create table sums as select * from orders"],
  ["create index on customers (n)"],
  ["create unique index on customers (n)"],
  ["create index on customers (lower(name)) where n > 1"],
  ["create index on customers using gin (docb)"],
  ["create index on customers using hash (n)"],
  ["create index on events (id)"],
  ["create index on only events (id)"],
  ["drop index orders_total"],
  ["drop index customers_email"],
  ["alter index orders_total rename to o"],
  ["alter index orders_total set (fillfactor = 70)"],
  ["reindex index orders_total"],
  ["reindex table orders"],
  ["cluster orders using orders_total"],
  ["truncate orders"],
  ["truncate customers cascade"],
  ["drop table orders cascade"],
  ["drop table products cascade"],
  ["drop table events_1"],
  ["create trigger t after insert on orders for each row execute function touch()"],
  ["drop trigger touch_customer on customers"],
  ["create policy p on customers using (true)"],
  ["create rule r as on insert to customers do also notify x"],
  ["create view v as select * from customers"],
  ["refresh materialized view totals"],
  ["refresh materialized view concurrently totals"],
  ["comment on table customers is 'all of them'"],
  ["comment on column customers.n is 'a number'"],
  ["grant select on customers to reporting"],
  ["alter table customers owner to reporting"],
  ["alter type mood add value 'angry'"],
  ["create statistics s on n, small from customers"],
  ["analyze customers"],
  ["lock table customers in share mode"],
  ["update customers set n = 1"],
  ["delete from orders where id = 1"],
  ["insert into products values (9)"],
  ["select count(*) from orders"],
  ["do $$ begin alter table customers alter n type bigint; end $$"],
  [
    "alter table customers add column a int default 1, alter n type bigint, alter small set not null",
  ],
];
