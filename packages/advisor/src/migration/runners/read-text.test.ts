import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { sqlFolder } from "./sql-folder.ts";
import { createProject, statementsOf } from "./testing/project.ts";

async function problemOf(content: Uint8Array) {
  await using project = await createProject(postgresMigration, { "m/1.sql": content });
  const [only] = await sqlFolder.read(project.input("m"));
  return statementsOf(only).catch((error: unknown) => error);
}

test("a byte order mark is no part of the first statement", async () => {
  const text = new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from("SELECT 1;")]);
  expect(await problemOf(text)).toEqual([
    { sql: "SELECT 1", place: { file: "m/1.sql", line: 1, column: 1, endLine: 1 } },
  ]);
});

test("bytes that are not UTF-8 are a problem at their line", async () => {
  const latin1 = Buffer.from("SELECT 1;\nSELECT 'caf\u00e9';\n", "latin1");
  expect(await problemOf(latin1)).toMatchObject({
    name: "MigrationProblem",
    message: "m/1.sql has bytes that are not UTF-8.",
    place: { file: "m/1.sql", line: 2 },
  });
});

test("UTF-16 is called by its name", async () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("SELECT 1;", "utf16le")]);
  expect(await problemOf(utf16)).toMatchObject({
    message: "m/1.sql is UTF-16.",
    place: { line: 1 },
  });
});
