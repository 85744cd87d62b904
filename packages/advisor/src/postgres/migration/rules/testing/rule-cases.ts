import type { MigrationFindingCode } from "../../../../migration/migration-finding.ts";

/** A statement on tables with rows. Whether its rule has to speak is measured on a server. */
export interface RuleCase {
  /** The rule that it is a positive, a negative or a near miss of. */
  readonly rule: MigrationFindingCode;
  readonly sql: string;
  /** Migrations before the change; inserts are of the servers only, since a trial has no rows. */
  readonly setup?: readonly string[];
  /** Of the same transaction, before it. */
  readonly before?: readonly string[];
  /** Run outside of a transaction. */
  readonly alone?: boolean;
  /** First major version that knows it. */
  readonly since?: number;
  /** Why the text alone does not tell, where it does not: the verdict without a trial is then not the server's. */
  readonly needsTrial?: string;
  /** Why a trial does not tell either. */
  readonly unknown?: string;
}

/** Tables of all cases. */
export const BASE: readonly string[] = [
  "create table customers (id int primary key, email text, name varchar(50))",
  `create table orders (id int primary key, customer_id int, other_id int, total numeric(10, 2), note text, code varchar(50),
    made timestamp, paid timestamptz, short char(5), network cidr, stay daterange, filled text not null)`,
  "insert into customers select g, 'c' || g, 'n' || g from generate_series(1, 200) g",
  `insert into orders select g, 1 + g % 200, g, g, 'note', 'code', '2026-01-01', '2026-01-01', 'short', '10.0.0.0/8',
    daterange('2026-01-01'::date + g, '2026-01-01'::date + g + 1), 'filled' from generate_series(1, 500) g`,
];

const PARTITIONED: readonly string[] = [
  "create table events (id int not null, day int not null) partition by range (day)",
  "create table events_1 partition of events for values from (1) to (10)",
  "create table events_2 (id int not null, day int not null)",
  "insert into events select g, 1 + g % 9 from generate_series(1, 300) g",
  "insert into events_2 select g, 10 + g % 9 from generate_series(1, 300) g",
];
const VIEW: readonly string[] = [
  "create materialized view totals as select customer_id, sum(total) as total from orders group by 1",
  "create unique index on totals (customer_id)",
];
const FUNCTIONS: readonly string[] = [
  "create function fixed() returns int immutable language sql return 7",
  "create function drawn() returns int volatile language plpgsql as $$ begin return 7; end $$",
  "create function noted() returns trigger language plpgsql as $$ begin return new; end $$",
];

const ADD_CHECK =
  "alter table orders add constraint orders_note check (note is not null) not valid";
const ADD_KEY =
  "alter table orders add constraint orders_customer foreign key (customer_id) references customers not valid";

function cases(
  rule: MigrationFindingCode,
  ...list: readonly (string | Omit<RuleCase, "rule">)[]
): readonly RuleCase[] {
  return list.map((one) => (typeof one === "string" ? { rule, sql: one } : { rule, ...one }));
}

export const RULE_CASES: readonly RuleCase[] = [
  ...cases(
    "create-index-blocking",
    "create index on orders (customer_id)",
    "create unique index orders_other on orders (other_id)",
    "create index on orders using gin (to_tsvector('simple', note))",
    { sql: "create index concurrently orders_customer on orders (customer_id)", alone: true },
    { sql: "create index on events (id)", setup: PARTITIONED },
    { sql: "create index on only events (id)", setup: PARTITIONED },
    {
      sql: "create index if not exists orders_known on orders (note)",
      setup: ["create index orders_known on orders (note)"],
    },
  ),
  ...cases("reindex-blocking", "reindex table orders", "reindex index orders_pkey", {
    sql: "reindex table concurrently orders",
    alone: true,
  }),
  ...cases(
    "add-foreign-key-validated",
    "alter table orders add foreign key (customer_id) references customers",
    ADD_KEY,
    "alter table orders add column buyer int references customers",
    {
      sql: "alter table orders add column buyer int default 1 references customers",
    },
    {
      sql: "alter table orders validate constraint orders_customer",
      setup: [ADD_KEY],
    },
    "create table items (id int primary key, order_id int references orders)",
  ),
  ...cases(
    "add-check-validated",
    "alter table orders add check (total > 0)",
    "alter table orders add constraint positive check (total > 0) not valid",
    "alter table orders add column rank int check (rank > 0)",
    "alter table orders add column rank int default 1 check (rank > 0)",
    {
      sql: "alter table orders validate constraint orders_note",
      setup: [ADD_CHECK],
    },
    { sql: "alter table orders add constraint noted not null note", since: 18 },
    { sql: "alter table orders add constraint noted not null note not valid", since: 18 },
  ),
  ...cases(
    "add-unique-constraint",
    "alter table orders add unique (other_id)",
    "alter table orders add constraint one_note unique nulls not distinct (other_id, note) deferrable",
    "alter table orders add column slug text unique",
    {
      sql: "alter table orders add constraint orders_other unique using index orders_other",
      setup: ["create unique index orders_other on orders (other_id)"],
    },
    {
      sql: "alter table orders add primary key (other_id)",
      setup: ["alter table orders drop constraint orders_pkey"],
    },
    {
      sql: "alter table orders add primary key using index orders_filled",
      setup: [
        "alter table orders drop constraint orders_pkey",
        "alter table orders alter id drop not null",
        "alter table orders alter id set not null",
        "create unique index orders_filled on orders (id)",
      ],
    },
    {
      sql: "alter table orders add primary key using index orders_other",
      setup: [
        "alter table orders drop constraint orders_pkey",
        "create unique index orders_other on orders (other_id)",
      ],
    },
  ),
  ...cases("add-exclusion-constraint", "alter table orders add exclude using gist (stay with &&)"),
  ...cases(
    "set-not-null",
    "alter table orders alter note set not null",
    "alter table orders alter filled set not null",
    "alter table orders alter note set not null, alter code set not null",
    {
      sql: "alter table orders alter note set not null",
      setup: ["alter table orders add check (note is not null)"],
    },
    {
      sql: "alter table orders alter note set not null",
      setup: ["alter table orders add check (note is not null and length(note) > 0)"],
    },
    {
      sql: "alter table orders alter note set not null",
      setup: ["alter table orders add check (note is not null or total > 0)"],
    },
    { sql: "alter table orders alter note set not null", setup: [ADD_CHECK] },
    {
      sql: "alter table orders alter code set not null",
      setup: [ADD_CHECK, "alter table orders validate constraint orders_note"],
    },
    {
      sql: "alter table orders alter note set not null, alter code set not null",
      setup: [ADD_CHECK, "alter table orders validate constraint orders_note"],
    },
    { sql: "alter table orders alter filled drop not null" },
  ),
  ...cases(
    "volatile-default",
    "alter table orders add column token uuid default gen_random_uuid()",
    "alter table orders add column token uuid not null default gen_random_uuid()",
    "alter table orders add column seen timestamptz default clock_timestamp()",
    "alter table orders add column dice float default random()",
    "alter table orders add column seen timestamptz default now()",
    "alter table orders add column seen timestamptz not null default current_timestamp",
    "alter table orders add column state text not null default 'new'",
    "alter table orders add column state text default lower('NEW') || 'er'",
    "alter table orders add column state text default null",
    "alter table orders add column state text",
    "alter table orders alter note set default gen_random_uuid()::text",
    { sql: "alter table orders add column n int default drawn()", setup: FUNCTIONS },
    {
      sql: "alter table orders add column n int default fixed()",
      setup: FUNCTIONS,
      needsTrial: "whether a function of one's own is volatile is not in the statement",
    },
    {
      sql: "alter table orders add column n positive default 1",
      setup: ["create domain positive as int check (value > 0)"],
      needsTrial: "that the type is a domain with a check is not in the statement",
    },
  ),
  ...cases(
    "add-identity-column",
    "alter table orders add column n int generated always as identity",
    "alter table orders add column n bigint generated by default as identity",
    "alter table orders add column n serial",
    "alter table orders add column n bigserial not null",
    "alter table orders alter filled type text, alter id add generated by default as identity",
  ),
  ...cases(
    "add-stored-generated-column",
    "alter table orders add column doubled numeric generated always as (total * 2) stored",
    {
      sql: "alter table orders add column doubled numeric generated always as (total * 2) virtual",
      since: 18,
    },
  ),
  ...cases(
    "change-column-type",
    "alter table orders alter code type varchar(100)",
    "alter table orders alter code type text",
    "alter table orders alter code type varchar",
    "alter table orders alter code type varchar(20)",
    "alter table orders alter code type text using upper(code)",
    "alter table orders alter code type text using code::text",
    "alter table orders alter note type varchar",
    "alter table orders alter note type varchar(100)",
    "alter table orders alter note type text",
    'alter table orders alter note type text collate "C"',
    "alter table orders alter customer_id type bigint",
    "alter table orders alter customer_id type text",
    "alter table orders alter total type numeric(12, 2)",
    "alter table orders alter total type numeric",
    "alter table orders alter total type numeric(12, 3)",
    "alter table orders alter total type numeric(8, 2)",
    "alter table orders alter made type timestamptz",
    {
      sql: "alter table orders alter made type timestamptz",
      before: ["set local timezone = 'America/New_York'"],
      needsTrial: "the session's TimeZone decides",
    },
    "alter table orders alter made type timestamp(3)",
    "alter table orders alter made type timestamp(6)",
    "alter table orders alter made type date",
    "alter table orders alter paid type timestamp",
    "alter table orders alter short type text",
    "alter table orders alter short type char(9)",
    "alter table orders alter network type inet",
    { sql: "alter table orders alter code type text", setup: ["create index on orders (code)"] },
    {
      sql: "alter table orders alter code type varchar(100)",
      setup: ["create index on orders (code)"],
    },
  ),
  ...cases(
    "set-logged",
    "alter table orders set unlogged",
    {
      sql: "alter table orders set logged",
      needsTrial: "whether the table is logged already is not in the statement",
    },
    {
      sql: "alter table notes set logged",
      setup: [
        "create unlogged table notes (n int)",
        "insert into notes select generate_series(1, 100)",
      ],
    },
  ),
  ...cases(
    "vacuum-full",
    { sql: "vacuum full orders", alone: true },
    { sql: "vacuum orders", alone: true },
    "analyze orders",
  ),
  ...cases(
    "cluster-table",
    "cluster orders using orders_pkey",
    "alter table orders cluster on orders_pkey",
  ),
  ...cases(
    "refresh-blocking",
    { sql: "refresh materialized view totals", setup: VIEW },
    { sql: "refresh materialized view concurrently totals", setup: VIEW },
  ),
  ...cases(
    "attach-partition-scan",
    {
      sql: "alter table events attach partition events_2 for values from (10) to (20)",
      setup: PARTITIONED,
    },
    {
      sql: "alter table events attach partition events_2 for values from (10) to (20)",
      setup: [
        ...PARTITIONED,
        "alter table events_2 add constraint bounds check (day >= 10 and day < 20)",
      ],
    },
    {
      sql: "alter table events attach partition events_2 for values from (10) to (20)",
      setup: [
        ...PARTITIONED,
        "alter table events_2 add constraint bounds check (day >= 10 and day < 30)",
      ],
      needsTrial: "whether a check says as much as the bounds is left to the server",
    },
    {
      sql: "alter table events attach partition events_2 for values from (10) to (20)",
      setup: [
        ...PARTITIONED,
        "alter table events_2 add constraint bounds check (day >= 10 and day < 20)",
        "create table events_rest partition of events default",
        "insert into events select g, 50 from generate_series(1, 100) g",
      ],
      needsTrial: "that there is a default partition is not in the statement",
    },
    {
      sql: "create table events_3 partition of events for values from (20) to (30)",
      setup: PARTITIONED,
    },
  ),
  ...cases(
    "validate-in-same-transaction",
    { sql: "alter table orders validate constraint orders_customer", before: [ADD_KEY] },
    { sql: "alter table orders validate constraint orders_note", before: [ADD_CHECK] },
    {
      sql: "alter table orders validate constraint orders_note",
      setup: [ADD_CHECK],
      before: ["comment on table orders is 'orders'"],
    },
  ),
  ...cases(
    "lock-held-long",
    { sql: "update orders set note = 'x'", before: ["alter table orders add column n int"] },
    {
      sql: "update orders set note = 'x' where total > 3",
      before: ["alter table orders add column n int"],
    },
    {
      sql: "update orders set note = 'x' where id = 3",
      before: ["alter table orders add column n int"],
    },
    { sql: "update orders set note = 'x'" },
    { sql: "delete from customers", before: ["alter table orders drop column note"] },
    {
      sql: "alter table orders validate constraint orders_note",
      setup: [ADD_CHECK],
      before: ["alter table orders add column n int"],
    },
    {
      sql: "do $$ begin alter table orders alter note set not null; end $$",
      needsTrial: "what DO does is not in the statement",
    },
    {
      sql: "alter domain positive add check (value < 1000)",
      setup: [
        "create domain positive as int",
        "create table ranks (n positive)",
        "insert into ranks select generate_series(1, 100)",
      ],
      needsTrial: "the tables that use a domain are not in the statement",
    },
    { sql: "alter table orders add column m int", before: ["alter table orders add column n int"] },
    { sql: "insert into customers values (1000)", before: ["alter table orders add column n int"] },
    {
      sql: "insert into customers (id) select 1000 + id from orders",
      before: ["alter table orders add column n int"],
      unknown: "which tables a query reads from end to end rests on their sizes",
    },
  ),
  ...cases(
    "drop-index-blocking",
    { sql: "drop index orders_code", setup: ["create index orders_code on orders (code)"] },
    {
      sql: "drop index concurrently orders_code",
      setup: ["create index orders_code on orders (code)"],
      alone: true,
    },
    {
      sql: "drop index if exists orders_code",
      needsTrial: "whether there is such an index is not in the statement",
    },
    {
      sql: "alter index orders_code rename to orders_by_code",
      setup: ["create index orders_code on orders (code)"],
    },
  ),
  ...cases(
    "detach-partition-blocking",
    { sql: "alter table events detach partition events_1", setup: PARTITIONED },
    {
      sql: "alter table events detach partition events_1 concurrently",
      setup: PARTITIONED,
      alone: true,
    },
  ),
  ...cases(
    "create-trigger",
    {
      sql: "create trigger noted before update on orders for each row execute function noted()",
      setup: FUNCTIONS,
    },
    {
      sql: "drop trigger noted on orders",
      setup: [
        ...FUNCTIONS,
        "create trigger noted before update on orders for each row execute function noted()",
      ],
    },
  ),
  ...cases(
    "not-null-without-default",
    "alter table orders add column n int not null",
    "alter table orders add column n int not null default null",
    {
      sql: "alter table orders add column n int primary key",
      setup: ["alter table orders drop constraint orders_pkey"],
    },
    "alter table orders add column n int not null default 1",
    "alter table orders add column n int",
  ),
  ...cases(
    "concurrently-in-transaction",
    "create index concurrently orders_customer on orders (customer_id)",
    {
      sql: "drop index concurrently orders_code",
      setup: ["create index orders_code on orders (code)"],
    },
    "reindex table concurrently orders",
    { sql: "alter table events detach partition events_1 concurrently", setup: PARTITIONED },
    { sql: "refresh materialized view concurrently totals", setup: VIEW },
  ),
  ...cases(
    "missing-lock-timeout",
    "alter table orders add column n int",
    "alter table orders drop column note",
    "alter table orders rename to purchases",
    "alter table orders rename column note to remark",
    "drop table orders",
    "truncate orders",
    "alter table orders enable row level security",
    "alter table orders set (fillfactor = 70)",
    "alter table orders alter note set statistics 500",
    "alter table orders disable trigger user",
    "comment on table orders is 'orders'",
    "create policy all_rows on orders using (true)",
    "create view recent as select * from orders",
    "create table items (id int primary key)",
    "create table items (id int primary key, order_id int references orders)",
    "create type mood as enum ('good')",
    "create temporary table staged (id int)",
    { sql: "alter table orders drop constraint orders_customer", setup: [ADD_KEY] },
    "grant select on orders to public",
    "alter table orders owner to current_user",
    "lock table orders in access share mode",
  ),
];

/** Rows are of the servers only: a trial has none. */
export function isOfServersOnly(sql: string): boolean {
  return sql.startsWith("insert");
}

/** A case for people: its statement, after what it is about. */
export function titleOf({ sql, setup = [], before = [] }: RuleCase): string {
  const told = [...setup.filter((one) => !isOfServersOnly(one)), ...before].at(-1);
  return `${told === undefined ? "" : `${told}; `}${sql}`.replaceAll(/\s+/g, " ");
}
