import { mysqlDialect } from "../../mysql/migration/dialect.ts";
import { startMysql, startPostgres } from "@dbadvise/testkit";
import { createRequire } from "node:module";
import { join } from "node:path";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { splitStatements } from "../../postgres/split-statements.ts";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { knex } from "./knex.ts";
import { createProject, type Project, statementsOf } from "./testing/project.ts";
import { readerOn, startWatched, transcriptOf } from "./testing/transcript.ts";

const readerSends = readerOn(startPostgres, splitStatements);

const FILES = {
  "migrations/20240131120000_orders.js": `exports.up = async function (knex) {
  await knex.schema.createTable("orders", (table) => {
    table.integer("id").primary();
    table.text("note").index();
  });
  await knex("orders").insert([{ id: 1 }, { id: 2, note: "it's ?" }]);
};
exports.down = (knex) => knex.schema.dropTable("orders");
`,
  "migrations/20240201120000_backfill.ts": `import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  const rows = await knex("orders").select("id").whereNull("note");
  for (const row of rows)
    await knex("orders").where(row).update({ note: "none" });
  if (!(await knex.schema.hasTable("customers")))
    await knex.raw("create table customers (id int); create table more (id int)");
  await knex.transaction(async (inner) => {
    await inner.schema.alterTable("orders", (table) => table.string("state", 20).notNullable().defaultTo("new"));
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable("customers").dropTable("more");
}
`,
};
const CONCURRENT = {
  "migrations/20240301000000_index.js": `exports.config = { transaction: false };
exports.up = async (knex) => {
  await knex.raw("create index concurrently orders_state on orders (id)");
};
exports.down = (knex) => knex.raw("drop index concurrently orders_state");
`,
};
/** Its book-keeping, and looks at the catalog. */
const OWN = /knex_migrations|version\(\)|information_schema/;

/** What knex itself sends, by its own Migrator. */
async function transcriptOfKnex(project: Project) {
  await using database = await startWatched(startPostgres);
  const create = createRequire(import.meta.url)("knex") as (config: object) => RealKnex;
  const db = create({ client: "pg", connection: database.url });
  const texts: string[] = [];
  db.on("query", ({ sql }: { readonly sql: string }) => texts.push(sql));
  try {
    await db.migrate.latest({ directory: join(project.folder, "migrations") });
    const up = transcriptOf(texts.splice(0), splitStatements, OWN);
    await db.migrate.rollback({ directory: join(project.folder, "migrations") }, true);
    return { up, down: transcriptOf(texts.splice(0), splitStatements, OWN) };
  } finally {
    await db.destroy();
  }
}

interface RealKnex {
  readonly migrate: {
    latest(config: object): Promise<unknown>;
    rollback(config: object, all: boolean): Promise<unknown>;
  };
  on(event: "query", listen: (query: { readonly sql: string }) => void): void;
  destroy(): Promise<void>;
}

/** Savepoints have names by a counter of the process. */
function unnumbered(transcript: readonly string[]): readonly string[] {
  return transcript.map((sql) => sql.replace(/\btrx\d+/, "trx"));
}

test("what it reads is what knex sends, in the same transactions, both ways", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const sent = await transcriptOfKnex(project);
  const migrations = await knex.read(project.input("migrations"));
  const read = unnumbered(await readerSends(migrations));
  expect(read.filter((sql) => !OWN.test(sql))).toEqual(unnumbered(sent.up));
  expect(read.filter((sql) => OWN.test(sql))).toHaveLength(1);
  expect(await readerSends(migrations, "down")).toEqual(sent.down);
  expect([sent.up[0], sent.up.at(-1)]).toEqual(["begin", "commit"]);
  expect(unnumbered(sent.up)).toContain("SAVEPOINT trx");
  expect(sent.up.filter((sql) => sql.startsWith("update"))).toHaveLength(1);
});

test("a migration without a transaction runs outside of one", async () => {
  await using project = await createProject(postgresMigration, { ...FILES, ...CONCURRENT });
  const sent = await transcriptOfKnex(project);
  const migrations = await knex.read(project.input("migrations"));
  expect(migrations.map(({ up }) => up.transaction)).toEqual(["run", "run", "none"]);
  const read = unnumbered(await readerSends(migrations));
  // With one such migration among them, knex gives each of the others a transaction of its own.
  const edges = (sql: string): boolean => !/^(?:begin|commit)$/.test(sql) && !OWN.test(sql);
  expect(read.filter(edges)).toEqual(unnumbered(sent.up).filter(edges));
  expect(read.slice(-2)).toEqual(unnumbered(sent.up).slice(-2));
  expect(read.at(-2)).toBe("commit");
});

test("disableTransactions of the knexfile holds where a migration does not say otherwise", async () => {
  await using project = await createProject(postgresMigration, {
    "knexfile.js": "module.exports = { migrations: { disableTransactions: true } };",
    "migrations/1_a.js": "exports.up = (knex) => knex.raw('select 1'); exports.down = () => {};",
    "migrations/2_b.js":
      "exports.config = { transaction: true }; exports.up = (knex) => knex.raw('select 2'); exports.down = () => {};",
  });
  const migrations = await knex.read(project.input("migrations"));
  expect(migrations.map(({ up }) => up.transaction)).toEqual(["none", "migration"]);
});

test("each statement is placed where its builder was made", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [first, second] = await knex.read(project.input("migrations"));
  const file = "migrations/20240131120000_orders.js";
  expect(
    (await statementsOf(first)).map(({ sql, place, parameters }) => [
      sql.slice(0, 12),
      place.file,
      place.line,
      parameters,
    ]),
  ).toEqual([
    ["create table", file, 2, undefined],
    ["create index", file, 2, undefined],
    ["insert into ", file, 6, [1, 2, "it's ?"]],
  ]);
  const own = (await statementsOf(second)).filter(({ sql }) => !/SAVEPOINT/.test(sql));
  const lines = own.map(({ sql, place }) => [sql.split(" ")[0], place.line]);
  expect(lines).toEqual([
    ["select", 4],
    ["select", 7],
    ["create", 8],
    ["create", 8],
    ["alter", 10],
  ]);
});

test("files are written in the folder's language", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [first, second] = await knex.read(project.input("migrations"));
  const step = {
    title: "index orders_state",
    up: ["CREATE INDEX CONCURRENTLY s ON orders (`a`)"],
    down: ["DROP INDEX CONCURRENTLY s"],
    outsideTransaction: true,
  };
  expect(knex.write([step, { ...step, title: "more" }], first!)).toMatchObject([
    {
      name: "20240131120001_index_orders_state.js",
      content: `exports.config = { transaction: false };

exports.up = async function (knex) {
  await knex.raw(\`CREATE INDEX CONCURRENTLY s ON orders (\\\`a\\\`)\`);
};

exports.down = async function (knex) {
  await knex.raw(\`DROP INDEX CONCURRENTLY s\`);
};
`,
    },
    { name: "20240131120002_more.js" },
  ]);
  const [typed] = knex.write([{ ...step, outsideTransaction: false }], second!) ?? [];
  expect(typed?.name).toBe("20240201120001_index_orders_state.ts");
  expect(typed?.content).toContain('import { type Knex } from "knex";');
  expect(typed?.content).toContain("export async function up(knex: Knex): Promise<void> {");
  expect(typed?.content).not.toContain("config");
});

test("a way back that is missing is a problem of knex's own; MySQL's SQL is MySQL's", async () => {
  await using project = await createProject(postgresMigration, {
    "migrations/1_a.js": "exports.down = () => {};",
    "migrations/2_b.js": `exports.up = async (knex) => {
  const found = await knex("t").where({ a: 1 }).first();
  await knex.schema.alterTable("t", (t) => t.dropColumn("a"));
};`,
  });
  const [first, second] = await knex.read(project.input("migrations", { dialect: mysqlDialect }));
  await expect(statementsOf(first)).rejects.toMatchObject({ place: { file: "migrations/1_a.js" } });
  expect((await statementsOf(second)).map(({ sql }) => sql)).toEqual([
    "select * from `t` where `a` = ? limit ?",
    "alter table `t` drop `a`",
  ]);
});

test("on MySQL, a column is renamed by what the database says of it", async () => {
  await using project = await createProject(postgresMigration, {
    "migrations/1.js": `exports.up = async (knex) => {
  await knex.schema.createTable("t", (t) => { t.increments("id"); t.string("a", 9).defaultTo("x"); });
  await knex("t").insert({ a: "it's" });
  await knex.schema.alterTable("t", (t) => t.renameColumn("a", "b"));
  const { b } = await knex("t").first("b");
  await knex("t").where({ b }).update({ b: knex.raw("upper(b)") });
};
exports.down = (knex) => knex.schema.dropTable("t");
`,
  });
  const [only] = await knex.read(project.input("migrations", { dialect: mysqlDialect }));
  const [one, other] = [await startMysql(), await startMysql()];
  const create = createRequire(import.meta.url)("knex") as (config: object) => RealKnex;
  const db = create({ client: "mysql2", connection: one.url });
  const connection = await mysql.createConnection(other.url);
  try {
    const sent: string[] = [];
    db.on("query", ({ sql }) => sent.push(sql));
    await db.migrate.latest({ directory: join(project.folder, "migrations") });
    const read: string[] = [];
    await only?.up.run(async ({ sql, parameters = [] }) => {
      read.push(sql);
      const [rows] = await connection.query<RowDataPacket[]>(sql, [...parameters]);
      return Array.isArray(rows) ? rows : [];
    });
    const theirs = sent.filter((sql) => !/knex_migrations|^(?:BEGIN|COMMIT);$/.test(sql));
    // Names of the databases are in looks at the catalog.
    const plain = (sql: string): string => sql.replace(/dbadvise_test_\w+/g, "database").trim();
    expect(read.map(plain)).toEqual(theirs.filter((sql) => !OWN.test(sql)).map(plain));
    expect(read).toContain("update `t` set `b` = upper(b) where `b` = ?");
  } finally {
    await db.destroy();
    await connection.end();
    await one.close();
    await other.close();
  }
});
