import { dirname } from "node:path";
import type { MigrationScript } from "../migration.ts";
import type { Runner, RunnerInput, SafeStep } from "../runner.ts";
import { codeFiles, configAbove } from "./code-files.ts";
import { type Kysely, type KyselyModule, recordingKysely } from "./kysely-dialect.ts";
import { filesIfAny } from "./list-files.ts";
import type { MigrationModule } from "./load-module.ts";
import { readCodeFiles } from "./read-code-files.ts";
import { runCode } from "./run-code.ts";
import { textMatches } from "./text-matches.ts";
import { userPackage } from "./user-package.ts";
import { writeCode } from "./write-code.ts";

/** Those that Kysely's FileMigrationProvider and kysely-ctl load. */
const ENDINGS = [".ts", ".js", ".mts", ".mjs", ".cts", ".cjs"];
const CONFIGS = ENDINGS.flatMap((ending) => [
  `kysely.config${ending}`,
  `.config/kysely.config${ending}`,
]);

/**
 * Kysely: files of code in the order of their names. The Migrator runs all pending ones in one transaction where the
 * database can, unless it was told `disableTransactions`; up to Kysely 0.29 there is nothing a migration itself can say.
 */
export const kysely: Runner = {
  name: "kysely",
  title: "Kysely",
  outsideTransaction:
    "Only a whole run can be taken out of its transaction: `disableTransactions: true` of the Migrator, or `kysely migrate:up " +
    "--no-transaction`.",

  async detect(path) {
    const files = codeFiles(await filesIfAny(path), ENDINGS);
    if (await textMatches(path, files, /\bfrom\s+["']kysely["']|\brequire\(["']kysely["']\)/))
      return "its files import kysely";
    return null;
  },

  async read(input) {
    const transaction = (await transactionsDisabled(input)) ? "none" : "run";
    return readCodeFiles(input, ENDINGS, (module, path, file) => {
      const up = scriptOf(module, "up", path, file, transaction, input);
      // Kysely leaves files out that are no migrations.
      if (up === null) return null;
      return { up, down: scriptOf(module, "down", path, file, transaction, input) };
    });
  },

  write(steps, after) {
    if (after.up.transaction !== "none" && steps.some((step) => step.outsideTransaction))
      return null;
    const outside = after.up.transaction === "none";
    return writeCode(outside ? steps.map(forSession) : steps, after, {
      parameter: "db",
      type: "Kysely<unknown>",
      imports: { text: 'import { type Kysely, sql } from "kysely";', value: true },
      call: (literal) => `await sql${literal}.execute(db)`,
      isAsync: true,
      outside: {},
    });
  },
};

/** SET LOCAL does nothing where there is no transaction. */
function forSession(step: SafeStep): SafeStep {
  const set = (sql: string): string => sql.replace(/^set\s+local\b/i, "SET");
  return { ...step, up: step.up.map(set), down: step.down.map(set) };
}

function scriptOf(
  module: MigrationModule,
  direction: "up" | "down",
  path: string,
  file: string,
  wanted: "run" | "none",
  { dialect, splitStatements }: RunnerInput,
): MigrationScript | null {
  const action = module[direction];
  if (typeof action !== "function") return null;
  const transaction = dialect.transactionalDdl ? wanted : "none";
  return {
    transaction,
    run: (send) =>
      runCode(path, file, splitStatements, send, async (recorder) => {
        const kyselyModule = userPackage("kysely", path, file) as KyselyModule;
        const db = recordingKysely(kyselyModule, dialect, recorder, transaction !== "none");
        const migrate = (given: Kysely) => (action as (db: Kysely) => unknown)(given);
        // As the Migrator gives it: a transaction refuses what can't be done in one.
        await (transaction === "none" ? db.connection() : db.transaction()).execute(migrate);
      }),
  };
}

async function transactionsDisabled({ path, note }: RunnerInput): Promise<boolean> {
  const config = await configAbove(dirname(path), CONFIGS);
  if (config !== null) return /\bdisableTransactions\s*:\s*true\b/.test(config.text);
  note?.(
    "There is no kysely.config: all pending migrations are taken to run in one transaction, as Kysely's Migrator does unless it is " +
      "told `disableTransactions`.",
  );
  return false;
}
