import type { Connection } from "mysql2/promise";

/** A database with one of everything that a capture must understand. `product`: where the words differ. */
export async function createShop(owner: Connection, product: "MySQL" | "MariaDB"): Promise<void> {
  const mysql = product === "MySQL";
  for (const statement of [
    `create table customers (
      id bigint unsigned not null auto_increment,
      email varchar(100) not null,
      name varchar(50) collate utf8mb4_bin,
      country char(2),
      created_at datetime(3) not null default current_timestamp(3),
      balance decimal(12,2),
      settings json,
      kind enum('private','company','it''s') not null default 'private',
      flags set('a','b','c'),
      bits bit(12),
      born year,
      opens time(2),
      token binary(16),
      raw varbinary(20),
      place point not null,
      notes text,
      lower_name varchar(50) generated always as (lower(name)) stored,
      shouted varchar(60) generated always as (concat(name,'!')) virtual,
      primary key (id),
      unique key email_unique (email),
      key name_start (name(5)),
      key newest (created_at desc, id),
      ${mysql ? "key lower_email ((lower(email)))," : ""}
      fulltext key notes_words (notes),
      spatial key place_area (place),
      key hidden (country) ${mysql ? "invisible" : "ignored"},
      check (balance > -5),
      constraint named_check check (char_length(name) > 0 or name = 'it''s')
    )`,
    `create table orders (
      id int not null auto_increment,
      customer_id bigint unsigned not null,
      ordered_on date not null,
      total decimal(10,2),
      primary key (id, ordered_on),
      key by_customer (customer_id)
    ) partition by range columns (ordered_on)
      (partition p2023 values less than ('2024-01-01'), partition rest values less than (maxvalue))`,
    `create table refunds (
      id tinyint unsigned not null auto_increment primary key,
      customer_id bigint unsigned,
      backup_id bigint unsigned,
      key by_customer (customer_id),
      key by_backup (backup_id),
      key by_backup_too (backup_id, id),
      constraint refund_customer foreign key (customer_id) references customers (id) on delete set null,
      constraint refund_backup foreign key (backup_id) references customers (id) on delete cascade on update cascade
    ) comment 'with a \\n line and a \\' quote'`,
    // Rows are stored in the first unique key that can't be NULL.
    "create table keyless (a int not null, b int, c int not null, unique key b_unique (b), unique key z_first (c, a), unique key a_second (a))",
    "create table heap (a int, b int, key heap_a (a))",
    "create table `odd ``name` (`the column` int primary key, `select` varchar(10) comment 'semi; colon', key `odd key` (`select`))",
    `create table legacy (id int primary key, name varchar(20), key using_btree (name)) engine=MyISAM`,
    "create view debtors as select id, name from customers where balance < 0",
    "create view a_german_debtors as select d.id from debtors d join customers c on c.id = d.id where c.country = 'DE'",
    `insert into customers (id, email, name, country, created_at, balance, settings, kind, flags, bits, born, opens, token, raw, place, notes)
      values
      (1, 'ada@example.org', 'Ada', 'DE', '2024-01-01 10:00:00.123', 10.50, '{"a": 1}', 'private', 'a,c', b'101', 1990, '-12:30:00.50', unhex('000102030405060708090a0b0c0d0e0f'), 'xy', point(1, 2), 'one two'),
      (2, 'bob@example.org', 'Bob', 'DE', '2024-01-02 10:00:00.123', -1.25, null, 'company', '', b'1', 2001, '100:00:00', null, null, point(3, 4), null),
      (7, 'CÉLINE@example.org', 'Céline "C", {x}', null, '2024-01-03 10:00:00.123', null, null, 'it''s', null, null, null, null, null, '', point(5, 6), repeat('long ', 100))`,
    "insert into orders (customer_id, ordered_on, total) values (1, '2023-05-01', 1), (1, '2024-05-01', 2), (2, '2025-05-01', 3)",
    "insert into refunds values (200, 1, 1), (201, null, 2)",
    "insert into keyless values (1, null, 5), (2, 3, 4)",
    "insert into heap values (1, 1), (2, null)",
    "insert into `odd ``name` values (1, 'x')",
    "insert into legacy values (1, 'a'), (2, 'b')",
    "analyze table customers, orders, refunds, keyless, heap, `odd ``name`, legacy",
  ]) {
    await owner.query(statement);
  }
}
