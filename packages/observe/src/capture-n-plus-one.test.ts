import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { capture } from "./capture.ts";
import type { CaptureLine, CapturedNPlusOne } from "./capture-line.ts";
import { detectNPlusOne } from "./detect-n-plus-one.ts";
import { observeQuery } from "./query-channel.ts";
import type { Server } from "./query-message.ts";
import { withScope } from "./scope.ts";

const SERVER: Server = {
  system: "postgresql",
  host: "db",
  port: 5432,
  database: "shop",
  role: "primary",
};
const NEVER = 2 ** 31 - 1;

const folder = mkdtempSync(join(tmpdir(), "dbadvise-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** So many customers by their id. */
function sendEach(count: number): void {
  for (let id = 1; id <= count; id++) {
    const query = { sql: "select * from customers where email = $1", parameters: [`${id}@a.b`] };
    observeQuery({ ...query, server: SERVER, pool: "main" }).succeed(1);
  }
}

function linesOf(file: string): readonly CapturedNPlusOne[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): CaptureLine => JSON.parse(line))
    .filter((line) => line.kind === "n-plus-one");
}

test("what a detection finds is written with the next batch, each query once, without values", async () => {
  const file = join(folder, "shop.ndjson");
  await using workload = capture(file, { flushMs: NEVER });
  const detector = detectNPlusOne({ mode: "collect" });
  onTestFinished(detector.stop);

  withScope(() => sendEach(4));
  await workload.flush();
  expect(linesOf(file)).toEqual([]);

  withScope(() => sendEach(7), "GET /a");
  withScope(() => sendEach(6), "GET /b");
  await workload.flush();
  expect(linesOf(file)).toEqual([
    {
      format: "dbadvise-capture",
      version: 1,
      kind: "n-plus-one",
      from: expect.any(String),
      to: expect.any(String),
      pattern: "n-plus-one",
      sql: "select * from customers where email = $1",
      server: { system: "postgresql", database: "shop" },
      scopeNames: ["GET /a", "GET /b"],
      scopes: 2,
      calls: 13,
      occurrences: 7,
      distinctParameters: 7,
      overlapping: 0,
      callSites: [
        {
          file: "packages/observe/src/capture-n-plus-one.test.ts",
          line: expect.any(Number),
          column: expect.any(Number),
          function: "sendEach",
          calls: 7,
        },
      ],
      stack: expect.arrayContaining([expect.objectContaining({ function: "sendEach" })]),
    },
  ]);
  expect(readFileSync(file, "utf8")).not.toContain("@a.b");

  await workload.flush();
  expect(linesOf(file)).toHaveLength(1);
  withScope(() => sendEach(5));
  detector.stop();
  withScope(() => sendEach(50));
  await workload.close();
  expect(linesOf(file).slice(1)).toMatchObject([{ scopes: 1, calls: 5, occurrences: 5 }]);
});

test("a file that can't be written keeps what was found for the next time", async () => {
  const file = join(folder, "later", "shop.ndjson");
  await using workload = capture(file, { flushMs: NEVER });
  const detector = detectNPlusOne({ mode: "collect" });
  onTestFinished(detector.stop);
  withScope(() => sendEach(5));
  await workload.flush();
  mkdirSync(join(folder, "later"));
  withScope(() => sendEach(6));
  await workload.flush();
  expect(linesOf(file)).toMatchObject([{ scopes: 2, calls: 11 }]);
});

test("without a detection nothing is found", async () => {
  const file = join(folder, "none.ndjson");
  await using workload = capture(file, { flushMs: NEVER });
  withScope(() => sendEach(50));
  await workload.flush();
  expect(linesOf(file)).toEqual([]);
});
