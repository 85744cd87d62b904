import { join } from "node:path";
import { expect, test } from "vitest";
import { postgresMigration } from "../postgres/migration/engine.ts";
import { detectRunner } from "./detect-runner.ts";
import { RUNNER_NAMES } from "./runner.ts";
import { RUNNERS } from "./runners.ts";
import { createProject } from "./runners/testing/project.ts";

async function detect(
  files: Readonly<Record<string, string>>,
  paths: readonly string[] = [],
  runner?: string,
) {
  await using project = await createProject(postgresMigration, files, { packages: {} });
  const options = { paths, directory: project.folder, ...(runner === undefined ? {} : { runner }) };
  const found = await detectRunner(options);
  return [
    found.runner.name,
    ...found.paths.map((path) => path.slice(project.folder.length + 1)),
    found.reason,
  ];
}

test("every tool that has a name is known", () => {
  expect(RUNNERS.map(({ name }) => name).toSorted()).toEqual([...RUNNER_NAMES].toSorted());
});

test.each([
  ["prisma", { "prisma/migrations/migration_lock.toml": "" }, "prisma/migrations"],
  [
    "prisma",
    { "prisma/schema.prisma": "", "prisma/migrations/1_a/migration.sql": "" },
    "prisma/migrations",
  ],
  ["drizzle", { "drizzle/meta/_journal.json": "{}" }, "drizzle"],
  ["flyway", { "sql/V1__a.sql": "" }, "sql"],
  ["flyway", { "flyway.toml": "", "sql/a.sql": "" }, "sql"],
  ["dbmate", { "db/migrations/1_a.sql": "-- migrate:up\n" }, "db/migrations"],
  [
    "kysely",
    { "src/db/migrations/1.ts": 'import type { Kysely } from "kysely";' },
    "src/db/migrations",
  ],
  ["knex", { "migrations/1.js": "exports.up = function (knex) {};" }, "migrations"],
  ["knex", { "migrations/1.ts": 'import type { Knex } from "knex";' }, "migrations"],
  [
    "node-pg-migrate",
    { "migrations/1.js": "exports.up = (pgm) => { pgm.sql('a'); };" },
    "migrations",
  ],
  ["node-pg-migrate", { "migrations/1.sql": "-- Up Migration\n" }, "migrations"],
  ["structure-sql", { "db/structure.sql": "" }, "db/structure.sql"],
  ["sql", { "migrations/1.sql": "SELECT 1;" }, "migrations"],
] as const)("%s by %j", async (name, files, path) => {
  expect(await detect(files)).toEqual([name, path, expect.any(String)]);
});

test("the folder above the migrations is enough", async () => {
  const files = { "app/migrations/1_a.sql": "-- migrate:up\n" };
  expect(await detect(files, ["app"])).toEqual(["dbmate", "app/migrations", expect.any(String)]);
});

test("several candidates are listed with what to type", async () => {
  const files = { "drizzle/meta/_journal.json": "{}", "sql/1.sql": "" };
  await expect(detect(files)).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringContaining("drizzle may be of Drizzle"),
    hint: "Say which: dbadvise check drizzle --runner drizzle, or dbadvise check sql --runner sql.",
  });
  expect(await detect(files, ["sql"])).toEqual(["sql", "sql", expect.any(String)]);
  expect(await detect(files, [], "drizzle")).toEqual(["drizzle", "drizzle", expect.any(String)]);
  await expect(detect(files, ["sql", "drizzle"])).rejects.toMatchObject({ code: "bad-option" });
});

test("several folders of one tool", async () => {
  const files = { "a/1.sql": "", "b/1.sql": "" };
  expect(await detect(files, ["a", "b"])).toEqual(["sql", "a", "b", expect.any(String)]);
});

test("what is named is believed, where it is there", async () => {
  const files = { "a/x.txt": "" };
  expect(await detect(files, ["a"], "knex")).toEqual(["knex", "a", "--runner names it"]);
  await expect(detect(files, ["a"])).rejects.toMatchObject({
    message: "a: nothing there is of a migration tool that is known.",
    hint: expect.stringContaining("--runner sql"),
  });
  await expect(detect(files, ["b"])).rejects.toMatchObject({
    message: "No migrations were found: there is no b.",
  });
  await expect(detect(files, ["a"], "rails")).rejects.toMatchObject({
    message: '"rails" is not a migration tool that is known.',
  });
  await expect(detect(files)).rejects.toMatchObject({
    message: expect.stringContaining(join("prisma", "migrations")),
  });
});
