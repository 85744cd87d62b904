import type { RunnerName } from "../runner.ts";

/** A folder of migrations whose last files do what they do well. */
export interface FineMigrations {
  readonly title: string;
  readonly runner: RunnerName;
  /** The folder that is checked. */
  readonly path: string;
  readonly files: Readonly<Record<string, string>>;
  /** The files of the change. */
  readonly changed: readonly string[];
}

/** What production has before each of the changes. */
const HISTORY = `
CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent');
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  name varchar(50),
  country text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  status order_status NOT NULL DEFAULT 'new',
  total numeric(10, 2),
  note varchar(100),
  placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE INDEX orders_placed_at_idx ON orders (placed_at);
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  at timestamptz NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE MATERIALIZED VIEW sales AS SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX sales_customer_id_idx ON sales (customer_id);
`;

/** Numbered files of SQL, each statement on its own. */
function plain(title: string, ...changes: readonly string[]): FineMigrations {
  return numbered("sql", title, "", changes, (sql) => sql);
}

/** dbmate: each file a transaction. */
function dbmate(title: string, ...changes: readonly string[]): FineMigrations {
  return numbered("dbmate", title, "db/migrations/", changes, (sql) =>
    sql.startsWith("-- migrate:up") ? sql : `-- migrate:up\n${sql}`,
  );
}

function numbered(
  runner: RunnerName,
  title: string,
  folder: string,
  changes: readonly string[],
  write: (sql: string) => string,
): FineMigrations {
  const path = folder === "" ? "migrations" : folder.slice(0, -1);
  const name = (number: number): string => `${path}/2026010${number}120000_step.sql`;
  return {
    title,
    runner,
    path,
    files: Object.fromEntries(
      [HISTORY, ...changes].map((sql, number) => [name(number), write(sql)]),
    ),
    changed: changes.map((_, number) => name(number + 1)),
  };
}

function prisma(title: string, ...changes: readonly string[]): FineMigrations {
  const path = "prisma/migrations";
  const name = (number: number): string => `${path}/2026010${number}120000_step/migration.sql`;
  return {
    title,
    runner: "prisma",
    path,
    files: {
      [`${path}/migration_lock.toml`]: 'provider = "postgresql"\n',
      ...Object.fromEntries([HISTORY, ...changes].map((sql, number) => [name(number), sql])),
    },
    changed: changes.map((_, number) => name(number + 1)),
  };
}

function flyway(title: string, sql: string, configuration: string | null = null): FineMigrations {
  return {
    title,
    runner: "flyway",
    path: "sql",
    files: {
      "flyway.toml": '[environments.shop]\nurl = "jdbc:postgresql://localhost/shop"\n',
      "sql/V1__shop.sql": HISTORY,
      "sql/V2__step.sql": sql,
      ...(configuration === null ? {} : { "sql/V2__step.sql.conf": configuration }),
    },
    changed: ["sql/V2__step.sql"],
  };
}

function drizzle(title: string, sql: string): FineMigrations {
  const entry = (idx: number, tag: string): object => ({
    idx,
    version: "7",
    when: 1_767_268_800_000 + idx,
    tag,
    breakpoints: true,
  });
  const broken = HISTORY.trim()
    .split(/;\n(?=CREATE)/)
    .join(";\n--> statement-breakpoint\n");
  return {
    title,
    runner: "drizzle",
    path: "drizzle",
    files: {
      "drizzle/meta/_journal.json": JSON.stringify({
        version: "7",
        dialect: "postgresql",
        entries: [entry(0, "0000_shop"), entry(1, "0001_step")],
      }),
      "drizzle/0000_shop.sql": broken,
      "drizzle/0001_step.sql": sql,
    },
    changed: ["drizzle/0001_step.sql"],
  };
}

function code(
  runner: "knex" | "kysely" | "node-pg-migrate",
  title: string,
  history: string,
  change: string,
): FineMigrations {
  const folder = "migrations";
  const suffix = runner === "kysely" ? "ts" : "js";
  const files = {
    [`${folder}/20260101120000_shop.${suffix}`]: history,
    [`${folder}/20260102120000_step.${suffix}`]: change,
  };
  return {
    title,
    runner,
    path: folder,
    files: {
      "package.json": JSON.stringify({ type: runner === "kysely" ? "module" : "commonjs" }),
      ...files,
    },
    changed: [`${folder}/20260102120000_step.${suffix}`],
  };
}

function knex(title: string, change: string): FineMigrations {
  return code(
    "knex",
    title,
    `exports.up = (knex) => knex.raw(${JSON.stringify(HISTORY)});\nexports.down = () => {};\n`,
    change,
  );
}

function kysely(title: string, change: string): FineMigrations {
  const statements = JSON.stringify(HISTORY.trim().split(/;\n(?=CREATE)/));
  return code(
    "kysely",
    title,
    `import { type Kysely, sql } from "kysely";\nexport async function up(db: Kysely<unknown>): Promise<void> {\n  for (const text of ${statements}) await sql.raw(text).execute(db);\n}\n`,
    change,
  );
}

function nodePgMigrate(title: string, change: string): FineMigrations {
  return code(
    "node-pg-migrate",
    title,
    `exports.up = (pgm) => pgm.sql(${JSON.stringify(HISTORY)});\nexports.down = false;\n`,
    change,
  );
}

const PATIENT = "SET lock_timeout = '5s';\n";
const PATIENT_HERE = "SET LOCAL lock_timeout = '5s';\n";

/** Changes as teams write them that have run into each of the traps before. */
export const FINE_MIGRATIONS: readonly FineMigrations[] = [
  plain(
    "a new table with everything in it",
    `${PATIENT}CREATE TABLE invoices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders (id),
  number text NOT NULL UNIQUE,
  net numeric(10, 2) NOT NULL,
  gross numeric(10, 2) GENERATED ALWAYS AS (net * 1.2) STORED,
  due daterange NOT NULL,
  CHECK (net >= 0)
);
CREATE INDEX invoices_order_id_idx ON invoices (order_id);
COMMENT ON TABLE invoices IS 'One per order and month';`,
  ),
  plain("a nullable column", `${PATIENT}ALTER TABLE orders ADD COLUMN carrier text;`),
  plain(
    "a column with a constant default",
    `${PATIENT}ALTER TABLE orders ADD COLUMN gift boolean NOT NULL DEFAULT false;`,
  ),
  plain(
    "a column that is filled with the time of the change",
    `${PATIENT}ALTER TABLE orders ADD COLUMN checked_at timestamptz NOT NULL DEFAULT now();`,
  ),
  plain(
    "a default for new rows only",
    `${PATIENT}ALTER TABLE orders ADD COLUMN token uuid;\nALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();`,
  ),
  plain(
    "an index while others write",
    "CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);",
  ),
  plain(
    "a partial index while others write",
    "CREATE INDEX CONCURRENTLY orders_open_idx ON orders (placed_at) INCLUDE (total) WHERE status <> 'sent';",
  ),
  plain(
    "an index on an expression",
    "CREATE INDEX CONCURRENTLY customers_lower_email_idx ON customers (lower(email));",
  ),
  plain(
    "an index is replaced by a better one",
    "CREATE INDEX CONCURRENTLY orders_customer_id_placed_at_idx ON orders (customer_id, placed_at);",
    "DROP INDEX CONCURRENTLY orders_customer_id_idx;",
  ),
  plain(
    "a failed build is cleared away before the next one",
    "DROP INDEX CONCURRENTLY IF EXISTS orders_total_idx;\nCREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);",
  ),
  plain("an index is built anew", "REINDEX INDEX CONCURRENTLY orders_placed_at_idx;"),
  plain(
    "a foreign key in two steps",
    `${PATIENT}ALTER TABLE orders ADD COLUMN referrer_id bigint;`,
    "CREATE INDEX CONCURRENTLY orders_referrer_id_idx ON orders (referrer_id);",
    `${PATIENT}ALTER TABLE orders ADD CONSTRAINT orders_referrer_fk FOREIGN KEY (referrer_id) REFERENCES customers (id) NOT VALID;`,
    `${PATIENT}ALTER TABLE orders VALIDATE CONSTRAINT orders_referrer_fk;`,
  ),
  plain(
    "a check in two steps",
    `${PATIENT}ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;`,
    `${PATIENT}ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;`,
  ),
  plain(
    "NOT NULL by a check that is validated before",
    `${PATIENT}ALTER TABLE customers ADD CONSTRAINT customers_country_not_null CHECK (country IS NOT NULL) NOT VALID;`,
    `${PATIENT}ALTER TABLE customers VALIDATE CONSTRAINT customers_country_not_null;`,
    `${PATIENT}ALTER TABLE customers ALTER COLUMN country SET NOT NULL;\nALTER TABLE customers DROP CONSTRAINT customers_country_not_null;`,
  ),
  plain(
    "a unique constraint over an index that is there",
    "CREATE UNIQUE INDEX CONCURRENTLY customers_email_key ON customers (email);",
    `${PATIENT}ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE USING INDEX customers_email_key;`,
  ),
  plain(
    "a text gets longer",
    `${PATIENT}ALTER TABLE customers ALTER COLUMN name TYPE varchar(200);`,
  ),
  plain(
    "a text has no limit any more",
    `${PATIENT}ALTER TABLE orders ALTER COLUMN note TYPE text;`,
  ),
  plain(
    "a number gets more digits",
    `${PATIENT}ALTER TABLE orders ALTER COLUMN total TYPE numeric(14, 2);`,
  ),
  plain(
    "NULL is allowed, and a default goes",
    `${PATIENT}ALTER TABLE orders ALTER COLUMN status DROP NOT NULL, ALTER COLUMN status DROP DEFAULT;`,
  ),
  plain(
    "a constraint goes",
    `${PATIENT}ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;`,
  ),
  plain(
    "rows are filled in parts",
    "UPDATE orders SET note = '' WHERE note IS NULL AND id BETWEEN 1 AND 10000;\nUPDATE orders SET note = '' WHERE note IS NULL AND id BETWEEN 10001 AND 20000;",
  ),
  plain(
    "a partition is made aside and attached",
    `${PATIENT}CREATE TABLE events_2026 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE events_2026 ADD CONSTRAINT events_2026_at CHECK (at >= '2026-01-01' AND at < '2027-01-01');
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
  ),
  plain(
    "a partition is detached while others read",
    "ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY;",
  ),
  plain(
    "a materialized view is read anew while others read it",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY sales;",
  ),
  plain(
    "a view, a function and a grant",
    "CREATE ROLE reporting;\nCREATE VIEW open_orders AS SELECT id, customer_id FROM orders WHERE status = 'new';\nCREATE FUNCTION order_count() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM orders; $$;\nGRANT SELECT ON open_orders TO reporting;",
  ),
  plain(
    "a value for an enum",
    "ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'returned' AFTER 'sent';",
  ),
  plain(
    "a table for the time of the migration",
    "CREATE TEMPORARY TABLE renamed (id bigint, name text);\nINSERT INTO renamed SELECT id, name FROM customers WHERE country = 'DE';\nCREATE INDEX renamed_id_idx ON renamed (id);\nDROP TABLE renamed;",
  ),
  plain(
    "storage settings and statistics",
    `${PATIENT}ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.02);\nALTER TABLE orders ALTER COLUMN status SET STATISTICS 1000;\nCREATE STATISTICS orders_customer_status (dependencies) ON customer_id, status FROM orders;\nANALYZE orders;`,
  ),
  plain(
    "seed rows of a new table",
    `CREATE TABLE countries (code char(2) PRIMARY KEY, name text NOT NULL);\nINSERT INTO countries VALUES ('DE', 'Germany'), ('FR', 'France');\nUPDATE countries SET name = upper(name);`,
  ),
  plain(
    "a sequence and a schema of one's own",
    "CREATE SCHEMA billing;\nCREATE SEQUENCE billing.invoice_numbers;\nCREATE TABLE billing.runs (id int PRIMARY KEY DEFAULT nextval('billing.invoice_numbers'), at timestamptz);",
  ),
  plain(
    "texts are searched by an index that is built while others write",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm;\nCREATE INDEX CONCURRENTLY customers_name_trgm_idx ON customers USING gin (name gin_trgm_ops);",
  ),
  plain(
    "a trigger on a table of this change",
    "CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz);\nCREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END; $$;\nCREATE TRIGGER audit_stamp BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION stamp();",
  ),
  plain(
    "a transaction of one's own",
    `BEGIN;\n${PATIENT_HERE}ALTER TABLE orders ADD COLUMN region text;\nCOMMIT;`,
  ),
  dbmate(
    "dbmate: columns under a limit of the transaction",
    `${PATIENT_HERE}ALTER TABLE orders ADD COLUMN carrier text, ADD COLUMN weight_g integer;\n-- migrate:down\n${PATIENT_HERE}ALTER TABLE orders DROP COLUMN carrier, DROP COLUMN weight_g;`,
  ),
  dbmate(
    "dbmate: an index outside of a transaction",
    "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY orders_status_idx;",
  ),
  dbmate(
    "dbmate: a foreign key, each step a file",
    `${PATIENT_HERE}ALTER TABLE orders ADD COLUMN referrer_id bigint;`,
    "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY orders_referrer_id_idx ON orders (referrer_id);",
    `${PATIENT_HERE}ALTER TABLE orders ADD CONSTRAINT orders_referrer_fk FOREIGN KEY (referrer_id) REFERENCES customers (id) NOT VALID;`,
    `${PATIENT_HERE}ALTER TABLE orders VALIDATE CONSTRAINT orders_referrer_fk;`,
  ),
  prisma(
    "Prisma: a new table and its index",
    `${PATIENT_HERE}CREATE TABLE "Coupon" ("id" SERIAL NOT NULL, "code" TEXT NOT NULL, "customerId" BIGINT NOT NULL, CONSTRAINT "Coupon_pkey" PRIMARY KEY ("id"));\nCREATE UNIQUE INDEX "Coupon_code_key" ON "Coupon"("code");\nCREATE INDEX "Coupon_customerId_idx" ON "Coupon"("customerId");\nALTER TABLE "Coupon" ADD CONSTRAINT "Coupon_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "customers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;`,
  ),
  prisma(
    "Prisma: one statement, which runs on its own",
    'CREATE INDEX CONCURRENTLY "orders_status_idx" ON "orders"("status");',
  ),
  flyway("Flyway: a column", `${PATIENT_HERE}ALTER TABLE customers ADD COLUMN vat_id text;`),
  flyway(
    "Flyway: an index outside of a transaction",
    "CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);",
    "executeInTransaction=false\n",
  ),
  drizzle(
    "Drizzle: a table and a column",
    `${PATIENT_HERE}--> statement-breakpoint\nCREATE TABLE "tags" ("id" serial PRIMARY KEY NOT NULL, "name" text NOT NULL);\n--> statement-breakpoint\nALTER TABLE "orders" ADD COLUMN "tag" text;`,
  ),
  knex(
    "Knex: a table and a column",
    `exports.up = async (knex) => {
  await knex.raw("SET LOCAL lock_timeout = '5s'");
  await knex.schema.createTable("labels", (table) => {
    table.bigIncrements("id");
    table.text("name").notNullable();
  });
  await knex.schema.alterTable("orders", (table) => table.text("label"));
};
exports.down = async (knex) => {
  await knex.raw("SET LOCAL lock_timeout = '5s'");
  await knex.schema.alterTable("orders", (table) => table.dropColumn("label"));
  await knex.schema.dropTable("labels");
};
`,
  ),
  knex(
    "Knex: an index outside of a transaction",
    `exports.config = { transaction: false };
exports.up = (knex) => knex.raw("CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status)");
exports.down = (knex) => knex.raw("DROP INDEX CONCURRENTLY orders_status_idx");
`,
  ),
  kysely(
    "Kysely: a table, and a column under a limit",
    `import { type Kysely, sql } from "kysely";
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql\`SET LOCAL lock_timeout = '5s'\`.execute(db);
  await db.schema
    .createTable("shipments")
    .addColumn("id", "bigserial", (column) => column.primaryKey())
    .addColumn("order_id", "bigint", (column) => column.notNull().references("orders.id"))
    .execute();
  await db.schema.createIndex("shipments_order_id_idx").on("shipments").column("order_id").execute();
  await db.schema.alterTable("orders").addColumn("shipped_at", "timestamptz").execute();
}
`,
  ),
  nodePgMigrate(
    "node-pg-migrate: a column under a limit",
    `exports.up = (pgm) => {
  pgm.sql("SET LOCAL lock_timeout = '5s'");
  pgm.addColumns("orders", { source: { type: "text" } });
};
exports.down = (pgm) => {
  pgm.sql("SET LOCAL lock_timeout = '5s'");
  pgm.dropColumns("orders", ["source"]);
};
`,
  ),
  nodePgMigrate(
    "node-pg-migrate: an index outside of a transaction",
    `exports.up = (pgm) => {
  pgm.noTransaction();
  pgm.createIndex("orders", "status", { name: "orders_status_idx", concurrently: true });
};
exports.down = (pgm) => {
  pgm.noTransaction();
  pgm.dropIndex("orders", "status", { name: "orders_status_idx", concurrently: true });
};
`,
  ),
];
