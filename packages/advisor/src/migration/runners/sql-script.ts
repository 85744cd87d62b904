import type { MigrationScript, MigrationStatement, TransactionScope } from "../migration.ts";
import { MigrationProblem } from "../migration.ts";
import type { MigrationDialect } from "../runner.ts";

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

/** Whether several statements sent as one text are one transaction: PostgreSQL's simple query protocol makes them one. */
const ONE_TEXT_IS_ONE_TRANSACTION: Readonly<Record<MigrationDialect, boolean>> = {
  postgres: true,
  mysql: false,
};

/** Which transaction statements share that a tool sends as one text, without a BEGIN of its own. */
export function scopeOfOneText(
  statements: readonly MigrationStatement[],
  dialect: MigrationDialect,
): TransactionScope {
  return statements.length > 1 && ONE_TEXT_IS_ONE_TRANSACTION[dialect] ? "migration" : "none";
}
