import type { MigrationScript, MigrationStatement, TransactionScope } from "../migration.ts";
import { MigrationProblem } from "../migration.ts";
import type { MigrationDialect } from "../migration-dialect.ts";

/** A script whose statements are known. */
export function sqlScript(
  statements: readonly MigrationStatement[],
  transaction: TransactionScope,
): MigrationScript {
  return {
    transaction,
    async run(send) {
      for (const statement of statements) await send(statement);
    },
  };
}

/** A script that can't be run: it throws why. */
export function brokenScript(problem: MigrationProblem): MigrationScript {
  return { transaction: "none", run: () => Promise.reject(problem) };
}

/** What `read` gives, or a script that throws the problem which `read` found. */
export async function scriptOrProblem(
  read: () => Promise<MigrationScript>,
): Promise<MigrationScript> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MigrationProblem) return brokenScript(error);
    throw error;
  }
}

/** Which transaction statements share that a tool sends as one text, without a BEGIN of its own. */
export function scopeOfOneText(
  statements: readonly MigrationStatement[],
  { oneTextIsOneTransaction }: MigrationDialect,
): TransactionScope {
  return statements.length > 1 && oneTextIsOneTransaction ? "migration" : "none";
}
