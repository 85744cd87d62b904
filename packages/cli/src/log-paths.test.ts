import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logPaths } from "./log-paths.ts";
import { newFolder } from "./testing/new-folder.ts";

async function folderWith(...files: readonly string[]): Promise<string> {
  const folder = await newFolder();
  for (const file of files) await writeFile(join(folder, file), "");
  return folder;
}

test.each([
  [
    "logrotate's numbers",
    ["pg.log", "pg.log.1", "pg.log.2.gz", "pg.log.10.gz"],
    ["pg.log.10.gz", "pg.log.2.gz", "pg.log.1", "pg.log"],
  ],
  [
    "dates",
    ["pg-2026-11-22_000000.log", "pg-2026-10-31_000000.log.zst", "pg-2026-11-09_000000.log.gz"],
    ["pg-2026-10-31_000000.log.zst", "pg-2026-11-09_000000.log.gz", "pg-2026-11-22_000000.log"],
  ],
  ["numbers in names", ["part-10.log", "part-9.log"], ["part-9.log", "part-10.log"]],
])("a pattern's files, the oldest first: %s", async (_, files, expected) => {
  expect(await logPaths(["p*"], await folderWith(...files))).toEqual(expected);
});

test("the order of what was given is kept, and each file is read once", async () => {
  const folder = await folderWith("b.log", "a.log", "c.log");
  await symlink(join(folder, "b.log"), join(folder, "a-link.log"));
  expect(await logPaths(["b.log", "-", "*.log", "./a.log", "-"], folder)).toEqual([
    "b.log",
    "-",
    "a.log",
    "c.log",
  ]);
});

test("a name that looks like a pattern, and one that isn't there", async () => {
  const folder = await folderWith("what?.log", "{x}.log");
  expect(await logPaths(["what?.log", "{x}.log", "no.log"], folder)).toEqual([
    "what?.log",
    "{x}.log",
    "no.log",
  ]);
  await expect(logPaths(["*.gz"], folder)).rejects.toMatchObject({
    code: "bad-option",
    message: "No file matches *.gz.",
  });
});
