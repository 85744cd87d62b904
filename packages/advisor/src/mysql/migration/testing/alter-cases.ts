/** A change of tables that hold rows. */
export interface AlterCase {
  readonly sql: string;
  /** After {@link BASE}, before the statement. */
  readonly setup?: readonly string[];
  /** The one server that takes it. Default: both do. */
  readonly only?: "MySQL" | "MariaDB";
}

/** Tables before each case. */
export const BASE: readonly string[] = [
  "create table customers (id int primary key, email varchar(100), unique key customers_email (email)) engine=InnoDB",
  `create table orders (
    id int not null auto_increment primary key,
    customer_id int not null,
    status enum('new', 'paid') not null default 'new',
    code varchar(50) not null default '',
    short varchar(20) character set latin1,
    note text,
    total decimal(10, 2),
    n int,
    placed_at datetime,
    key orders_customer (customer_id),
    key orders_code (code)
  ) engine=InnoDB default charset=utf8mb4`,
  "create table `line-items` (id int primary key, order_id int, qty int not null) engine=InnoDB",
];

/** Rows for {@link BASE}. */
export const ROWS: readonly string[] = [
  "insert into customers values (1, 'a@example.org'), (2, 'b@example.org')",
  `insert into orders (id, customer_id, status, code, short, note, total, n, placed_at) values
    (1, 1, 'new', 'a', 'x', 'first', 1.5, 7, '2026-01-01 10:00:00'), (2, 2, 'paid', 'b', 'y', null, 2.5, 8, null)`,
  "insert into `line-items` values (1, 1, 3), (2, 1, 4)",
];

const alter = (clause: string, more: Omit<AlterCase, "sql"> = {}): AlterCase => ({
  sql: `alter table orders ${clause}`,
  ...more,
});
const MARIADB = { only: "MariaDB" } as const;
const MYSQL = { only: "MySQL" } as const;

/** What servers do in each way there is, and near misses. */
export const ALTER_CASES: readonly AlterCase[] = [
  alter("add column gift boolean not null default false"),
  alter("add column gift int first"),
  alter("add column (a int, b varchar(10))"),
  alter("add column at datetime default current_timestamp"),
  alter("add column at datetime default (now())"),
  alter("add column token char(36) default (uuid())", MARIADB),
  alter("add column doubled decimal(12, 2) as (total * 2) virtual"),
  alter("add column doubled decimal(12, 2) as (total * 2) stored"),
  alter("add column seq int not null auto_increment unique", {
    setup: ["alter table orders modify id int not null"],
  }),
  alter("add column owner int, add key orders_owner (owner)"),
  alter("add column rank_ int check (rank_ > 0)"),
  alter("add column owner int references customers (id)", MARIADB),
  alter("drop column note"),
  alter("drop column code"),
  alter("rename column note to remark"),
  alter("change note remark text"),
  alter("change total amount decimal(12, 2)"),
  alter("modify status enum('new', 'paid', 'sent') not null default 'new'"),
  alter("modify status enum('new', 'open', 'paid') not null default 'new'"),
  alter("modify status enum('new') not null default 'new'", {
    setup: ["update orders set status = 'new'"],
  }),
  alter("modify code varchar(60) not null default ''"),
  alter("modify code varchar(64) not null default ''"),
  alter("modify code varchar(40) not null default ''"),
  alter("modify short varchar(255) character set latin1"),
  alter("modify short varchar(256) character set latin1"),
  alter("modify short varchar(20) character set utf8mb4"),
  alter("modify n bigint"),
  alter("modify n int not null"),
  alter("modify n int default 5"),
  alter("modify n int comment 'how many'"),
  alter("modify n int after id"),
  alter("modify customer_id int"),
  alter("modify total decimal(12, 2)"),
  alter("modify note mediumtext"),
  alter("modify placed_at timestamp null"),
  alter("alter column n set default 5"),
  alter("alter column n drop default"),
  alter("alter column note set default (uuid())", MYSQL),
  alter("add key orders_n (n)"),
  alter("add unique key orders_n (n)"),
  alter("add fulltext key orders_note (note)"),
  alter("add fulltext key orders_note (note)", {
    setup: ["alter table orders add fulltext key orders_code_text (code)"],
  }),
  alter("drop index orders_code"),
  alter("rename index orders_code to orders_by_code"),
  alter("add key orders_n (n), drop key orders_code"),
  alter("drop primary key", { setup: ["alter table orders modify id int not null"] }),
  alter("drop primary key, add primary key (customer_id, id)", {
    setup: ["alter table orders modify id int not null"],
  }),
  alter("add primary key (id)", {
    setup: ["alter table orders modify id int not null", "alter table orders drop primary key"],
  }),
  alter("add constraint orders_customer_fk foreign key (customer_id) references customers (id)"),
  alter("drop foreign key orders_customer_fk", {
    setup: [
      "alter table orders add constraint orders_customer_fk foreign key (customer_id) references customers (id)",
    ],
  }),
  alter("add constraint orders_n check (n > 0)"),
  alter("drop constraint orders_n", {
    setup: ["alter table orders add constraint orders_n check (n > 0)"],
  }),
  alter("engine=InnoDB"),
  alter("force"),
  alter("row_format=compressed"),
  alter("convert to character set latin1"),
  alter("default character set latin1"),
  alter("auto_increment = 1000"),
  alter("comment = 'what was ordered'"),
  alter("engine=MyISAM"),
  alter("add column x int", { setup: ["alter table orders engine=MyISAM"] }),
  alter("rename to purchases"),
  alter("order by n"),
  alter("partition by hash (id) partitions 2"),
  alter("remove partitioning", {
    setup: ["alter table orders partition by hash (id) partitions 2"],
  }),
  alter("add column x int", { setup: ["alter table orders partition by hash (id) partitions 2"] }),
  alter("modify n bigint", { setup: ["alter table orders partition by hash (id) partitions 2"] }),
  alter("add partition partitions 1", {
    setup: ["alter table orders partition by hash (id) partitions 2"],
  }),
  alter("add partition (partition p1 values less than (200))", {
    setup: ["alter table orders partition by range (id) (partition p0 values less than (100))"],
  }),
  alter("drop partition p0", {
    setup: [
      "alter table orders partition by range (id) (partition p0 values less than (2), partition p1 values less than (100))",
    ],
  }),
  // How it is done stands in the statement.
  alter("add column x int, algorithm=inplace, lock=none"),
  alter("add key orders_n (n), lock=shared"),
  alter("algorithm=copy, add column x int"),
  alter("add column x int, lock=none"),
  alter("add column lock_ int, add column algorithm_ int"),
  { sql: "create index orders_n on orders (n)" },
  { sql: "create index orders_n on orders (n) algorithm=inplace lock=none" },
  { sql: "create unique index orders_n on orders (n)" },
  { sql: "create fulltext index orders_note on orders (note)" },
  { sql: "drop index orders_code on orders" },
  { sql: "alter table `line-items` modify qty bigint not null" },
  { sql: "alter table `line-items` add column x int" },
];

/** A case for people: its statement, after what it is about. */
export function titleOf({ sql, setup = [] }: AlterCase): string {
  return [...setup.slice(-1), sql].join("; ").replaceAll(/\s+/g, " ");
}
