import { join } from "node:path";
import { runWithImports, startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "main.ts");

let database: TestDatabase;

beforeAll(async () => {
  database = await startPostgres();
});

afterAll(() => database.close());

test("the same Drizzle application gives the same on pg and on the drop-in", async () => {
  const before = await runWithImports(MAIN, { "@dbadvise/pool/pg": "pg" }, database.url);
  const after = await runWithImports(MAIN, {}, database.url);
  expect(after).toBe(before);
  expect(after).toContain("sold 9 of 12");
  expect(after).toContain("sales { sales: 9, quantity: 9 }");
  expect(after).toMatch(/refused: duplicate key value/);
});
