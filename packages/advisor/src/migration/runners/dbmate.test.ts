import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { dbmate } from "./dbmate.ts";
import { createProject, readAll, statementsOf } from "./testing/project.ts";

const FILES = {
  "m/20240131_a.sql":
    "-- migrate:up\r\nCREATE TABLE a (b int);\r\n\r\n-- migrate:down\r\nDROP TABLE a;\r\n",
  "m/20240201_b.sql":
    "-- about it\n-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY c ON a (b);\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY c;\n",
  "m/20240202_c.sql":
    "-- migrate:up transaction:false\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY d ON a (b);\n",
  "m/notes.sql": "SELECT 1;",
};

test("both directions, the marker, and what a text of several statements is to PostgreSQL", async () => {
  await using project = await createProject(postgresMigration, FILES);
  expect(await readAll(dbmate, project.input("m"))).toEqual([
    {
      name: "20240131_a",
      scope: "migration",
      up: ["CREATE TABLE a (b int)"],
      down: ["DROP TABLE a"],
    },
    {
      name: "20240201_b",
      scope: "none",
      up: ["CREATE INDEX CONCURRENTLY c ON a (b)"],
      down: ["DROP INDEX CONCURRENTLY c"],
    },
    {
      name: "20240202_c",
      scope: "migration",
      up: ["SET lock_timeout = 0", "CREATE INDEX CONCURRENTLY d ON a (b)"],
      down: null,
    },
  ]);
  const [first] = await dbmate.read(project.input("m"));
  expect(await statementsOf(first, "down")).toMatchObject([{ place: { line: 5, column: 1 } }]);
});

test("files that dbmate refuses are problems at their line", async () => {
  await using project = await createProject(postgresMigration, {
    "m/1.sql": "SELECT 1;\n",
    "m/2.sql": "-- x\nSELECT 1;\n-- migrate:up\nSELECT 2;\n",
    "m/3.sql": "-- migrate:up\n-- migrate:down\n-- migrate:up\n",
    "m/4.sql": "--migrate:up\n",
    "m/5.sql": "  -- migrate:up\nSELECT 1;\n",
  });
  const migrations = await dbmate.read(project.input("m"));
  const run = (index: number) => statementsOf(migrations[index]);
  await expect(run(0)).rejects.toMatchObject({ message: "m/1.sql has no `-- migrate:up`." });
  await expect(run(1)).rejects.toMatchObject({ place: { file: "m/2.sql", line: 2 } });
  await expect(run(2)).rejects.toMatchObject({ place: { file: "m/3.sql", line: 3 } });
  expect(await run(3)).toEqual([]);
  await expect(run(4)).rejects.toMatchObject({ message: "m/5.sql has no `-- migrate:up`." });
});

test("files are written with both directions and the marker, and read back as what they say", async () => {
  await using project = await createProject(postgresMigration, FILES);
  const [first] = await dbmate.read(project.input("m"));
  const files = dbmate.write(
    [
      {
        title: "index",
        up: ["CREATE INDEX CONCURRENTLY x ON a (b)"],
        down: ["DROP INDEX CONCURRENTLY x"],
        outsideTransaction: true,
      },
      { title: "more", up: ["SELECT 1", "SELECT 2"], down: [], outsideTransaction: false },
    ],
    first!,
  );
  expect(files?.[0]).toEqual({
    name: "20240132_index.sql",
    content:
      "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY x ON a (b);\n\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY x;\n",
  });
  await using again = await createProject(
    postgresMigration,
    Object.fromEntries(files?.map(({ name, content }) => [`m/${name}`, content]) ?? []),
  );
  expect(await readAll(dbmate, again.input("m"))).toMatchObject([
    { scope: "none", down: ["DROP INDEX CONCURRENTLY x"] },
    { scope: "migration", up: ["SELECT 1", "SELECT 2"], down: [] },
  ]);
});
