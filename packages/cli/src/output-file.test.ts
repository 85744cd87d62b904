import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkOutputFile, writeOutputFile } from "./output-file.ts";
import { newFolder } from "./testing/new-folder.ts";

test("writes a new file and replaces an old one, and leaves nothing else", async () => {
  const folder = await newFolder();
  const path = join(folder, "report.txt");
  await checkOutputFile(path);
  await writeOutputFile(path, "first");
  await checkOutputFile(path);
  await writeOutputFile(path, "second");
  expect(await readFile(path, "utf8")).toBe("second");
  expect(await readdir(folder)).toEqual(["report.txt"]);
});

test("a link stays a link", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "real.txt"), "old");
  await symlink("real.txt", join(folder, "link.txt"));
  await writeOutputFile(join(folder, "link.txt"), "new");
  expect(await readFile(join(folder, "real.txt"), "utf8")).toBe("new");
  expect(await readFile(join(folder, "link.txt"), "utf8")).toBe("new");
});

test("a device is written to, not replaced", async () => {
  await checkOutputFile("/dev/null");
  await writeOutputFile("/dev/null", "gone");
  expect((await readdir("/dev")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("names what is wrong before the work", async () => {
  const folder = await newFolder();
  await mkdir(join(folder, "reports"));
  await writeFile(join(folder, "file"), "");
  await expect(checkOutputFile(join(folder, "reports"))).rejects.toThrow("is a directory");
  await expect(checkOutputFile(join(folder, "missing", "report.txt"))).rejects.toThrow(
    "does not exist",
  );
  await expect(checkOutputFile(join(folder, "file", "report.txt"))).rejects.toThrow(
    "is not a folder",
  );
});

test("a failed write names the file and leaves nothing behind", async () => {
  const folder = await newFolder();
  const path = join(folder, "x".repeat(300));
  await expect(writeOutputFile(path, "text")).rejects.toThrow(
    `The output ${path} can't be written: `,
  );
  expect(await readdir(folder)).toEqual([]);
});
