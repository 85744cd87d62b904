import { mysqlDialect } from "../../mysql/migration/dialect.ts";
import { postgresDialect } from "../../postgres/migration/dialect.ts";
import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { prisma } from "./prisma.ts";
import { createProject, readAll, statementsOf } from "./testing/project.ts";

const FILES = {
  "prisma/schema.prisma": "",
  "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
  "prisma/migrations/20240201000000_b/migration.sql":
    "-- CreateIndex\nCREATE INDEX a ON b (c);\n\n-- More\nCREATE INDEX d ON b (e);\n",
  "prisma/migrations/20240131000000_a/migration.sql": "CREATE TABLE b (c int, e int);",
  "prisma/migrations/20240301000000_c/migration.sql":
    "SET lock_timeout = '1s';\nDROP INDEX CONCURRENTLY a;\n",
};
const OLD = { "package.json": '{ "devDependencies": { "prisma": "^6.2.0" } }' };
const NEW = { "package.json": '{ "devDependencies": { "prisma": "~7.4.1" } }' };

async function scopesOf(files: Readonly<Record<string, string>>, dialect = postgresDialect) {
  await using project = await createProject(
    postgresMigration,
    { ...FILES, ...files },
    { packages: {} },
  );
  const notes: string[] = [];
  const note = (text: string): number => notes.push(text);
  const read = await readAll(prisma, project.input("prisma/migrations", { note, dialect }));
  return { notes, scopes: read.map(({ scope }) => scope), names: read.map(({ name }) => name) };
}

test("folders in the order of their names; several statements are one transaction up to 7.3", async () => {
  expect(await scopesOf(OLD)).toEqual({
    names: ["20240131000000_a", "20240201000000_b", "20240301000000_c"],
    scopes: ["none", "migration", "migration"],
    notes: [],
  });
});

test("since 7.4 they are sent one by one, but for those that Prisma's parser does not know", async () => {
  expect((await scopesOf(NEW)).scopes).toEqual(["none", "none", "migration"]);
});

test("the installed version counts before the one that is asked for", async () => {
  const installed = { "node_modules/prisma/package.json": '{ "version": "7.3.9" }' };
  await using project = await createProject(
    postgresMigration,
    { ...FILES, ...NEW },
    { packages: {} },
  );
  const { mkdir, writeFile } = await import("node:fs/promises");
  await mkdir(`${project.folder}/node_modules/prisma`);
  for (const [name, content] of Object.entries(installed))
    await writeFile(`${project.folder}/${name}`, content);
  const read = await readAll(prisma, project.input("prisma/migrations"));
  expect(read.map(({ scope }) => scope)).toEqual(["none", "migration", "migration"]);
});

test("without a version the stricter is assumed, and said", async () => {
  const { scopes, notes } = await scopesOf({});
  expect(scopes).toEqual(["none", "migration", "migration"]);
  expect(notes).toEqual([expect.stringContaining("version of prisma")]);
});

test("MySQL makes no transaction of several statements", async () => {
  expect((await scopesOf(OLD, mysqlDialect)).scopes).toEqual(["none", "none", "none"]);
});

test("a folder without its migration.sql is a problem of that migration only", async () => {
  await using project = await createProject(postgresMigration, {
    ...FILES,
    "prisma/migrations/20240401000000_d/README": "",
  });
  const migrations = await prisma.read(project.input("prisma/migrations"));
  expect(migrations).toHaveLength(4);
  await expect(statementsOf(migrations[3])).rejects.toMatchObject({
    name: "MigrationProblem",
    place: { file: "prisma/migrations/20240401000000_d/migration.sql", line: 1 },
  });
  expect(await statementsOf(migrations[1])).toMatchObject([
    { sql: "CREATE INDEX a ON b (c)", place: { line: 2 } },
    { place: { line: 5 } },
  ]);
});

test("files come after the migration, outside of transactions with one statement each", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [, second] = await prisma.read(project.input("prisma/migrations"));
  const steps = [
    {
      title: "index a, d",
      up: ["CREATE INDEX CONCURRENTLY a ON b (c);", "CREATE INDEX CONCURRENTLY d ON b (e)"],
      down: [],
      outsideTransaction: true,
    },
    { title: "validate", up: ["SELECT 1", "SELECT 2"], down: [], outsideTransaction: false },
    {
      title: "set",
      up: ["SET LOCAL lock_timeout = '5s'", "SELECT 1"],
      down: [],
      outsideTransaction: false,
    },
  ];
  expect(prisma.write(steps, second!)).toEqual([
    {
      name: "20240201000001_index_a_d_1/migration.sql",
      content: "CREATE INDEX CONCURRENTLY a ON b (c);\n",
    },
    {
      name: "20240201000002_index_a_d_2/migration.sql",
      content: "CREATE INDEX CONCURRENTLY d ON b (e);\n",
    },
    {
      name: "20240201000003_validate/migration.sql",
      content: "BEGIN;\nSELECT 1;\nSELECT 2;\nCOMMIT;\n",
    },
    { name: "20240201000004_set/migration.sql", content: "SET lock_timeout = '5s';\nSELECT 1;\n" },
  ]);
});
