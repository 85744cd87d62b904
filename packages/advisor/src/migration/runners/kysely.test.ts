import { mysqlDialect } from "../../mysql/migration/dialect.ts";
import { startPostgres } from "@dbadvise/testkit";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Kysely, PostgresDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { expect, test } from "vitest";
import { splitStatements } from "../../postgres/split-statements.ts";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { kysely } from "./kysely.ts";
import { loadModule } from "./load-module.ts";
import { createProject, statementsOf } from "./testing/project.ts";
import { readerOn, startWatched, transcriptOf } from "./testing/transcript.ts";

const readerSends = readerOn(startPostgres, splitStatements);

const FIRST = `import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable("orders")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("note", "text")
    .execute();
  await db.insertInto("orders").values({ id: 7, note: "it's" }).execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropTable("orders").execute();
}
`;
const SECOND = `import { type Kysely, sql } from "kysely";
import { indexOn } from "../helpers/index-on";

export async function up(db: Kysely<any>): Promise<void> {
  const rows = await db.selectFrom("orders").select("id").execute();
  for (const { id } of rows)
    await sql\`insert into orders (id) values (\${id + 1})\`.execute(db);
  const tables = await db.introspection.getTables();
  for (const { name } of tables)
    await indexOn(db, name);
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql\`drop index orders_note\`.execute(db);
}
`;
const HELPER = `import type { Kysely } from "kysely";

export async function indexOn(db: Kysely<any>, table: string): Promise<void> {
  await Promise.resolve();
  await db.schema.createIndex(table + "_note").on(table).column("note").execute();
}
`;
const FILES = {
  "package.json": '{ "type": "module" }',
  "migrations/2024_01_31_orders.ts": FIRST,
  "migrations/2024_02_01_index.ts": SECOND,
  "helpers/index-on.ts": HELPER,
};

/** Kysely's book-keeping, and its look at the catalog. */
const OWN = /kysely_migration|pg_advisory|pg_catalog/;

test("what it reads is what Kysely's Migrator sends, in the same transaction, both ways", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const migrations = await kysely.read(project.input("migrations"));
  const files: Record<string, object> = {};
  // As Kysely's own provider, by Node's loader in the place of the test runner's.
  for (const { name, file } of migrations)
    files[name] = await loadModule(join(project.folder, file), file);

  await using database = await startWatched(startPostgres);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(files as never) },
  });
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  const up = transcriptOf(database.texts.splice(0), splitStatements, OWN);
  for (const _ of migrations) await migrator.migrateDown();
  const down = transcriptOf(database.texts.splice(0), splitStatements, OWN);
  await db.destroy();

  const read = await readerSends(migrations);
  expect(read.filter((sql) => !OWN.test(sql))).toEqual(up);
  expect(read).toContainEqual(expect.stringContaining("pg_catalog"));
  expect(up).toContain("insert into orders (id) values ($1)");
  expect(up).toContain('create index "orders_note" on "orders" ("note")');
  expect([up[0], up.at(-1)]).toEqual(["begin", "commit"]);
  // Two calls of migrateDown are two runs.
  const readDown = await readerSends(migrations, "down");
  expect(down.filter((sql) => !/^(?:begin|commit)$/.test(sql))).toEqual(readDown.slice(1, -1));
});

test("each statement is placed at the migration's line that sends it, also through helpers", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [first, second] = await kysely.read(project.input("migrations"));
  expect(first).toMatchObject({
    name: "2024_01_31_orders",
    file: "migrations/2024_01_31_orders.ts",
  });
  expect(await statementsOf(first)).toEqual([
    {
      sql: 'create table "orders" ("id" integer primary key, "note" text)',
      // The last call of the chain.
      place: { file: "migrations/2024_01_31_orders.ts", line: 8, column: 6, endLine: 8 },
    },
    {
      sql: 'insert into "orders" ("id", "note") values ($1, $2)',
      parameters: [7, "it's"],
      place: { file: "migrations/2024_01_31_orders.ts", line: 9, column: 65, endLine: 9 },
    },
  ]);
  const sent: (readonly [string, number])[] = [];
  await second?.up.run(({ sql, place }) => {
    sent.push([sql.split(" ").slice(0, 2).join(" "), place.line]);
    if (sql.startsWith('select "id"')) return Promise.resolve([{ id: 7 }]);
    if (!sql.includes("pg_catalog")) return Promise.resolve([]);
    return Promise.resolve([{ table: "orders", schema: "public", column: "id", table_type: "r" }]);
  });
  expect(sent).toEqual([
    ['select "id"', 5],
    ["insert into", 7],
    ['select "a"."attname"', 8],
    ["create index", 10],
  ]);
});

test("nobody has to await for a statement to be placed", async () => {
  const up = `export const up = (db) =>
  Promise.all([
    db.schema.dropTable("a").execute(),
    db.schema.dropTable("b").execute(),
  ]).then(() => db.schema.dropTable("c").execute());
`;
  await using project = await createProject(postgresMigration, { "m/1_a.mjs": up });
  const [only] = await kysely.read(project.input("m"));
  expect((await statementsOf(only)).map(({ sql, place }) => [sql, place.line])).toEqual([
    ['drop table "a"', 3],
    ['drop table "b"', 4],
    ['drop table "c"', 5],
  ]);
});

test("without transactions its own are statements; only then a file can be written outside of one", async () => {
  const up = `import { sql } from "kysely";
export async function up(db) {
  await db.transaction().execute((trx) => sql\`select 1\`.execute(trx));
}
`;
  await using inRun = await createProject(postgresMigration, { "migrations/1_a.mjs": up });
  await using outside = await createProject(postgresMigration, {
    "migrations/1_a.mjs": up,
    "kysely.config.ts": "export default { migrations: { disableTransactions: true } }",
  });
  const notes: string[] = [];
  const note = (text: string): number => notes.push(text);
  const [one] = await kysely.read(inRun.input("migrations", { note }));
  const [other] = await kysely.read(outside.input("migrations", { note }));
  expect(notes).toEqual([expect.stringContaining("There is no kysely.config")]);
  expect([one?.up.transaction, other?.up.transaction]).toEqual(["run", "none"]);
  await expect(statementsOf(one)).rejects.toMatchObject({
    name: "MigrationProblem",
    place: { file: "migrations/1_a.mjs", line: 3 },
    message: expect.stringContaining("transaction"),
  });
  expect((await statementsOf(other)).map(({ sql }) => sql)).toEqual([
    "begin",
    "select 1",
    "commit",
  ]);

  const step = {
    title: "index orders_note",
    up: ["CREATE INDEX CONCURRENTLY a ON b (c)"],
    down: [],
    outsideTransaction: true,
  };
  expect(kysely.write([step], one!)).toBeNull();
  expect(kysely.write([step], other!)).toEqual([
    {
      name: "2_index_orders_note.mjs",
      content: `import { sql } from "kysely";

export async function up(db) {
  await sql\`CREATE INDEX CONCURRENTLY a ON b (c)\`.execute(db);
}

export async function down(db) {
}
`,
    },
  ]);
});

test("MySQL's SQL is written for MySQL, and is in no transaction", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [first] = await kysely.read(project.input("migrations", { dialect: mysqlDialect }));
  expect(first?.up.transaction).toBe("none");
  expect((await statementsOf(first)).map(({ sql }) => sql)).toEqual([
    "create table `orders` (`id` integer primary key, `note` text)",
    "insert into `orders` (`id`, `note`) values (?, ?)",
  ]);
});

test("what keeps a file from being loaded or run is told at its line, and hides no other file", async () => {
  await using project = await createProject(postgresMigration, {
    "package.json": '{ "type": "module" }',
    "m/1_syntax.ts": "export async function up(db: unknown) {\n  const = 1;\n}\n",
    "m/2_enum.ts": "enum A { B }\nexport async function up() {}\n",
    "m/3_import.ts": 'import { nothing } from "./not-there";\nexport async function up() {}\n',
    "m/4_throws.ts":
      'export async function up() {\n  await null;\n  throw new Error("no luck");\n}\n',
    "m/6_helper.ts": "export const nothing = 1;\n",
    "m/7_good.ts": "export async function up() {}\n",
  });
  const migrations = await kysely.read(project.input("m"));
  expect(migrations.map(({ name }) => name)).toEqual([
    "1_syntax",
    "2_enum",
    "3_import",
    "4_throws",
    "7_good",
  ]);
  const problems = await Promise.all(
    migrations.map((migration) =>
      statementsOf(migration).then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );
  expect(problems.pop()).toBeNull();
  expect(problems).toEqual([
    expect.objectContaining({ place: at("m/1_syntax.ts", 2) }),
    expect.objectContaining({
      place: at("m/2_enum.ts", 1),
      hint: expect.stringContaining("package jiti"),
    }),
    expect.objectContaining({
      place: at("m/3_import.ts", 1),
      message: expect.stringContaining("not-there"),
    }),
    expect.objectContaining({
      place: at("m/4_throws.ts", 3),
      message: "m/4_throws.ts throws: no luck",
    }),
  ]);
});

function at(file: string, line: number): unknown {
  return expect.objectContaining({ file, line });
}

test("TypeScript is loaded by what it is written in, whatever package.json says", async () => {
  const esm = `import { sql } from "kysely";
import { nothing } from "../helpers/nothing.js";
export async function up(db: unknown): Promise<void> {
  await sql\`select 1\`.execute(db);
}
`;
  const commonjs = `import type { Kysely } from "kysely";
const { sql } = require("kysely");
exports.up = (db: Kysely<any>) => sql\`select 2\`.execute(db);
`;
  for (const type of ["commonjs", "module"]) {
    await using project = await createProject(postgresMigration, {
      "package.json": JSON.stringify({ type }),
      "helpers/nothing.ts": "export const nothing = 1;\n",
      "m/1.ts": esm,
      "m/2.ts": commonjs,
    });
    const migrations = await kysely.read(project.input("m"));
    const sent = await Promise.all(migrations.map((migration) => statementsOf(migration)));
    expect(sent).toEqual([
      [{ sql: "select 1", place: at("m/1.ts", 4) }],
      [{ sql: "select 2", place: at("m/2.ts", 3) }],
    ]);
  }
});

test("the project's jiti loads what Node can't", async () => {
  const jiti = dirname(
    createRequire(createRequire(import.meta.url).resolve("node-pg-migrate")).resolve(
      "jiti/package.json",
    ),
  );
  await using project = await createProject(
    postgresMigration,
    {
      "m/1_enum.ts": `enum Table {
  Orders = "orders",
}
export async function up(db: unknown): Promise<void> {
  await db.schema.dropTable(Table.Orders).execute();
}
`,
    },
    { packages: { jiti, kysely: join(import.meta.dirname, "../../../node_modules/kysely") } },
  );
  const [only] = await kysely.read(project.input("m"));
  expect(await statementsOf(only)).toEqual([
    { sql: 'drop table "orders"', place: at("m/1_enum.ts", 5) },
  ]);
});

test("a project without kysely is told to install it", async () => {
  await using project = await createProject(
    postgresMigration,
    { "m/1_a.mjs": "export async function up(db) { await db.schema.dropTable('a').execute(); }" },
    { packages: {} },
  );
  const [only] = await kysely.read(project.input("m"));
  await expect(statementsOf(only)).rejects.toMatchObject({
    place: { file: "m/1_a.mjs", line: 1 },
    message: "The package kysely, which runs m/1_a.mjs, is not installed.",
  });
});

test("what the database refuses comes back as it was thrown, unless the migration goes on", async () => {
  await using project = await createProject(postgresMigration, {
    "m/1_a.mjs": `import { sql } from "kysely";
export async function up(db) { await sql\`no\`.execute(db); }
`,
    "m/2_b.mjs": `import { sql } from "kysely";
export async function up(db) {
  await sql\`no\`.execute(db).catch(() => sql\`yes\`.execute(db));
}
`,
  });
  const refusal = new Error("refused");
  const texts: string[] = [];
  const [first, second] = await kysely.read(project.input("m"));
  const run = (migration: typeof first) =>
    migration?.up.run(({ sql }) => {
      texts.push(sql);
      return sql === "no" ? Promise.reject(refusal) : Promise.resolve([]);
    });
  await expect(run(first)).rejects.toBe(refusal);
  await run(second);
  expect(texts).toEqual(["no", "no", "yes"]);
});
