import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Migration } from "../../../migration/migration.ts";
import { replayMigrations } from "../../../migration/replay-migrations.ts";
import type { Trial } from "../../../migration/trial.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import { mysqlMigration } from "../engine.ts";
import { ALTER_CASES, type AlterCase, BASE, titleOf } from "../testing/alter-cases.ts";
import { inferRung } from "./infer-rung.ts";

/** Of these only the server knows: it takes no ALGORITHM for them, or goes by what the text does not say. */
const UNKNOWABLE =
  /(?:add|drop) partition|^alter table orders engine=MyISAM; alter table orders add/;

describe.each([
  ["MariaDB", startMariadb, 101_100],
  ["MySQL", startMysql, 90_700],
] as const)("%s", (product, start, version) => {
  let database: TestDatabase;
  let trial: Trial | null;
  beforeAll(async () => {
    database = await start();
    trial = await mysqlMigration.openTrial({ url: database.url, progress: () => {} });
  });
  afterAll(async () => {
    await trial?.close();
    await database?.close();
  });

  const cases = ALTER_CASES.filter(
    (one) => (one.only ?? product) === product && !UNKNOWABLE.test(titleOf(one)),
  );

  test.for(cases.map((one) => ({ one, title: titleOf(one) })))(
    "the text tells what the server does: $title",
    async ({ one }) => {
      await trial?.run("set foreign_key_checks = 0");
      for (const row of (await trial?.run("show tables")) ?? [])
        await trial?.run(`drop table \`${String(Object.values(row)[0])}\``);
      await trial?.run("set foreign_key_checks = 1");
      const statement = await checked(one, trial);
      const { algorithm, locks = [] } = statement.observation ?? {};
      const rung = inferRung(statement, version);
      expect({
        copied: rung?.algorithm === "COPY",
        locked: !["NONE", null].includes(rung?.lock ?? null),
      }).toEqual({
        copied: algorithm === "COPY",
        locked: locks.some(({ mode }) => mode.startsWith("LOCK=")),
      });
    },
  );
});

async function checked(one: AlterCase, trial: Trial | null): Promise<CheckedStatement> {
  const { statements, problems } = await replayMigrations({
    engine: mysqlMigration,
    trial,
    migrations: [
      migration("1.sql", [...BASE, ...(one.setup ?? [])]),
      migration("2.sql", [one.sql]),
    ],
    isChecked: ({ file }) => file === "2.sql",
    lockTimeoutMs: null,
    progress: () => {},
    beforeChange: () => Promise.resolve(),
  });
  expect(problems).toEqual([]);
  const [only] = statements;
  if (only === undefined) throw new Error("no statement");
  return only;
}

function migration(file: string, texts: readonly string[]): Migration {
  return {
    name: file,
    file,
    up: {
      transaction: "none",
      async run(send) {
        for (const sql of texts)
          await send({ sql, place: { file, line: 1, column: 1, endLine: 1 } });
      },
    },
    down: null,
  };
}
