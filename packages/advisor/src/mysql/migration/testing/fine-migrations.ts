import type { FineMigrations } from "../../../migration/testing/fine-migrations.ts";

/** What production has before each of the changes. */
const HISTORY = `CREATE TABLE customers (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(190) NOT NULL,
  name varchar(50),
  created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE KEY customers_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE orders (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint unsigned NOT NULL,
  status enum('new', 'paid') NOT NULL DEFAULT 'new',
  total decimal(10, 2),
  note text,
  code varchar(20),
  placed_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
  KEY orders_customer (customer_id),
  KEY orders_code (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`;

const PATIENT = "SET SESSION lock_wait_timeout = 5;\n";

function plain(title: string, ...changes: readonly string[]): FineMigrations {
  const name = (number: number): string => `migrations/2026010${number}120000_step.sql`;
  return {
    title,
    runner: "sql",
    path: "migrations",
    files: Object.fromEntries(
      [HISTORY, ...changes].map((sql, number) => [name(number), `${PATIENT}${sql}`]),
    ),
    changed: changes.map((_, number) => name(number + 1)),
  };
}

/** Changes as teams write them that have run into each of the traps before; MySQL and MariaDB take them all. */
export const FINE_MIGRATIONS: readonly FineMigrations[] = [
  plain("a nullable column", "ALTER TABLE orders ADD COLUMN carrier varchar(40);"),
  plain(
    "columns with constant defaults, in one statement",
    "ALTER TABLE orders ADD COLUMN gift boolean NOT NULL DEFAULT FALSE, ADD COLUMN weight int NOT NULL DEFAULT 0;",
  ),
  plain(
    "a column that has the time of the change",
    "ALTER TABLE orders ADD COLUMN seen_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP, ALGORITHM=INSTANT;",
  ),
  plain(
    "a value at the end of an enum",
    "ALTER TABLE orders MODIFY status enum('new', 'paid', 'sent') NOT NULL DEFAULT 'new';",
  ),
  plain(
    "a longer VARCHAR, below 256 bytes",
    "ALTER TABLE orders MODIFY code varchar(60);\nALTER TABLE customers MODIFY name varchar(63);",
  ),
  plain(
    "a longer VARCHAR, beyond 255 bytes before too",
    "ALTER TABLE customers MODIFY email varchar(250) NOT NULL;",
  ),
  plain("an index", "CREATE INDEX orders_placed_at ON orders (placed_at);"),
  plain(
    "an index that says how",
    "ALTER TABLE orders ADD INDEX orders_status (status, placed_at), ALGORITHM=INPLACE, LOCK=NONE;",
  ),
  plain(
    "one index for another",
    "ALTER TABLE orders ADD INDEX orders_code_status (code, status), DROP INDEX orders_code;",
  ),
  plain("an index goes", "DROP INDEX orders_code ON orders;"),
  plain(
    "an index has another name",
    "ALTER TABLE orders RENAME INDEX orders_code TO orders_by_code;",
  ),
  plain(
    "a new table with everything in it",
    `CREATE TABLE items (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  qty int NOT NULL CHECK (qty > 0),
  price decimal(10, 2) NOT NULL,
  amount decimal(12, 2) AS (qty * price) STORED,
  note text,
  FULLTEXT KEY items_note (note)
);
ALTER TABLE items MODIFY qty bigint NOT NULL;
ALTER TABLE items ADD COLUMN token char(36);`,
  ),
  plain(
    "a new table with a key to one in use",
    `CREATE TABLE notes (
  id int PRIMARY KEY,
  order_id bigint unsigned NOT NULL,
  FOREIGN KEY (order_id) REFERENCES orders (id)
);`,
  ),
  plain(
    "a foreign key, where a job has looked at the rows",
    `SET SESSION foreign_key_checks = 0;
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id), ALGORITHM=INPLACE, LOCK=NONE;
SET SESSION foreign_key_checks = 1;`,
  ),
  plain(
    "a column that is computed when it is read, and its index",
    "ALTER TABLE orders ADD COLUMN day date AS (CAST(placed_at AS date)) VIRTUAL;\nCREATE INDEX orders_day ON orders (day);",
  ),
  plain(
    "NOT NULL comes and goes, in place",
    "ALTER TABLE orders MODIFY total decimal(10, 2) NOT NULL;",
    "ALTER TABLE orders MODIFY total decimal(10, 2) NULL;",
  ),
  plain("a default changes", "ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;"),
  plain(
    "a table is built again, in place",
    "ALTER TABLE orders ENGINE=InnoDB, ALGORITHM=INPLACE, LOCK=NONE;\nOPTIMIZE TABLE customers;",
  ),
  plain(
    "a primary key for another",
    "ALTER TABLE orders ADD UNIQUE KEY orders_id (id), DROP PRIMARY KEY, ADD PRIMARY KEY (customer_id, id);",
  ),
  plain(
    "some rows, a batch at a time",
    "UPDATE orders SET code = '' WHERE code IS NULL LIMIT 1000;\nDELETE FROM orders WHERE placed_at < '2020-01-01' LIMIT 1000;",
  ),
  plain(
    "procedures, triggers and views",
    `DELIMITER //
CREATE PROCEDURE tidy() BEGIN
  DELETE FROM orders WHERE total = 0;
END//
CREATE TRIGGER orders_code BEFORE INSERT ON orders FOR EACH ROW BEGIN
  SET NEW.code = COALESCE(NEW.code, ';');
END//
DELIMITER ;
CREATE OR REPLACE VIEW paid AS SELECT id FROM orders WHERE status = 'paid';`,
  ),
  {
    title: "dbmate, with the way back",
    runner: "dbmate",
    path: "db/migrations",
    files: {
      "db/migrations/20260101120000_shop.sql": `-- migrate:up\n${HISTORY}`,
      "db/migrations/20260102120000_step.sql":
        `-- migrate:up\n${PATIENT}ALTER TABLE orders ADD COLUMN carrier text;\n\n` +
        `-- migrate:down\n${PATIENT}ALTER TABLE orders DROP COLUMN carrier;\n`,
    },
    changed: ["db/migrations/20260102120000_step.sql"],
  },
  {
    title: "Prisma",
    runner: "prisma",
    path: "prisma/migrations",
    files: {
      "prisma/migrations/migration_lock.toml": 'provider = "mysql"\n',
      "prisma/migrations/20260101120000_shop/migration.sql": HISTORY,
      "prisma/migrations/20260102120000_step/migration.sql":
        `${PATIENT}-- AlterTable\nALTER TABLE \`orders\` ADD COLUMN \`carrier\` VARCHAR(191) NULL;\n\n` +
        "-- CreateIndex\nCREATE INDEX `orders_carrier_idx` ON `orders`(`carrier`);\n",
    },
    changed: ["prisma/migrations/20260102120000_step/migration.sql"],
  },
  {
    title: "Flyway",
    runner: "flyway",
    path: "sql",
    files: {
      "flyway.toml": '[environments.shop]\nurl = "jdbc:mysql://localhost/shop"\n',
      "sql/V1__shop.sql": HISTORY,
      "sql/V2__step.sql": `${PATIENT}ALTER TABLE orders ADD COLUMN carrier text;`,
    },
    changed: ["sql/V2__step.sql"],
  },
  {
    title: "Knex",
    runner: "knex",
    path: "migrations",
    files: {
      "package.json": '{ "type": "commonjs" }',
      "migrations/20260101120000_shop.js": `exports.up = async (knex) => {
  for (const sql of ${JSON.stringify(HISTORY.trim().split(/;\n(?=CREATE)/))}) await knex.raw(sql);
};
exports.down = () => {};
`,
      "migrations/20260102120000_step.js": `exports.up = async (knex) => {
  await knex.raw("SET SESSION lock_wait_timeout = 5");
  await knex.schema.alterTable("orders", (table) => table.string("carrier").nullable());
  if (!(await knex.schema.hasColumn("orders", "gift")))
    await knex.schema.alterTable("orders", (table) => table.boolean("gift").notNullable().defaultTo(false));
};
exports.down = async (knex) => {
  await knex.raw("SET SESSION lock_wait_timeout = 5");
  await knex.schema.alterTable("orders", (table) => table.dropColumns("carrier", "gift"));
};
`,
    },
    changed: ["migrations/20260102120000_step.js"],
  },
];
