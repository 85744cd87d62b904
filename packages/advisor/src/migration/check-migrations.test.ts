import { expect, test } from "vitest";
import { postgresMigration } from "../postgres/migration/engine.ts";
import { checkMigrations, type CheckOptions } from "./check-migrations.ts";
import type { CheckReport } from "./check-report.ts";
import { RUNNERS } from "./runners.ts";
import { createProject } from "./runners/testing/project.ts";
import type { RunnerName } from "./runner.ts";

/** `changed`: names of the last files. */
async function check(
  runnerName: RunnerName,
  files: Readonly<Record<string, string>>,
  changed: readonly string[],
  options: Partial<CheckOptions> = {},
): Promise<CheckReport> {
  await using project = await createProject(
    postgresMigration,
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text])),
  );
  const runner = RUNNERS.find(({ name }) => name === runnerName);
  if (runner === undefined) throw new Error(`no runner ${runnerName}`);
  return await checkMigrations({
    engine: postgresMigration,
    runner,
    migrations: await runner.read(project.input("migrations")),
    changed: new Set(changed.map((name) => `migrations/${name}`)),
    base: null,
    directory: project.folder,
    ...options,
  });
}

const places = ({ findings }: CheckReport): readonly string[] =>
  findings.map(({ code, place }) => `${code} ${place.file}:${place.line}`);

test("what the trial refuses is a problem, and what follows is judged by its text", async () => {
  const report = await check(
    "sql",
    {
      "1.sql": "CREATE TABLE t (id int PRIMARY KEY, a int);",
      "2.sql":
        "SET lock_timeout = '1s';\nALTER TABLE t ADD COLUMN b int;\nALTER TABLE nowhere ADD COLUMN c int;\n\nCREATE INDEX t_a ON t (a);",
      "3.sql": "DROP TABLE t;",
    },
    ["2.sql", "3.sql"],
  );
  expect(report.problems).toMatchObject([
    {
      place: { file: "migrations/2.sql", line: 3 },
      message: expect.stringMatching(/relation "nowhere" does not exist/),
    },
  ]);
  expect(places(report)).toEqual([
    "create-index-blocking migrations/2.sql:5",
    "drop-table migrations/3.sql:1",
    "missing-lock-timeout migrations/3.sql:1",
  ]);
  expect(new Set(report.findings.map(({ basis }) => basis))).toEqual(new Set(["inferred"]));
  expect(report.coverage).toMatchObject({ statements: 5, measured: 2, inferred: 3 });
});

test("a text that is no SQL is told with its line, and nothing in its file is lost", async () => {
  const report = await check(
    "sql",
    {
      "1.sql": "CREATE TABLE t (id int);\n",
      "2.sql": "ALTER TABLE t\n  ADD COLUM b int;\nDROP TABLE t;",
    },
    ["2.sql"],
    { trial: "none" },
  );
  expect(report.problems).toMatchObject([{ place: { file: "migrations/2.sql", line: 2 } }]);
  expect(places(report)).toContain("drop-table migrations/2.sql:3");
});

test("what takes a migration back is tried, and leaves the trial as the migration does", async () => {
  const files = {
    "1.sql": "-- migrate:up\nCREATE TABLE t (id int PRIMARY KEY);\n-- migrate:down\nDROP TABLE t;",
    "2.sql":
      "-- migrate:up\nSET LOCAL lock_timeout = '1s';\nALTER TABLE t ADD COLUMN b int;\n-- migrate:down\nALTER TABLE t DROP COLUMN c;",
    "3.sql":
      "-- migrate:up\nSET LOCAL lock_timeout = '1s';\nALTER TABLE t ALTER COLUMN b SET DEFAULT 1;\n-- migrate:down\nSET LOCAL lock_timeout = '1s';\nALTER TABLE t ALTER COLUMN b DROP DEFAULT;",
  };
  const broken = await check("dbmate", files, ["2.sql"]);
  expect(broken.problems).toMatchObject([
    {
      place: { file: "migrations/2.sql", line: 5 },
      message: expect.stringMatching(/column "c".* does not exist/),
    },
  ]);
  const mended = { ...files, "2.sql": files["2.sql"].replace("COLUMN c", "COLUMN b") };
  const report = await check("dbmate", mended, ["2.sql", "3.sql"]);
  expect(report.problems).toEqual([]);
  // To drop the column again is the point of it; to wait for the lock without a limit is not.
  expect(places(report)).toEqual(["missing-lock-timeout migrations/2.sql:5"]);
});

test("names without a schema are where the migration says, and only as long as it does", async () => {
  const report = await check(
    "sql",
    {
      "1.sql": "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE t (id int, a int);",
      "2.sql": "SET search_path = app;\nALTER TABLE t RENAME COLUMN id TO key;",
      "3.sql":
        "ALTER TABLE app.t RENAME COLUMN a TO b;\nCREATE TABLE u (id int);\nALTER TABLE public.u ADD COLUMN a int;",
    },
    ["2.sql", "3.sql"],
    { lockTimeoutMs: 1000 },
  );
  expect(report.problems).toEqual([]);
  expect(report.findings.map(({ object }) => `${object.schema}.${object.table}`)).toEqual([
    "app.t",
    "app.t",
  ]);
});

test("a fingerprint stays when lines move, and tells equal statements apart", async () => {
  const once = await check("sql", { "1.sql": "DROP TABLE t;\nDROP TABLE t;" }, ["1.sql"], {
    trial: "none",
  });
  const moved = await check(
    "sql",
    { "1.sql": "\n\n-- why\nDROP   TABLE t;\nDROP TABLE t;" },
    ["1.sql"],
    { trial: "none" },
  );
  const fingerprints = ({ findings }: CheckReport): readonly string[] =>
    findings.filter(({ code }) => code === "drop-table").map(({ fingerprint }) => fingerprint);
  expect(fingerprints(moved)).toEqual(fingerprints(once));
  expect(new Set(fingerprints(once)).size).toBe(2);
  const again = await check("sql", { "1.sql": "DROP TABLE t;\nDROP TABLE t;" }, ["1.sql"], {
    trial: "none",
    baseline: new Set(fingerprints(once)),
    severities: { "missing-lock-timeout": "off" },
  });
  expect([again.findings.length, again.known.length]).toEqual([0, 2]);
});
