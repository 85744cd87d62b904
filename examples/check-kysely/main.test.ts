import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MigrationFinding } from "@dbadvise/advisor";
import { checkExample, withOutputs } from "@dbadvise/testkit";
import { expect, test } from "vitest";

test("the pull request is objected to at these lines, and the README shows how", async () => {
  const checked = await checkExample(import.meta.dirname);
  expect(checked.code, checked.stderr).toBe(1);
  const report = JSON.parse(checked.forms.json);
  expect(report).toMatchObject({
    runner: "kysely",
    base: "main",
    migrations: { total: 6 },
    problems: [],
    coverage: { statements: 17, measured: 16, inferred: 1, notAnalyzed: [] },
  });
  const findings: readonly MigrationFinding[] = report.findings;
  const told = findings.map(
    ({ code, basis, place: { file, line } }) =>
      `${file.replace(/^migrations\/[\d-]+-(.+)\.ts$/, "$1")}:${line} ${code} ${basis}`,
  );
  expect(told).toEqual([
    "bookings:7 add-identity-column measured",
    "bookings:7 missing-lock-timeout measured",
    "bookings:13 add-stored-generated-column measured",
    "bookings:15 add-exclusion-constraint measured",
    "bookings:19 validate-in-same-transaction measured",
    "bookings:19 lock-held-long measured",
    "bookings:22 create-trigger measured",
    "indexes:4 create-index-blocking measured",
    "indexes:4 lock-held-long measured",
    "indexes:4 new-duplicate-index measured",
    "indexes:5 create-index-blocking measured",
    "indexes:5 lock-held-long measured",
    "indexes:5 new-redundant-index measured",
    "indexes:6 concurrently-in-transaction inferred",
    "indexes:6 lock-held-long inferred",
    "indexes:6 concurrently-if-not-exists inferred",
    "visits:4 attach-partition-scan measured",
    "visits:4 lock-held-long measured",
    "visits:4 missing-lock-timeout measured",
    "visits:7 detach-partition-blocking measured",
    "visits:8 truncate-table measured",
    "visits:9 set-logged measured",
    "visits:9 lock-held-long measured",
    "upkeep:4 refresh-blocking measured",
    "upkeep:4 lock-held-long measured",
    "upkeep:4 missing-lock-timeout measured",
    "upkeep:5 reindex-blocking measured",
    "upkeep:5 lock-held-long measured",
    "upkeep:6 cluster-table measured",
    "upkeep:6 lock-held-long measured",
    "server/list-bookings.ts:20 n-plus-one measured",
  ]);
  const readme = await readFile(join(import.meta.dirname, "README.md"), "utf8");
  expect(withOutputs(readme, checked), "pnpm start --write makes it anew").toBe(readme);
}, 240_000);
