import { afterAll, beforeAll, expect, test } from "vitest";
import { btreePages } from "./btree-pages.ts";
import { openRelationFiles } from "./relation-files.ts";
import { openSandboxDatabase, type SandboxDatabase } from "./sandbox-database.ts";

let database: SandboxDatabase;
beforeAll(async () => {
  database = await openSandboxDatabase("bytes", ["pageinspect"]);
  await database.run("create extension pageinspect");
});
afterAll(() => database.close());

async function pathOf(relation: string): Promise<string> {
  const [row] = await database.run(`select pg_relation_filepath('${relation}') as path`);
  return String(row?.["path"]);
}

test.each([1, 131_071, 131_072, 131_073, 400_000, 30_000_000])(
  "a table of %i pages",
  async (pages) => {
    await database.run("drop table if exists t; create table t (a int)");
    database.files.setLength(await pathOf("t"), pages);
    const [row] = await database.run("select (pg_relation_size('t') / 8192)::int as pages");
    expect(row?.["pages"]).toBe(pages);
  },
);

test("pages without bytes read as zeros", async () => {
  await database.run("drop table if exists t; create table t (a int)");
  database.files.setLength(await pathOf("t"), 500);
  const rows = await database.run(
    "select count(*)::int as n from generate_series(0, 499) b where get_raw_page('t', b) = decode(repeat('00', 8192), 'hex')",
  );
  expect(rows).toEqual([{ n: 500 }]);
});

test.each([0, 1, 2, 3, 5])("a btree of height %i is one to PostgreSQL itself", async (height) => {
  await database.run("drop table if exists t; create table t (a int); create index i on t (a)");
  const path = await pathOf("i");
  database.files.writePages(path, btreePages(height, true, null));
  database.files.setLength(path, 1000);
  expect(
    await database.run(
      "select magic, version, root, level, fastlevel, allequalimage from bt_metap('i')",
    ),
  ).toEqual([
    { magic: 340_322, version: 4, root: 1, level: height, fastlevel: height, allequalimage: true },
  ]);
  const [leaf] = await database.run(
    `select type::text, btpo_level::int as level from bt_page_stats('i', ${height + 1})`,
  );
  expect(leaf).toEqual({ type: "l", level: 0 });
  // A search and both ends: down to the leaf, which is empty.
  const warnings: string[] = [];
  await database.run("set enable_seqscan = off", warnings);
  expect(await database.run("select * from t where a = 5", warnings)).toEqual([]);
  expect(await database.run("select min(a), max(a) from t", warnings)).toEqual([
    { min: null, max: null },
  ]);
  expect(warnings).toEqual([]);
});

test("says clearly that PGlite is not as expected", () => {
  expect(() => openRelationFiles({})).toThrow("file system is not where it is expected");
  expect(() => openRelationFiles({ Module: { FS: { open: 1 } } })).toThrow(
    "not where it is expected",
  );
});
