import { join } from "node:path";
import { runWithImport, startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "main.ts");
const DROP_IN = "@dbadvise/pool/pg";

let database: TestDatabase;

beforeAll(async () => {
  database = await startPostgres();
});

afterAll(() => database.close());

test("the same Kysely application gives the same on pg and on the drop-in", async () => {
  const before = await runWithImport(MAIN, { from: DROP_IN, to: "pg" }, database.url);
  const after = await runWithImport(MAIN, { from: DROP_IN, to: DROP_IN }, database.url);
  expect(after).toBe(before);
  expect(after).toContain("after 30 payments Ada 70, Grace 115, Edsger 115");
  expect(after).toContain("after a refused payment Ada 70, Grace 115, Edsger 115");
  expect(after).toMatch(/refused: .*violates check constraint/);
  expect(after).toContain("streamed 30");
});
