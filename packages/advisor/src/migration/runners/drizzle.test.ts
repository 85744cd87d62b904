import { startPostgres } from "@dbadvise/testkit";
import { join } from "node:path";
import { drizzle as connect } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { expect, test } from "vitest";
import { splitStatements } from "../../postgres/split-statements.ts";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { drizzle } from "./drizzle.ts";
import { createProject, readAll, statementsOf } from "./testing/project.ts";
import { readerOn, startWatched, transcriptOf } from "./testing/transcript.ts";

const FILES = {
  "drizzle/meta/_journal.json": JSON.stringify({
    version: "7",
    dialect: "postgresql",
    entries: [
      { idx: 0, when: 1700000000000, tag: "0000_first", breakpoints: true },
      { idx: 1, when: 1700000001000, tag: "0001_second", breakpoints: true },
    ],
  }),
  "drizzle/0000_first.sql":
    "CREATE TABLE a (\n  id int\n);\n--> statement-breakpoint\nCREATE INDEX b ON a (id);--> statement-breakpoint\n-- c\nSELECT ';' AS d;\n",
  "drizzle/0001_second.sql": "ALTER TABLE a ADD e int;\nALTER TABLE a ADD f int;\n",
  "drizzle/0002_stray.sql": "DROP TABLE a;",
};

test("what it reads is what Drizzle's migrator sends, in one transaction", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const migrations = await drizzle.read(project.input("drizzle"));
  await using database = await startWatched(startPostgres);
  await migrate(connect(database.pool), { migrationsFolder: join(project.folder, "drizzle") });
  const sent = transcriptOf(database.texts, splitStatements, /drizzle/);
  const readerSends = readerOn(startPostgres, splitStatements);
  expect(await readerSends(migrations)).toEqual(sent);
  expect(sent).toEqual([
    "begin",
    "CREATE TABLE a ( id int )",
    "CREATE INDEX b ON a (id)",
    "SELECT ';' AS d",
    "ALTER TABLE a ADD e int",
    "ALTER TABLE a ADD f int",
    "commit",
  ]);
  expect((await statementsOf(migrations[0])).map(({ place }) => place.line)).toEqual([1, 5, 7]);
});

test("an entry that is dated before another is never run there: that is noted", async () => {
  const journal = JSON.parse(FILES["drizzle/meta/_journal.json"]) as {
    entries: { when: number }[];
  };
  journal.entries[1]!.when = 1;
  await using project = await createProject(postgresMigration, {
    ...FILES,
    "drizzle/meta/_journal.json": JSON.stringify(journal),
  });
  const notes: string[] = [];
  await drizzle.read(project.input("drizzle", { note: (text) => notes.push(text) }));
  expect(notes).toEqual([
    "drizzle/meta/_journal.json dates 0001_second before 0000_first: Drizzle never runs it on a database that has 0000_first.",
  ]);
});

test("a journal with a conflict, and a file that is not there", async () => {
  await using broken = await createProject(postgresMigration, {
    ...FILES,
    "drizzle/meta/_journal.json": '<<<<<<< HEAD\n{ "entries": [] }',
  });
  await expect(drizzle.read(broken.input("drizzle"))).rejects.toMatchObject({ code: "bad-option" });
  const { "drizzle/0001_second.sql": _, ...rest } = FILES;
  await using missing = await createProject(postgresMigration, rest);
  const [, second] = await drizzle.read(missing.input("drizzle"));
  await expect(statementsOf(second)).rejects.toMatchObject({
    place: { file: "drizzle/0001_second.sql" },
  });
});

test("since version 1 it is folders in the order of their names", async () => {
  await using project = await createProject(postgresMigration, {
    "drizzle/20240201000000_b/migration.sql": "SELECT 2;",
    "drizzle/20240201000000_b/snapshot.json": "{}",
    "drizzle/20240101000000_a/migration.sql": "SELECT 1;",
    "drizzle/20240101000000_a/snapshot.json": "{}",
  });
  expect(await drizzle.detect(join(project.folder, "drizzle"))).toContain("snapshot.json");
  const input = project.input("drizzle");
  expect(await readAll(drizzle, input)).toMatchObject([
    { name: "20240101000000_a", up: ["SELECT 1"], scope: "run" },
    { name: "20240201000000_b", up: ["SELECT 2"], scope: "run" },
  ]);
  const [first] = await drizzle.read(input);
  const step = { title: "c", up: ["SELECT 3"], down: [], outsideTransaction: false };
  expect(drizzle.write([step], first!)?.[0]?.name).toBe("20240101000001_c/migration.sql");
});

test("no file can leave the transaction; others say how their entry is made", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [, second] = await drizzle.read(project.input("drizzle"));
  const step = { title: "c d", up: ["SELECT 1", "SELECT 2;"], down: [], outsideTransaction: false };
  expect(drizzle.write([{ ...step, outsideTransaction: true }], second!)).toBeNull();
  expect(drizzle.write([step], second!)).toEqual([
    {
      name: "0002_c_d.sql",
      content:
        "-- Make this migration with: drizzle-kit generate --custom --name=c_d\n" +
        "-- (a file without an entry in meta/_journal.json is never run)\n" +
        "SELECT 1;\n--> statement-breakpoint\nSELECT 2;\n",
    },
  ]);
});
