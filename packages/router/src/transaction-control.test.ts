import { expect, test } from "vitest";
import { transactionControl } from "./transaction-control.ts";

test.each([
  ["begin", "begin"],
  ["BEGIN;", "begin"],
  ["start transaction isolation level repeatable read", "begin"],
  ["begin read only", "begin read only"],
  ["  begin work isolation level repeatable read, READ  ONLY ;", "begin read only"],
  ["start transaction read only", "begin read only"],
  // A replica has no part in what serializable promises.
  ["begin isolation level serializable read only", "begin"],
  ["begin read only /* read write */", "begin"],
  ["begin read only -- no", "begin"],
  ["commit", "end"],
  ["END TRANSACTION", "end"],
  ["rollback;", "end"],
  ["abort work", "end"],
  ["rollback to here", undefined],
  ["rollback work to savepoint here", undefined],
  ["savepoint here", undefined],
  ["insert into t values (1)", undefined],
  ["commit and chain", "unclear"],
  ["commit prepared 'x'", "unclear"],
  ["begin; insert into t values (1); commit", "unclear"],
  ["insert into t values (1); commit", "unclear"],
  ["begin read only; commit", "unclear"],
  ["rollback to here; commit", "unclear"],
] as const)("%s: %s", (sql, control) => {
  expect(transactionControl(sql)).toBe(control);
});
