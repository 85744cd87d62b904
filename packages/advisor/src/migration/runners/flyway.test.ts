import { join } from "node:path";
import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { flyway } from "./flyway.ts";
import { createProject, readAll } from "./testing/project.ts";

const INDEX = "CREATE INDEX CONCURRENTLY a ON b (c);";

async function read(files: Readonly<Record<string, string>>) {
  await using project = await createProject(postgresMigration, files);
  return await readAll(flyway, project.input("sql"));
}

test("versions count by their numbers, repeatable scripts come last, undo scripts are the way back", async () => {
  const all = await read({
    "sql/V10__d.sql": "SELECT 10;",
    "sql/V2__b.sql": "SELECT 2;",
    "sql/U2__b.sql": "SELECT -2;",
    "sql/sub/V2_1__c.sql": "SELECT 2.1;",
    "sql/V1.1__a.sql": "SELECT 1.1;",
    "sql/R__z.sql": "SELECT 'z';",
    "sql/R__a.sql": "SELECT 'a';",
    "sql/notes.sql": "SELECT 'no';",
  });
  expect(all.map(({ up }) => up[0]?.slice(7))).toEqual(["1.1", "2", "2.1", "10", "'a'", "'z'"]);
  expect(all.map(({ down }) => down)).toEqual([null, ["SELECT -2"], null, null, null, null]);
  expect(new Set(all.map(({ scope }) => scope))).toEqual(new Set(["migration"]));
});

test("a baseline counts only where what it stands for is gone", async () => {
  const files = { "sql/B2__base.sql": "SELECT 'b';", "sql/V3__c.sql": "SELECT 3;" };
  expect((await read(files)).map(({ name }) => name)).toEqual(["B2__base", "V3__c"]);
  const older = { ...files, "sql/V1__a.sql": "SELECT 1;" };
  expect((await read(older)).map(({ name }) => name)).toEqual(["V1__a", "V3__c"]);
});

test("transactions: by the script's conf, by itself, by mixed, by group", async () => {
  const scopes = async (files: Readonly<Record<string, string>>) =>
    (await read(files)).map(({ scope }) => scope);
  expect(await scopes({ "sql/V1__a.sql": INDEX })).toEqual(["none"]);
  // Beside others Flyway refuses it: it is found where it stands.
  const beside = { "sql/V1__a.sql": `SELECT 1;\n${INDEX}` };
  expect(await scopes(beside)).toEqual(["migration"]);
  expect(await scopes({ ...beside, "flyway.conf": "# x\nflyway.mixed=true\n" })).toEqual(["none"]);
  expect(await scopes({ ...beside, "flyway.toml": "[flyway]\nmixed = true\n" })).toEqual(["none"]);
  const conf = { "sql/V1__a.sql.conf": "executeInTransaction=false\r\n" };
  expect(await scopes({ ...beside, ...conf })).toEqual(["none"]);
  const plain = { "sql/V1__a.sql": "SELECT 1;" };
  expect(await scopes({ ...plain, "flyway.toml": "[flyway]\ngroup = true\n" })).toEqual(["run"]);
});

test("placeholders are what the configuration says", async () => {
  const sql = { "sql/V1__a.sql": "SELECT ${name};\nSELECT '${other}';" };
  const properties = { "flyway.conf": "flyway.placeholders.name=7\n" };
  expect((await read({ ...sql, ...properties }))[0]?.up).toEqual(["SELECT 7", "SELECT '${other}'"]);
  const toml = { "flyway.toml": '[flyway.placeholders]\nname = "8"\n' };
  expect((await read({ ...sql, ...toml }))[0]?.up[0]).toBe("SELECT 8");
});

test("files continue the version, with a conf where they leave the transaction", async () => {
  await using project = await createProject(postgresMigration, {
    "sql/V1.09__a.sql": "SELECT 1;",
  });
  const [first] = await flyway.read(project.input("sql"));
  const step = {
    title: "b c",
    up: [INDEX],
    down: ["DROP INDEX CONCURRENTLY a"],
    outsideTransaction: true,
  };
  expect(flyway.write([step, { ...step, down: [], outsideTransaction: false }], first!)).toEqual([
    { name: "V1.10__b_c.sql", content: `${INDEX}\n` },
    { name: "V1.10__b_c.sql.conf", content: "executeInTransaction=false\n" },
    { name: "U1.10__b_c.sql", content: "DROP INDEX CONCURRENTLY a;\n" },
    { name: "U1.10__b_c.sql.conf", content: "executeInTransaction=false\n" },
    { name: "V1.11__b_c.sql", content: `${INDEX}\n` },
  ]);
  expect(await flyway.detect(join(project.folder, "sql"))).toContain("V1.09__a.sql");
});
