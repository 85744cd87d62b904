import { DbadviseError } from "@dbadvise/advisor";
import { expect, test } from "vitest";
import { printError } from "./print-error.ts";

function printed(error: unknown, env: Record<string, string> = {}): string {
  let text = "";
  printError(error, { write: (part) => (text += part) }, env);
  return text;
}

const cause = new Error("refused by postgres://me:s3cret@db/shop");
const error = new DbadviseError(
  "connection-failed",
  "Can't connect to postgres://me:s3cret@db/shop.",
  "Start it.",
  { cause },
);

test("an error for the user is its message and what to do, without a stack", () => {
  expect(printed(error)).toBe("error: Can't connect to postgres://me:***@db/shop.\nStart it.\n");
});

test("DBADVISE_DEBUG adds stacks and causes, never a password", () => {
  const text = printed(error, { DBADVISE_DEBUG: "1" });
  expect(text).toContain("print-error.test.ts");
  expect(text).toContain("caused by Error: refused by postgres://me:***@db/shop");
  expect(text).not.toContain("s3cret");
});

test("an example in a hint stays readable", () => {
  const example = new DbadviseError(
    "bad-option",
    "No database.",
    "Give postgres://user:password@host/db.",
  );
  expect(printed(example)).toBe("error: No database.\nGive postgres://user:password@host/db.\n");
});

test("an unexpected error says how to report it", () => {
  const text = printed(new TypeError("x is not a function"));
  expect(text).toContain("x is not a function");
  expect(text).toContain("DBADVISE_DEBUG=1");
  expect(text).not.toMatch(/^\s+at /m);
});
