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

test("the same Drizzle application gives the same on pg and on the drop-in", async () => {
  const before = await runWithImport(MAIN, { from: DROP_IN, to: "pg" }, database.url);
  const after = await runWithImport(MAIN, { from: DROP_IN, to: DROP_IN }, database.url);
  expect(after).toBe(before);
  expect(after).toContain("sold 9 of 12");
  expect(after).toContain("sales { sales: 9, quantity: 9 }");
  expect(after).toMatch(/refused: duplicate key value/);
});
