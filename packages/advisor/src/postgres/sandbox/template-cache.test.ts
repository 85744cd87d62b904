import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheDirectory, readTemplate, writeTemplate } from "./template-cache.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbadvise-cache-"));
});
afterEach(() => rm(directory, { recursive: true }));

const body = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);

test("gives back what was written, and leaves nothing else behind", async () => {
  const path = join(directory, "sub", "one.template");
  await writeTemplate(path, body);
  expect(await readTemplate(path)).toEqual(body);
  expect(await readdir(join(directory, "sub"))).toEqual(["one.template"]);
});

test("takes a cut, changed or missing file for none", async () => {
  const path = join(directory, "one.template");
  expect(await readTemplate(path)).toBeNull();
  await writeTemplate(path, body);
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, 4000));
  expect(await readTemplate(path)).toBeNull();
  const changed = Uint8Array.from(whole);
  changed[17] = 255;
  await writeFile(path, changed);
  expect(await readTemplate(path)).toBeNull();
  await writeFile(path, "");
  expect(await readTemplate(path)).toBeNull();
});

test("bears a directory that can't be made", async () => {
  const file = join(directory, "file");
  await writeFile(file, "");
  await writeTemplate(join(file, "one.template"), body);
  expect(await readTemplate(join(file, "one.template"))).toBeNull();
});

test("follows each platform's custom", () => {
  expect(cacheDirectory({ HOME: "/h", XDG_CACHE_HOME: "/x" }, "linux")).toBe(
    join("/x", "dbadvise"),
  );
  expect(cacheDirectory({ HOME: "/h" }, "linux")).toBe(join("/h", ".cache", "dbadvise"));
  expect(cacheDirectory({ HOME: "/h" }, "darwin")).toBe(
    join("/h", "Library", "Caches", "dbadvise"),
  );
  expect(cacheDirectory({ HOME: "/h", LOCALAPPDATA: "/l" }, "win32")).toBe(
    join("/l", "dbadvise", "Cache"),
  );
});
