import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AUTHORS, BOOKS } from "./database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await startPostgres();
});
afterAll(() => database?.close());

test("three levels of resolvers send a statement for each field, not for each object", async () => {
  const main = join(import.meta.dirname, "main.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [main, database.url]);
  // The authors; the books of each; the count and the three latest reviews of each book; the reviewer of each review.
  const plain = 1 + AUTHORS + 2 * BOOKS + 3 * BOOKS;
  expect(stdout.trim().split("\n")).toEqual([
    `plain: ${plain} statements, the same result`,
    "coalescing: 5 statements, the same result",
    "relations: 5 statements, the same result",
  ]);
});
