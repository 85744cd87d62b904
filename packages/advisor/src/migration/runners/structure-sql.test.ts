import { mysqlDialect } from "../../mysql/migration/dialect.ts";
import { startPostgres } from "@dbadvise/testkit";
import pg from "pg";
import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import type { RunnerInput } from "../runner.ts";
import { structureSql } from "./structure-sql.ts";
import { createProject, statementsOf } from "./testing/project.ts";

const BASE = `SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TYPE public.state AS ENUM (
    'new',
    'done'
);

CREATE TABLE public.customers (
    id bigint NOT NULL,
    name character varying(50),
    born date
);

CREATE TABLE public.old (
    id integer
);

CREATE SEQUENCE public.old_id_seq START WITH 1;
ALTER SEQUENCE public.old_id_seq OWNED BY public.old.id;
ALTER TABLE ONLY public.old ALTER COLUMN id SET DEFAULT nextval('public.old_id_seq'::regclass);
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
CREATE INDEX customers_name ON public.customers USING btree (name);
CREATE UNIQUE INDEX customers_born ON public.customers USING btree (born);
COMMENT ON TABLE public.customers IS 'who';
CREATE FUNCTION public.f(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1; $$;

INSERT INTO "schema_migrations" (version) VALUES ('1');
`;
const NOW = BASE.replace("'done'\n", "'done',\n    'lost'\n")
  .replace("name character varying(50)", "name text DEFAULT 'x'::text NOT NULL")
  .replace("    born date\n", "    born date,\n    email text\n")
  .replace(/CREATE TABLE public\.old [^;]*;\n/, "")
  .replace(/.*old_id_seq.*\n/g, "")
  .replace(
    /CREATE INDEX customers_name.*\n/,
    "CREATE INDEX customers_name ON public.customers USING btree (name, born);\n",
  )
  .replace("SELECT 1; $$", "SELECT 2; $$$$")
  .replace("VALUES ('1')", "VALUES ('2'), ('1')");

async function read(now: string, base: string | null, given: Partial<RunnerInput> = {}) {
  await using project = await createProject(postgresMigration, { "db/structure.sql": now });
  const input = project.input("db/structure.sql", {
    atBase: () => Promise.resolve(base),
    ...given,
  });
  return await structureSql.read(input);
}

test("the difference of two dumps makes one schema into the other, on a real server", async () => {
  const notes: string[] = [];
  const [before, change] = await read(NOW, BASE, { note: (text) => notes.push(text) });
  expect(before).toMatchObject({ name: "base", file: "db/structure.sql (base)" });
  const sent = await statementsOf(change);
  expect(sent.map(({ sql, place }) => [sql, place.file, place.line])).toEqual([
    ["DROP INDEX public.customers_name", "db/structure.sql", 1],
    ["ALTER TABLE public.old ALTER COLUMN id DROP DEFAULT", "db/structure.sql", 1],
    ["DROP SEQUENCE public.old_id_seq", "db/structure.sql", 1],
    ["DROP TABLE public.old", "db/structure.sql", 1],
    ["ALTER TYPE public.state ADD VALUE 'lost'", "db/structure.sql", 4],
    ["ALTER TABLE public.customers ALTER COLUMN name TYPE text", "db/structure.sql", 12],
    [
      "ALTER TABLE public.customers ALTER COLUMN name SET DEFAULT 'x'::text",
      "db/structure.sql",
      12,
    ],
    ["ALTER TABLE public.customers ALTER COLUMN name SET NOT NULL", "db/structure.sql", 12],
    ["ALTER TABLE public.customers ADD COLUMN email text", "db/structure.sql", 14],
    [
      "CREATE INDEX customers_name ON public.customers USING btree (name, born)",
      "db/structure.sql",
      19,
    ],
    [
      expect.stringMatching(/^CREATE OR REPLACE FUNCTION .* SELECT 2; \$\$$/),
      "db/structure.sql",
      22,
    ],
  ]);
  expect(notes).toEqual([expect.stringContaining("not how")]);

  const database = await startPostgres();
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    for (const migration of [before, change])
      await migration?.up.run(
        async ({ sql }) => (await client.query<Record<string, unknown>>(sql)).rows,
      );
    const { rows } = await client.query(
      "select column_name from information_schema.columns where table_schema = 'public' order by ordinal_position",
    );
    expect(rows.map((row: { column_name: string }) => row.column_name)).toEqual([
      "id",
      "name",
      "born",
      "email",
    ]);
  } finally {
    await client.end();
    await database.close();
  }
});

test("without a base, all of it is the migration; the same dump is none", async () => {
  const whole = await read(BASE, null);
  expect(whole).toHaveLength(1);
  expect((await statementsOf(whole[0]))[0]?.sql).toMatch(/^CREATE TYPE/);
  const [, same] = await read(BASE, BASE);
  expect(await statementsOf(same)).toEqual([]);
});

test("what two dumps do not tell is a problem, after what they tell", async () => {
  const now = BASE.replace("    'done'\n", "    'gone'\n").replace("born date", "born timestamp");
  const [, change] = await read(now, BASE);
  const sent: string[] = [];
  const run = change?.up.run(({ sql }) => {
    sent.push(sql);
    return Promise.resolve([]);
  });
  await expect(run).rejects.toMatchObject({
    name: "MigrationProblem",
    place: { file: "db/structure.sql", line: 4 },
    message:
      "What changes CREATE TYPE public.state AS ENUM ( into what it is now can't be told from two dumps.",
  });
  expect(sent).toContain("ALTER TABLE public.customers ALTER COLUMN born TYPE timestamp");
});

test("MySQL's tables change by their lines", async () => {
  const base =
    "CREATE TABLE `a` (\n  `id` int NOT NULL,\n  `b` int,\n  PRIMARY KEY (`id`),\n  KEY `k` (`b`)\n) ENGINE=InnoDB;\n";
  const now = base
    .replace("`b` int", "`b` bigint")
    .replace(",\n  KEY `k` (`b`)", ",\n  UNIQUE KEY `u` (`b`)");
  const [, change] = await read(now, base, { dialect: mysqlDialect });
  expect((await statementsOf(change)).map(({ sql, place }) => [sql, place.line])).toEqual([
    ["ALTER TABLE `a` DROP KEY `k`", 1],
    ["ALTER TABLE `a` MODIFY COLUMN `b` bigint", 3],
    ["ALTER TABLE `a` ADD UNIQUE KEY `u` (`b`)", 5],
  ]);
});

test("how far a counter has come is no change; the storage engine is one that is not told", async () => {
  const base = "CREATE TABLE `a` (\n  `id` int\n) ENGINE=InnoDB AUTO_INCREMENT=7;\n";
  const [, counted] = await read(base.replace("=7", "=9"), base, { dialect: mysqlDialect });
  expect(await statementsOf(counted)).toEqual([]);
  const [, other] = await read(base.replace("InnoDB", "MyISAM"), base, { dialect: mysqlDialect });
  await expect(statementsOf(other)).rejects.toMatchObject({ name: "MigrationProblem" });
});
