import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeInStack } from "./call-place.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbadvise-place-"));
  await mkdir(join(folder, "my (own) dir"));
  await writeFile(join(folder, "my (own) dir", "a.ts"), "");
  await symlink(join(folder, "my (own) dir"), join(folder, "link"));
});
afterAll(() => rm(folder, { recursive: true }));

function placed(frame: (path: string, url: string) => string, name = "my (own) dir/a.ts") {
  const path = join(folder, name);
  const real = join(folder, "my (own) dir/a.ts");
  const stack = `Error: x\n    at other (/elsewhere/a.ts:9:9)\n${frame(real, pathToFileURL(real).href)}\n    at last (/a.ts:1:1)`;
  const place = placeInStack(stack, path, "a.ts");
  return place === null ? null : [place.line, place.column];
}

test("frames of functions, of modules, of awaiting callers, and of what was loaded anew", () => {
  expect(placed((path) => `    at exports.up (${path}:3:5)`)).toEqual([3, 5]);
  expect(placed((path) => `    at ${path}:3:5`)).toEqual([3, 5]);
  expect(placed((_, url) => `    at async up (${url}:7:1)`)).toEqual([7, 1]);
  expect(placed((_, url) => `    at async ${url}?types=none:7:1`)).toEqual([7, 1]);
  // A syntax error's first line.
  expect(placed((path) => `${path}:12`)).toEqual([12, 1]);
});

test("a file behind a link is the same file; another with a longer name is not", () => {
  expect(placed((path) => `    at up (${path}:3:5)`, "link/a.ts")).toEqual([3, 5]);
  expect(placed((path) => `    at up (/more${path}:3:5)`)).toBeNull();
  expect(placed((path) => `    at up (${path}x:3:5)`)).toBeNull();
});
