import { join } from "node:path";
import { type Migration, MigrationProblem } from "../migration.ts";
import type { RunnerInput } from "../runner.ts";
import { codeFiles, exportsOfFile } from "./code-files.ts";
import { listFiles } from "./list-files.ts";
import { loadModule, type MigrationModule } from "./load-module.ts";
import { pathBelow } from "./read-text.ts";
import { brokenScript } from "./sql-script.ts";

/** Scripts of a file of code. Throws `MigrationProblem` where the tool would refuse it; `null`: the tool leaves it out. */
export type ReadScripts = (
  module: MigrationModule,
  path: string,
  file: string,
) => Pick<Migration, "up" | "down"> | null;

/** A folder's files of code as migrations, in the order of their names. One that can't be read is a migration all the same. */
export async function readCodeFiles(
  input: RunnerInput,
  endings: readonly string[],
  readScripts: ReadScripts,
): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const name of codeFiles(await listFiles(input.path), endings)) {
    const path = join(input.path, name);
    const file = pathBelow(input.directory, path);
    const base = {
      name: name.replace(/\.[cm]?[jt]s$/, ""),
      file,
      exports: await exportsOfFile(path),
    };
    try {
      const scripts = readScripts(await loadModule(path, file), path, file);
      if (scripts !== null) migrations.push({ ...base, ...scripts });
    } catch (error) {
      if (!(error instanceof MigrationProblem)) throw error;
      migrations.push({ ...base, up: brokenScript(error), down: null });
    }
  }
  return migrations;
}
