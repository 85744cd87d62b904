import type { Catalog, Column, Table, View } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";

/** Tables of the test's statements, `name type` each, as both products create them. */
const TABLES: Readonly<Record<string, string>> = {
  customers:
    "id bigint, email varchar(200), name varchar(100), country char(2), active tinyint(1), code varchar(40) character set latin1 collate latin1_swedish_ci, `tag` varchar(40) character set utf8mb4 collate utf8mb4_bin",
  orders:
    "id bigint, customer_id bigint, status enum('open','paid'), total decimal(12,2), placed_at datetime, meta json, note text, external_id varchar(40)",
  items: "id bigint, order_id bigint, product_id bigint, quantity int",
  products:
    "id bigint, name varchar(200), price decimal(12,2), digest varbinary(32), place point not null",
  categories: "id bigint, parent_id bigint, name varchar(100)",
  Mixed: "Id bigint, `select` text, other bigint",
};

const VIEWS: Readonly<Record<string, string>> = {
  open_orders:
    "select `o`.`id` AS `id`,`o`.`customer_id` AS `buyer`,`o`.`placed_at` AS `placed_at`,lower(`o`.`note`) AS `state` from `shop`.`orders` `o` where (`o`.`status` = 'open')",
  customer_totals:
    "select `c`.`id` AS `id`,`c`.`email` AS `email`,sum(`o`.`total`) AS `spent` from (`shop`.`customers` `c` join `shop`.`orders` `o` on((`o`.`customer_id` = `c`.`id`))) group by `c`.`id`,`c`.`email`",
  recent_open:
    "select `open_orders`.`id` AS `id`,`open_orders`.`buyer` AS `buyer` from `shop`.`open_orders` where (`open_orders`.`placed_at` > (now() - interval 7 day))",
};

function column(text: string): Column {
  const [, name = "", type = ""] = /^`?(\w+)`? (.*)$/.exec(text) ?? [];
  const collation = / collate (\w+)/.exec(type)?.[1];
  const isText = /^(?:varchar|char|text|enum)/.test(type);
  return {
    name,
    type: type.replace(/ (?:character set|collate|not null).*/, ""),
    notNull: type.endsWith(" not null"),
    collation: isText ? (collation ?? "utf8mb4_general_ci") : null,
    generated: null,
    length: -1,
    alignment: 1,
  };
}

function columnTexts(columns: string): readonly string[] {
  return columns.split(/, (?=`?\w+`? [a-z])/);
}

function table(name: string, columns: string): Table {
  return {
    schema: "shop",
    name,
    kind: "table",
    columns: columnTexts(columns).map((text) => column(text)),
    indexes: [],
    foreignKeys: [],
    checks: [],
    partitionKey: null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    rows: -1,
    pages: 0,
    allVisiblePages: 0,
    currentPages: 0,
  };
}

/** Tables and views that the tests' statements are about. */
export const shopCatalog: Catalog = {
  tables: [
    ...Object.entries(TABLES).map(([name, columns]) => table(name, columns)),
    { ...table("orders", "id bigint, region varchar(20)"), schema: "archive" },
  ],
  views: Object.entries(VIEWS).map(([name, definition]): View => ({
    schema: "shop",
    name,
    definition,
  })),
  searchPath: ["shop"],
};

/** What makes that catalog in an empty database, and the names that its databases have there. */
export function shopStatements(shop: string, archive: string): readonly string[] {
  const tables = Object.entries(TABLES).map(
    ([name, columns]) =>
      `create table ${quoteIdent(shop)}.${quoteIdent(name)} (${columns}, primary key (id)) default charset utf8mb4 collate utf8mb4_general_ci`,
  );
  const views = shopCatalog.views.map(
    ({ name, definition }) =>
      `create view ${quoteIdent(shop)}.${quoteIdent(name)} as ${definition.replaceAll("`shop`.", `${quoteIdent(shop)}.`)}`,
  );
  return [
    ...tables,
    `create table ${quoteIdent(archive)}.orders (id bigint primary key, region varchar(20))`,
    `create fulltext index one on ${quoteIdent(shop)}.customers (name)`,
    `create fulltext index two on ${quoteIdent(shop)}.customers (name, email)`,
    ...views,
  ];
}
