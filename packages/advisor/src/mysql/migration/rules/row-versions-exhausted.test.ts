import { startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toldBy } from "./testing/check-statements.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startMysql();
});
afterAll(() => database?.close());

/** The history's changes of columns, and what is said of one more, of the largest number of versions that this server has. */
async function saidAfter(left: number, change: string): Promise<readonly string[]> {
  const limit = 255;
  const history = Array.from({ length: limit - left }, (_, at) =>
    at % 2 === 0 ? "alter table orders add column x int" : "alter table orders drop column x",
  );
  const told = await toldBy("row-versions-exhausted", {
    history,
    change: [change],
    trial: database.url,
  });
  return told.map(({ severity, basis, message }) => `${severity} ${basis}: ${message}`);
}

test("counts the history's changes", async () => {
  expect(await saidAfter(6, "alter table orders add column y int")).toEqual([]);
  expect(await saidAfter(2, "alter table orders add column y int")).toEqual([
    "info measured: After this change orders has room for 1 more instant changes of its columns; the one after them writes it anew.",
  ]);
  expect(await saidAfter(2, "alter table orders alter column n set default 1")).toEqual([]);
  expect(await saidAfter(0, "alter table orders add column y int")).toEqual([
    "warning measured: orders has had all 255 instant changes of its columns that a table may have: this one writes it anew.",
  ]);
});

test("without a trial nobody knows", async () => {
  const change = ["alter table orders add column y int"];
  expect(await toldBy("row-versions-exhausted", { change })).toEqual([]);
});
