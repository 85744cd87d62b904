import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresMigration } from "../postgres/migration/engine.ts";
import { openTrial } from "../postgres/migration/open-trial.ts";
import { emptyTrial } from "../postgres/migration/testing/empty-trial.ts";
import { checkMigrations } from "./check-migrations.ts";
import type { CheckReport } from "./check-report.ts";
import { RUNNERS } from "./runners.ts";
import { createProject } from "./runners/testing/project.ts";
import { FINE_MIGRATIONS, type FineMigrations } from "./testing/fine-migrations.ts";
import type { Trial } from "./trial.ts";

/** Of all cases, one after the other. */
let shared: Trial;
beforeAll(async () => {
  shared = await openTrial({ url: null, progress: () => {} });
});
afterAll(() => shared?.close());

test("there are at least forty", () => {
  expect(FINE_MIGRATIONS.length).toBeGreaterThanOrEqual(40);
});

test.each(FINE_MIGRATIONS)("$title: tried, no finding", async (fine) => {
  const { findings, problems, coverage, trial } = await check(fine, "embedded");
  expect(problems).toEqual([]);
  expect(findings.map(({ code, statement }) => `${code}: ${statement}`)).toEqual([]);
  expect(coverage.statements).toBeGreaterThan(0);
  // All of CONCURRENTLY can't be watched.
  expect(coverage.measured + coverage.inferred).toBe(coverage.statements);
  expect(trial).toMatch(/^embedded/);
});

test.each(FINE_MIGRATIONS)("$title: read only, no finding", async (fine) => {
  const { findings, problems } = await check(fine, "none");
  expect(problems).toEqual([]);
  expect(findings.map(({ code, statement }) => `${code}: ${statement}`)).toEqual([]);
});

async function check(fine: FineMigrations, trial: "embedded" | "none"): Promise<CheckReport> {
  await using project = await createProject(postgresMigration, fine.files);
  const runner = RUNNERS.find(({ name }) => name === fine.runner);
  if (runner === undefined) throw new Error(`no runner ${fine.runner}`);
  return await checkMigrations({
    engine: { ...postgresMigration, openTrial: emptied },
    runner,
    migrations: await runner.read(project.input(fine.path)),
    changed: new Set(fine.changed),
    base: null,
    trial,
    directory: project.folder,
  });
}

async function emptied(): Promise<Trial> {
  await emptyTrial(shared);
  return { ...shared, close: () => Promise.resolve() };
}
