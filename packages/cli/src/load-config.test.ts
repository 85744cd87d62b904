import { expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";
import { newFolder } from "./testing/new-folder.ts";

test("no file is an empty configuration", async () => {
  expect(await loadConfig(await newFolder())).toEqual({});
});

test.each([
  ["dbadvise.config.json", '{ "url": "postgres://localhost/shop", "failOn": "error" }'],
  ["dbadvise.config.js", 'export default { url: "postgres://localhost/shop", failOn: "error" };'],
  [
    "dbadvise.config.ts",
    'const failOn: string = "error";\nexport default { url: "postgres://localhost/shop", failOn };',
  ],
])("%s", async (name, text) => {
  const folder = await newFolder({ [name]: text, "package.json": '{ "type": "module" }' });
  expect(await loadConfig(folder)).toEqual({ url: "postgres://localhost/shop", failOn: "error" });
});

test.each([
  [
    "an unknown key by its name",
    '{ "urls": "postgres://localhost/shop" }',
    'dbadvise.config.json has an unknown key "urls".',
  ],
  [
    "a key that every object has",
    '{ "constructor": 1 }',
    'dbadvise.config.json has an unknown key "constructor".',
  ],
  ["a wrong value", '{ "failOn": "fatal" }', 'In dbadvise.config.json, failOn is "fatal".'],
  ["an empty list", '{ "log": [] }', "In dbadvise.config.json, log is []."],
  ["a wrong type", '{ "statements": "no" }', 'In dbadvise.config.json, statements is "no".'],
  ["no object", "[1]", "dbadvise.config.json does not hold a configuration."],
  ["broken JSON", "{ url: 1 }", "dbadvise.config.json can't be loaded: "],
])("refuses %s", async (_, text, message) => {
  await expect(loadConfig(await newFolder({ "dbadvise.config.json": text }))).rejects.toThrow(
    message,
  );
});

test("a module without a default export is told so", async () => {
  const folder = await newFolder({
    "dbadvise.config.js": "export const url = 1;",
    "package.json": '{ "type": "module" }',
  });
  await expect(loadConfig(folder)).rejects.toThrow(
    "dbadvise.config.js does not hold a configuration.",
  );
});

test("two files are one too many", async () => {
  const folder = await newFolder({
    "dbadvise.config.json": "{}",
    "dbadvise.config.js": "export default {};",
  });
  await expect(loadConfig(folder)).rejects.toThrow(
    "There are two configuration files: dbadvise.config.js and dbadvise.config.json.",
  );
});
