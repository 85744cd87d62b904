import { dirname } from "node:path";
import { MigrationProblem, type MigrationScript, type TransactionScope } from "../migration.ts";
import type { Runner, RunnerInput } from "../runner.ts";
import { codeFiles, configAbove } from "./code-files.ts";
import { type Knex, recordingKnex } from "./knex-client.ts";
import { filesIfAny } from "./list-files.ts";
import type { MigrationModule } from "./load-module.ts";
import { readCodeFiles } from "./read-code-files.ts";
import { lineOf } from "./read-text.ts";
import { runCode } from "./run-code.ts";
import { textMatches } from "./text-matches.ts";
import { userPackage } from "./user-package.ts";
import { writeCode } from "./write-code.ts";

/** Of those that knex loads by default, the ones that Node can. */
const ENDINGS = [".js", ".cjs", ".mjs", ".ts"];
const CONFIGS = ENDINGS.map((ending) => `knexfile${ending}`);

/**
 * knex: files of code in the order of their names. All pending ones run in one transaction as long as none of them says
 * otherwise; each one's way back is a transaction of its own.
 */
export const knex: Runner = {
  name: "knex",
  title: "Knex",
  outsideTransaction: "`exports.config = { transaction: false }` in the migration.",

  async detect(path) {
    const files = codeFiles(await filesIfAny(path), ENDINGS);
    const uses = /\b(?:up|down)\b[^{]*?\(\s*knex\b|\bfrom\s+["']knex["']|import\(["']knex["']\)/;
    if (await textMatches(path, files, uses)) return "its files take a knex";
    const config = files.length > 0 ? await configAbove(dirname(path), CONFIGS) : null;
    return config === null ? null : `there is a ${config.name} above it`;
  },

  async read(input) {
    const config = await configAbove(dirname(input.path), CONFIGS);
    const disabled = /\bdisableTransactions\s*:\s*true\b/.test(config?.text ?? "");
    return readCodeFiles(input, ENDINGS, (module, path, file) => {
      const own = usesTransaction(module, disabled);
      const scopes = {
        up: own ? (disabled ? "migration" : "run") : "none",
        down: own ? "migration" : "none",
      } as const;
      const up = scriptOf(module, "up", path, file, scopes.up, input);
      if (up === null)
        throw new MigrationProblem(
          lineOf(file),
          `${file} exports no function up.`,
          "knex refuses a migration without up and down: write them, or move the file out of the folder.",
        );
      return { up, down: scriptOf(module, "down", path, file, scopes.down, input) };
    });
  },

  write: (steps, after) =>
    writeCode(steps, after, {
      parameter: "knex",
      type: "Knex",
      imports: { text: 'import { type Knex } from "knex";', value: false },
      call: (literal) => `await knex.raw(${literal})`,
      isAsync: true,
      outside: { exported: ["config", "{ transaction: false }"] },
    }),
};

/** The migration's own word counts before the configuration's. */
function usesTransaction({ config }: MigrationModule, disabled: boolean): boolean {
  const { transaction } = (config ?? {}) as { readonly transaction?: unknown };
  return typeof transaction === "boolean" ? transaction : !disabled;
}

function scriptOf(
  module: MigrationModule,
  direction: "up" | "down",
  path: string,
  file: string,
  transaction: TransactionScope,
  { dialect, splitStatements }: RunnerInput,
): MigrationScript | null {
  const action = module[direction];
  if (typeof action !== "function") return null;
  return {
    transaction,
    run: (send) =>
      runCode(path, file, splitStatements, send, async (recorder) => {
        const create = userPackage("knex", path, file);
        const db = recordingKnex(create, dialect, recorder, transaction !== "none");
        const migrate = (given: Knex) => (action as (db: Knex) => unknown)(given);
        await (transaction === "none" ? migrate(db) : db.transaction(migrate));
      }),
  };
}
