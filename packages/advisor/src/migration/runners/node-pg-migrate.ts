import { dirname, extname, join } from "node:path";
import type { SplitStatements } from "../../log/open-sql-file.ts";
import {
  type Migration,
  MigrationProblem,
  type MigrationScript,
  type TransactionScope,
} from "../migration.ts";
import type { Runner, RunnerInput } from "../runner.ts";
import { codeFiles, configAbove, exportsOfFile } from "./code-files.ts";
import { filesIfAny, listFiles } from "./list-files.ts";
import { loadModule, type MigrationModule } from "./load-module.ts";
import { locateStatements } from "./locate-statements.ts";
import { runPgMigration, type Shorthands } from "./pg-migration.ts";
import { lineOf, pathBelow, readText } from "./read-text.ts";
import { brokenScript, sqlScript } from "./sql-script.ts";
import { textMatches } from "./text-matches.ts";
import { writeCode } from "./write-code.ts";

const ENDINGS = [".js", ".ts", ".cjs", ".mjs", ".cts", ".mts"];
const UP = /^\s*--[\s-]*up\s+migration/im;
const DOWN = /^\s*--[\s-]*down\s+migration/im;

/**
 * node-pg-migrate: files of code and of SQL that begin with a number, in its order. The command runs all pending ones in one
 * transaction (`--single-transaction` is its default), which a migration leaves by `pgm.noTransaction()`.
 */
export const nodePgMigrate: Runner = {
  name: "node-pg-migrate",
  title: "node-pg-migrate",
  outsideTransaction: "`pgm.noTransaction()` in the migration; a file of SQL can't.",

  async detect(path) {
    const names = await filesIfAny(path);
    if (await textMatches(path, sqlFiles(names), UP))
      return "its files are marked with `-- Up Migration`";
    const uses = /\bpgm\.\w+|["']node-pg-migrate["']/;
    return (await textMatches(path, codeFiles(names, ENDINGS), uses))
      ? "its files take a pgm"
      : null;
  },

  async read(input) {
    const wanted = await defaultScope(input.path);
    const names = await listFiles(input.path);
    const migrations: Migration[] = [];
    let shorthands: Shorthands = {};
    for (const name of [...codeFiles(names, ENDINGS), ...sqlFiles(names)].toSorted(inOrder)) {
      const path = join(input.path, name);
      const file = pathBelow(input.directory, path);
      const base = { name: name.slice(0, -extname(name).length), file };
      try {
        if (extname(name) === ".sql") {
          const { up, down } = readSql(await readText(path, file), file, wanted, input);
          migrations.push({ ...base, up, down });
          continue;
        }
        const module = await loadModule(path, file);
        shorthands = { ...shorthands, ...(module["shorthands"] as Shorthands | undefined) };
        const { splitStatements } = input;
        const code = { module, path, file, shorthands, wanted, splitStatements };
        migrations.push({
          ...base,
          exports: await exportsOfFile(path),
          up: scriptOf("up", code),
          down: module["down"] === false ? null : scriptOf("down", code),
        });
      } catch (error) {
        if (!(error instanceof MigrationProblem)) throw error;
        migrations.push({ ...base, up: brokenScript(error), down: null });
      }
    }
    return migrations;
  },

  write: (steps, after) =>
    writeCode(steps, after.file.endsWith(".sql") ? { ...after, file: `${after.name}.js` } : after, {
      parameter: "pgm",
      type: "MigrationBuilder",
      imports: { text: 'import { type MigrationBuilder } from "node-pg-migrate";', value: false },
      call: (literal) => `pgm.sql(${literal})`,
      isAsync: false,
      outside: { line: "pgm.noTransaction();" },
    }),
};

function sqlFiles(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith(".sql"));
}

/** By the number, of which 17 digits are a moment in UTC, then by the name. */
function inOrder(a: string, b: string): number {
  return (
    numberOf(a) - numberOf(b) ||
    a.localeCompare(b, undefined, {
      numeric: true,
      sensitivity: "variant",
      ignorePunctuation: true,
    })
  );
}

function numberOf(name: string): number {
  const [digits = "0"] = /^\d+/.exec(name) ?? [];
  const moment = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits);
  if (moment === null) return Number(digits);
  const [, year, month, day, hour, minute, second, ms] = moment.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, ms);
}

async function defaultScope(path: string): Promise<TransactionScope> {
  const config = await configAbove(dirname(path), [
    ".node-pg-migraterc",
    ".node-pg-migraterc.json",
    "config/default.json",
    "package.json",
  ]);
  return /"single-?[tT]ransaction"\s*:\s*false/.test(config?.text ?? "") ? "migration" : "run";
}

function readSql(
  text: string,
  file: string,
  scope: TransactionScope,
  { splitStatements }: RunnerInput,
): { readonly up: MigrationScript; readonly down: MigrationScript | null } {
  const [up, down] = [text.search(UP), text.search(DOWN)];
  const part = (start: number, end: number): MigrationScript =>
    sqlScript(
      locateStatements(
        file,
        text,
        splitStatements,
        start,
        end === -1 || end < start ? undefined : end,
      ),
      scope,
    );
  return {
    // Without a mark of its own it is the whole file, whatever else is marked.
    up: up === -1 ? part(0, -1) : part(up, down),
    down: down === -1 ? null : part(down, up),
  };
}

function scriptOf(
  direction: "up" | "down",
  code: {
    readonly module: MigrationModule;
    readonly path: string;
    readonly file: string;
    readonly shorthands: Shorthands;
    readonly wanted: TransactionScope;
    readonly splitStatements: SplitStatements;
  },
): MigrationScript {
  const { module, path, file, shorthands, wanted, splitStatements } = code;
  // Without a function of its own, down is up in reverse.
  const own = direction === "down" && module["down"] !== undefined ? module["down"] : module["up"];
  if (typeof own !== "function")
    return brokenScript(
      new MigrationProblem(
        lineOf(file),
        `${file} exports no function ${direction}.`,
        "node-pg-migrate refuses it: write the function, or move the file out of the folder.",
      ),
    );
  const action = own as (...given: readonly unknown[]) => unknown;
  const reverse = direction === "down" && module["down"] === undefined;
  const outside = /\bnoTransaction\b/.test(Function.prototype.toString.call(action));
  return {
    transaction: outside ? "none" : wanted,
    run: (send) =>
      runPgMigration({ path, file, action, reverse, outside, shorthands, send, splitStatements }),
  };
}
