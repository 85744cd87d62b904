import { mysqlDialect } from "./dialect.ts";
import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkMigrations } from "../../migration/check-migrations.ts";
import type { CheckReport } from "../../migration/check-report.ts";
import { RUNNERS } from "../../migration/runners.ts";
import { createProject } from "../../migration/runners/testing/project.ts";
import type { FineMigrations } from "../../migration/testing/fine-migrations.ts";
import { mysqlMigration } from "./engine.ts";
import { FINE_MIGRATIONS } from "./testing/fine-migrations.ts";

const SERVERS = [
  ["MariaDB", startMariadb],
  ["MySQL", startMysql],
] as const;

test("there are enough of them", () => {
  expect(FINE_MIGRATIONS.length).toBeGreaterThanOrEqual(20);
});

describe.each(SERVERS)("%s", (_, start) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await start();
  });
  afterAll(() => database?.close());

  test.each(FINE_MIGRATIONS)("$title: tried, no finding", async (fine) => {
    const { findings, problems, coverage } = await check(fine, database.url);
    expect(problems).toEqual([]);
    expect(findings.map(({ code, statement }) => `${code}: ${statement}`)).toEqual([]);
    expect(coverage.statements).toBeGreaterThan(0);
    expect(coverage.measured).toBe(coverage.statements);
  });
});

test.each(FINE_MIGRATIONS)("$title: read only, no finding", async (fine) => {
  const { findings, problems } = await check(fine, "none");
  expect(problems).toEqual([]);
  expect(findings.map(({ code, statement }) => `${code}: ${statement}`)).toEqual([]);
});

async function check(fine: FineMigrations, trial: string): Promise<CheckReport> {
  await using project = await createProject(mysqlMigration, fine.files);
  const runner = RUNNERS.find(({ name }) => name === fine.runner);
  if (runner === undefined) throw new Error(`no runner ${fine.runner}`);
  return await checkMigrations({
    engine: mysqlMigration,
    runner,
    migrations: await runner.read(project.input(fine.path, { dialect: mysqlDialect })),
    changed: new Set(fine.changed),
    base: null,
    trial,
    directory: project.folder,
  });
}
