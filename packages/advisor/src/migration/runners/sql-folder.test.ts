import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { sqlFolder } from "./sql-folder.ts";
import { createProject, readAll } from "./testing/project.ts";

test("numbers count by value, pairs are one migration, no transaction is assumed", async () => {
  await using project = await createProject(postgresMigration, {
    "sql/10_c.sql": "SELECT 10;",
    "sql/2_b.up.sql": "SELECT 2;",
    "sql/2_b.down.sql": "SELECT -2;",
    "sql/1_a.sql": "BEGIN; SELECT 1; COMMIT;",
    "sql/readme.md": "",
  });
  expect(await readAll(sqlFolder, project.input("sql"))).toEqual([
    { name: "1_a", scope: "none", up: ["BEGIN", "SELECT 1", "COMMIT"], down: null },
    { name: "2_b", scope: "none", up: ["SELECT 2"], down: ["SELECT -2"] },
    { name: "10_c", scope: "none", up: ["SELECT 10"], down: null },
  ]);
  const [, pair] = await sqlFolder.read(project.input("sql"));
  expect(pair).toMatchObject({ file: "sql/2_b.up.sql", downFile: "sql/2_b.down.sql" });
  const step = { title: "c", up: ["SELECT 3"], down: ["SELECT -3"], outsideTransaction: true };
  expect(sqlFolder.write([step], pair!)).toEqual([
    { name: "3_c.up.sql", content: "SELECT 3;\n" },
    { name: "3_c.down.sql", content: "SELECT -3;\n" },
  ]);
});

test("a single file is a migration by itself", async () => {
  await using project = await createProject(postgresMigration, {
    "a.sql": "SELECT 1",
    "b.sql": "SELECT 2",
  });
  expect(await readAll(sqlFolder, project.input("b.sql"))).toMatchObject([
    { name: "b", up: ["SELECT 2"] },
  ]);
});
