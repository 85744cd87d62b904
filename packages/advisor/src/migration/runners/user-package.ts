import { createRequire } from "node:module";
import { dirname } from "node:path";
import { MigrationProblem } from "../migration.ts";
import { lineOf } from "./read-text.ts";

/** `require` as a file of the user's has it. */
export function requireFrom(path: string): (name: string) => unknown {
  return createRequire(path);
}

/** Whether an error says that a module is not there. */
export function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND";
}

/** A package of the project that a migration file belongs to. Throws `MigrationProblem` where it is not installed. */
export function userPackage(name: string, path: string, file: string): unknown {
  try {
    return requireFrom(path)(name);
  } catch (error) {
    throw new MigrationProblem(
      lineOf(file),
      isMissing(error)
        ? `The package ${name}, which runs ${file}, is not installed.`
        : `The package ${name} can't be loaded: ${error instanceof Error ? error.message : String(error)}`,
      `Install the project's packages before the check: ${name} is looked for from ${dirname(file) || "."} upwards.`,
      { cause: error },
    );
  }
}
