import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { postgresMigration } from "../../postgres/migration/engine.ts";
import { createProject } from "./testing/project.ts";

/** What a file exports, by Node alone: the test runner has a loader of its own. */
async function load(
  files: Readonly<Record<string, string>>,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  await using project = await createProject(postgresMigration, files);
  const program = `
    import { loadModule } from ${JSON.stringify(join(import.meta.dirname, "load-module.ts"))};
    const told = await loadModule(${JSON.stringify(join(project.folder, path))}, ${JSON.stringify(path)}).then(
      (module) => ({ ...module, stack: undefined, line: module.stack?.().match(/${path}\\S*?:(\\d+)/)?.[1] }),
      ({ message, hint, place }) => ({ message, hint, line: place.line }),
    );
    process.stdout.write(JSON.stringify(told));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    program,
  ]);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

test("types may be imported as if they were values, and every line keeps its place", async () => {
  const files = {
    "a.ts": `import { Knex } from "knex";
import {
  type ColumnDefinitions as Columns, MigrationBuilder,
  sql,
} from "./own/values";

export const stack = (given?: Knex, other?: MigrationBuilder & Columns) => new Error("x").stack;
export const value = sql;
`,
    "own/values.ts": `export interface MigrationBuilder {}
export interface ColumnDefinitions {}
export const sql = "select 1";
`,
  };
  expect(await load(files, "a.ts")).toEqual({ value: "select 1", line: "7" });
});

test("a value that is not there is told with what to do about types", async () => {
  const files = {
    "package.json": '{ "type": "module" }',
    "a.ts": 'import { Generated } from "kysely";\nexport const value = Generated;\n',
  };
  expect(await load(files, "a.ts")).toEqual({
    message: expect.stringContaining("does not provide an export named 'Generated'"),
    hint: expect.stringContaining("import type"),
    line: 1,
  });
});

test("a module that awaits something at its top level", async () => {
  expect(await load({ "a.mjs": "export const value = await 7;" }, "a.mjs")).toEqual({ value: 7 });
});

test("what CommonJS exports, and a default export's parts", async () => {
  expect(await load({ "a.cjs": "exports.value = 1;" }, "a.cjs")).toMatchObject({ value: 1 });
  expect(await load({ "a.mjs": "export default { value: 2 };" }, "a.mjs")).toMatchObject({
    value: 2,
  });
});
