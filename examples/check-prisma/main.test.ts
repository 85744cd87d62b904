import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MIGRATION_CODES, type MigrationFinding } from "@dbadvise/advisor";
import { checkExample, withOutputs } from "@dbadvise/testkit";
import { expect, test } from "vitest";

/** Findings that no migration for PostgreSQL has. */
const OF_MYSQL = ["row-versions-exhausted", "table-copied", "writes-blocked"];

const readReadme = (example: string): Promise<string> =>
  readFile(join(import.meta.dirname, "..", example, "README.md"), "utf8");

test("the pull request is objected to at these lines, and the README shows how", async () => {
  const checked = await checkExample(import.meta.dirname);
  expect(checked.code, checked.stderr).toBe(1);
  const report = JSON.parse(checked.forms.json);
  expect(report).toMatchObject({
    runner: "prisma",
    base: "main",
    migrations: { total: 9 },
    problems: [],
    coverage: { statements: 21, measured: 19, inferred: 2, notAnalyzed: [] },
  });
  const findings: readonly MigrationFinding[] = report.findings;
  const told = findings.map(
    ({ code, basis, place: { file, line } }) =>
      `${file.replace(/^prisma\/migrations\/\d+_(.+)\/migration\.sql$/, "$1")}:${line} ${code} ${basis}`,
  );
  expect(told).toEqual([
    "order_numbers:2 enum-value-in-transaction inferred",
    "order_numbers:5 not-null-without-default inferred",
    "order_numbers:5 lock-held-long measured",
    "order_numbers:5 missing-lock-timeout measured",
    "order_numbers:6 volatile-default measured",
    "order_numbers:7 change-column-type measured",
    "order_numbers:8 set-not-null measured",
    "order_numbers:9 add-check-validated measured",
    "order_numbers:12 lock-held-long inferred",
    "order_numbers:15 create-index-blocking measured",
    "order_numbers:15 lock-held-long measured",
    "order_numbers:16 concurrently-in-transaction inferred",
    "order_numbers:16 lock-held-long inferred",
    "products:2 add-unique-constraint measured",
    "products:2 missing-lock-timeout measured",
    "products:5 add-foreign-key-validated measured",
    "products:5 lock-held-long measured",
    "products:5 foreign-key-without-index inferred",
    "tidy_up:2 drop-column inferred",
    "tidy_up:2 missing-lock-timeout measured",
    "tidy_up:2 dropped-in-use measured",
    "tidy_up:3 rename-column inferred",
    "tidy_up:3 dropped-in-use measured",
    "tidy_up:6 drop-table measured",
    "tidy_up:9 rename-table inferred",
    "tidy_up:12 drop-index-blocking measured",
    "tidy_up:12 dropped-in-use measured",
    "tidy_up:15 drop-index-blocking measured",
    "tidy_up:15 dropped-in-use measured",
    "tidy_up:16 create-index-blocking measured",
    "tidy_up:16 lock-held-long measured",
    "slim:1 vacuum-full inferred",
    "slim:1 missing-lock-timeout inferred",
    "emails:1 update-all-rows inferred",
    "overview:2 plan-regression measured",
    "src/dear-orders.sql:2 new-slow-query measured",
  ]);
  const readme = await readReadme("check-prisma");
  expect(withOutputs(readme, checked), "pnpm start --write makes it anew").toBe(readme);
}, 240_000);

test("each finding for PostgreSQL is shown by an example", async () => {
  // Each example's test holds that this is what the command says.
  const shown = (await readReadme("check-prisma")) + (await readReadme("check-kysely"));
  const codes = MIGRATION_CODES.filter((code) => !OF_MYSQL.includes(code));
  const found = new Set(
    [...shown.matchAll(/^── \d+ {2}\w+ {2}([\w-]+) ─+$/gm)].map(([, code]) => code),
  );
  expect(codes.filter((code) => !found.has(code))).toEqual([]);
});
