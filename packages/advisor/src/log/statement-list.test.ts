import { expect, test } from "vitest";
import { statementList } from "./statement-list.ts";

test("each text is one execution", async () => {
  const source = statementList(["select 1", "select 2", "select 1"]);
  expect(await Array.fromAsync(source.events, ({ sql, calls }) => ({ sql, calls }))).toEqual([
    { sql: "select 1", calls: 1 },
    { sql: "select 2", calls: 1 },
    { sql: "select 1", calls: 1 },
  ]);
  expect(source.summary()).toEqual({ records: 3, unread: 0, seconds: undefined });
});
