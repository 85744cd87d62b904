import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { expandGlobs } from "./expand-globs.ts";
import { newFolder } from "./testing/new-folder.ts";

const FILES = [
  "a.sql",
  "src/a.sql",
  "src/b.txt",
  "src/deep/er/c.sql",
  "src/deep/[x] +ü.sql",
  "src/node_modules/d.sql",
  "capture.ndjson",
  "capture.ndjson.1",
];

async function newTree(): Promise<string> {
  const folder = await newFolder();
  for (const file of FILES) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "");
  }
  return folder;
}

test.each([
  ["src/**/*.sql", ["src/a.sql", "src/deep/[x] +ü.sql", "src/deep/er/c.sql"]],
  ["**/*.sql", ["a.sql", "src/a.sql", "src/deep/[x] +ü.sql", "src/deep/er/c.sql"]],
  ["*.sql", ["a.sql"]],
  ["./*.sql", ["./a.sql"]],
  ["src/*.{sql,txt}", ["src/a.sql", "src/b.txt"]],
  ["capture.ndjson*", ["capture.ndjson", "capture.ndjson.1"]],
  ["src/?.sql", ["src/a.sql"]],
  ["src/**", ["src/a.sql", "src/b.txt", "src/deep/[x] +ü.sql", "src/deep/er/c.sql"]],
  ["src/deep/[x] +ü.sql", ["src/deep/[x] +ü.sql"]],
  ["src/deep/[x]*", ["src/deep/[x] +ü.sql"]],
])("%s", async (pattern, expected) => {
  expect(await expandGlobs([pattern], await newTree())).toEqual(expected);
});

test("several patterns, each file once", async () => {
  expect(await expandGlobs(["a.sql", "*.sql", "src/a.sql"], await newTree())).toEqual([
    "a.sql",
    "src/a.sql",
  ]);
});

test.each(["nothing/*.sql", "src", "b.sql"])("%s names no file", async (pattern) => {
  await expect(expandGlobs(["a.sql", pattern], await newTree())).rejects.toMatchObject({
    code: "bad-option",
    message: `No file matches ${pattern}.`,
  });
});
