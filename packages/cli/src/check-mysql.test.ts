import { startMariadb, startMysql } from "@dbadvise/testkit";
import { expect, onTestFinished, test } from "vitest";
import { newRepository } from "./testing/git-repository.ts";
import { type CliRun, runCli } from "./testing/run-cli.ts";

const ORDERS = `CREATE TABLE orders (
  id bigint AUTO_INCREMENT PRIMARY KEY,
  status ENUM('new', 'paid') NOT NULL DEFAULT 'new',
  note text,
  amount int
);
`;

const CHANGE = `SET SESSION lock_wait_timeout = 5;
-- Cheap: the value is the last one.
ALTER TABLE orders MODIFY status ENUM('new', 'paid', 'sent') NOT NULL DEFAULT 'new';
ALTER TABLE orders
  MODIFY amount bigint;
CREATE FULLTEXT INDEX orders_note ON orders (note);
`;

/** `main` with one migration, and a second one that is not committed. */
async function checkChange(change: string, ...args: readonly string[]): Promise<CliRun> {
  const repository = await newRepository();
  await repository.commit({ "db/migrations/001_orders.sql": ORDERS });
  await repository.write({ "db/migrations/002_change.sql": change });
  return runCli(["check", "--base", "HEAD", ...args], { folder: repository.folder });
}

const findingsOf = ({ stdout }: CliRun): readonly string[] =>
  JSON.parse(stdout).findings.map(
    ({ code, basis, place }: { code: string; basis: string; place: { line: number } }) =>
      `${place.line} ${code} ${basis}`,
  );

test.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("a change is tried on a server: %s", async (product, start) => {
  const { url, close } = await start();
  onTestFinished(close);
  const run = await checkChange(CHANGE, "--trial-url", url, "--format", "json");
  expect(run.stderr).not.toContain("error:");
  expect(JSON.parse(run.stdout)).toMatchObject({
    engine: "MySQL",
    trial: expect.stringContaining(`${product} `),
    coverage: { statements: 4, measured: 4, inferred: 0, notAnalyzed: [] },
    problems: [],
  });
  expect(run.stdout).not.toContain(new URL(url).password);
  expect(findingsOf(run)).toEqual(["4 table-copied measured", "6 writes-blocked measured"]);
  expect(run.code).toBe(1);
});

test("without a server it is concluded from the text, and the report says so", async () => {
  const run = await checkChange(CHANGE, "--engine", "mysql", "--format", "json");
  expect(run.stderr).not.toContain("error:");
  expect(JSON.parse(run.stdout)).toMatchObject({
    trial: null,
    coverage: { statements: 4, measured: 0, inferred: 4 },
    notes: expect.arrayContaining([expect.stringContaining("no trial database")]),
  });
  expect(findingsOf(run)).toEqual(["4 table-copied inferred", "6 writes-blocked inferred"]);
});

test("a statement that the server refuses is a problem at its line", async () => {
  const { url, close } = await startMariadb();
  onTestFinished(close);
  const run = await checkChange("\nALTER TABLE orders DROP COLUMN nope;\n", "--trial-url", url);
  expect(run.stdout).toContain("002_change.sql:2");
  expect(run.stdout).toContain("nope");
  expect(run.code).toBe(2);
});

test("names of tables as their users write them, without a schema", async () => {
  const run = await checkChange(CHANGE, "--engine", "mysql", "--format", "markdown");
  expect(run.stdout).toContain("All rows of orders are copied");
  expect(run.stdout).not.toMatch(/[\s`]\.orders/);
});
