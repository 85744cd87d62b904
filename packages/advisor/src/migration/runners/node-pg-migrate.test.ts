import { startPostgres } from "@dbadvise/testkit";
import { join } from "node:path";
import { runner } from "node-pg-migrate";
import { expect, test } from "vitest";
import { splitStatements } from "../../postgres/split-statements.ts";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { createProject, type Project, statementsOf } from "./testing/project.ts";
import { readerOn, startWatched, transcriptOf } from "./testing/transcript.ts";

const readerSends = readerOn(startPostgres, splitStatements);

const FILES = {
  "package.json": '{ "type": "module" }',
  "migrations/1700000000000_orders.ts": `import type { MigrationBuilder } from "node-pg-migrate";

export const shorthands = { money: { type: "numeric(12,2)", default: 0 } };

export function up(pgm: MigrationBuilder): void {
  pgm.createTable("orders", {
    id: "id",
    total: "money",
    customer: { type: "int", comment: "who" },
  });
  pgm.createIndex("orders", "customer");
}
`,
  "migrations/1700000000001_customers.sql": `-- Up Migration
create table customers (id int primary key);
comment on table customers is 'a; b';
insert into orders (total) values (1), (2);

-- Down Migration
drop table customers;
`,
  "migrations/1700000000002_more.js": `export const up = async (pgm) => {
  const rows = await pgm.db.select("select id from orders order by id");
  for (const { id } of rows) pgm.sql(\`insert into customers (id) values (\${id})\`);
  pgm.addColumns("customers", { price: "money" }, { ifNotExists: true });
};
export const down = (pgm, done) => {
  pgm.dropColumns("customers", ["price"]);
  done();
};
`,
};
const OUTSIDE = {
  "migrations/1700000000003_index.js": `export const up = (pgm) => {
  pgm.noTransaction();
  pgm.createIndex("customers", "price", { name: "by_price", concurrently: true });
};
export const down = (pgm) => {
  pgm.noTransaction();
  pgm.dropIndex("customers", "price", { name: "by_price", concurrently: true });
};
`,
};
const OWN = /pgmigrations|pg_(?:try_)?advisory|information_schema/;

/** What node-pg-migrate itself sends, as its command runs it. */
async function transcriptOfTool(project: Project) {
  await using database = await startWatched(startPostgres);
  const options = {
    dir: join(project.folder, "migrations"),
    migrationsTable: "pgmigrations",
    singleTransaction: true,
    log: () => undefined,
  };
  const run = async (direction: "up" | "down"): Promise<readonly string[]> => {
    const dbClient = await database.pool.connect();
    try {
      await runner({ ...options, dbClient, direction, count: Infinity });
    } finally {
      dbClient.release();
    }
    return transcriptOf(database.texts.splice(0), splitStatements, OWN);
  };
  return { up: await run("up"), down: await run("down") };
}

test("what it reads is what node-pg-migrate sends, in the same transaction, both ways", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const sent = await transcriptOfTool(project);
  const migrations = await nodePgMigrate.read(project.input("migrations"));
  expect(await readerSends(migrations)).toEqual(sent.up);
  expect(await readerSends(migrations, "down")).toEqual(sent.down);
  expect([sent.up[0], sent.up.at(-1)]).toEqual(["begin", "commit"]);
  expect(sent.up).toContain("insert into customers (id) values (2)");
  expect(sent.up.filter((sql) => sql.includes("numeric(12,2)"))).toHaveLength(2);
});

test("noTransaction breaks the run's transaction in two", async () => {
  await using project = await createProject(postgresMigration, { ...FILES, ...OUTSIDE });
  const sent = await transcriptOfTool(project);
  const migrations = await nodePgMigrate.read(project.input("migrations"));
  expect(migrations.map(({ up }) => up.transaction)).toEqual(["run", "run", "run", "none"]);
  expect(await readerSends(migrations)).toEqual(sent.up);
  expect(await readerSends(migrations, "down")).toEqual(sent.down);
  expect(sent.up.at(-1)).toMatch(/^CREATE INDEX CONCURRENTLY/);
});

test("each statement is placed at the call that made it, backwards too", async () => {
  await using project = await createProject(postgresMigration, {
    ...FILES,
    "migrations/1700000000009_plain.js": `export const up = (pgm) => {
  pgm.createTable("a", { id: "id" });
  pgm.createIndex("a", "id");
};
`,
    "migrations/1700000000010_sql.js": `export const up = (pgm) => {
  pgm.sql("select 1; select 2");
};
`,
  });
  const migrations = await nodePgMigrate.read(project.input("migrations"));
  const lines = async (index: number, direction: "up" | "down" = "up") =>
    (await statementsOf(migrations[index], direction)).map(({ sql, place }) => [
      sql.split(" ").slice(0, 2).join(" "),
      place.line,
    ]);
  expect(await lines(0)).toEqual([
    ["CREATE TABLE", 6],
    ["COMMENT ON", 6],
    ["CREATE INDEX", 11],
  ]);
  expect(await lines(1)).toEqual([
    ["create table", 2],
    ["comment on", 3],
    ["insert into", 4],
  ]);
  expect(await lines(1, "down")).toEqual([["drop table", 7]]);
  expect(await lines(2)).toEqual([
    ["select id", 2],
    ["ALTER TABLE", 4],
  ]);
  expect(await lines(3, "down")).toEqual([
    ["DROP INDEX", 3],
    ["DROP TABLE", 2],
  ]);
  expect(await lines(4)).toEqual([
    ["select 1", 2],
    ["select 2", 2],
  ]);
  // SQL can't be taken back by itself.
  await expect(lines(4, "down")).rejects.toMatchObject({
    name: "MigrationProblem",
    place: { file: "migrations/1700000000010_sql.js", line: 2 },
  });
});

test("a transaction that is left where the text does not say so is a problem, not a guess", async () => {
  await using project = await createProject(postgresMigration, {
    "migrations/1_a.js": `const leave = (pgm) => pgm.noTransaction();
exports.up = (pgm) => { leave(pgm); pgm.sql("select 1"); };
exports.down = false;
`,
    "migrations/2_b.js": "exports.up = 1;",
  });
  const [first, second] = await nodePgMigrate.read(project.input("migrations"));
  await expect(statementsOf(first)).rejects.toMatchObject({
    message: "migrations/1_a.js leaves its transaction where its text does not say so.",
  });
  expect(first?.down).toBeNull();
  await expect(statementsOf(second)).rejects.toMatchObject({
    message: "migrations/2_b.js exports no function up.",
  });
});

test("files are written with the marker in the functions", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [first, second] = await nodePgMigrate.read(project.input("migrations"));
  const step = { title: "a b", up: ["VACUUM a"], down: [], outsideTransaction: true };
  expect(nodePgMigrate.write([step], first!)).toEqual([
    {
      name: "1700000000001_a_b.ts",
      content: `import { type MigrationBuilder } from "node-pg-migrate";

export function up(pgm: MigrationBuilder): void {
  pgm.noTransaction();
  pgm.sql(\`VACUUM a\`);
}

export function down(pgm: MigrationBuilder): void {
  pgm.noTransaction();
}
`,
    },
  ]);
  expect(nodePgMigrate.write([step], second!)?.[0]?.name).toBe("1700000000002_a_b.js");
});
