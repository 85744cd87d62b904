import { actionsOf } from "../../../migration/actions-of.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableText } from "../../../migration/rule-objects.ts";
import { concurrently } from "./safe-steps.ts";

/** From here on a transaction may add a value, though not use it. */
const IN_TRANSACTION = 120_000;

/** ALTER TYPE ... ADD VALUE where the server refuses it. */
export const enumValueInTransaction: MigrationRule = {
  code: "enum-value-in-transaction",
  severity: "error",
  down: true,
  check: (statement, { runner, serverVersion }) => {
    if (!statement.inTransaction || serverVersion >= IN_TRANSACTION) return [];
    return actionsOf(statement, "add-enum-value").map(({ type, value }) => ({
      basis: "inferred",
      object: { type: "column", schema: type.schema, table: type.name, name: null, columns: [] },
      message: `PostgreSQL before 12 refuses to add the value ${value} to ${tableText(type)} inside a transaction, where ${runner.title} runs it.`,
      advice:
        runner.outsideTransaction === null
          ? "The statement needs to be run outside of a transaction."
          : `Put it into a migration of its own. ${runner.outsideTransaction}`,
      steps: [concurrently(`${type.name} value`, `${statement.statement.sql.trim()};`)],
      work: "none",
      table: null,
    }));
  },
};
