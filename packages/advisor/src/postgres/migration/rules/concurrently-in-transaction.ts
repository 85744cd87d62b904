import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import type { TableName } from "../../../catalog/catalog.ts";
import { isConcurrent } from "./effects-of.ts";
import { concurrently } from "./safe-steps.ts";

/** CONCURRENTLY where the migration tool has begun a transaction. */
export const concurrentlyInTransaction: MigrationRule = {
  code: "concurrently-in-transaction",
  severity: "error",
  down: true,
  check: (statement, { runner }) => {
    if (!statement.inTransaction) return [];
    return statement.actions.filter(isConcurrent).map((action) => {
      const table = tableOf(action);
      return {
        basis: "inferred",
        object: tableObject(table),
        message:
          `${runner.title} runs this in a transaction, where PostgreSQL refuses CONCURRENTLY: the migration fails on ` +
          `${tableText(table)}.`,
        advice:
          runner.outsideTransaction === null
            ? "The statement needs to be run outside of a transaction."
            : `Put it into a migration of its own. ${runner.outsideTransaction}`,
        steps: [concurrently(`${table.name} concurrently`, `${statement.statement.sql.trim()};`)],
        work: "none",
        table,
      };
    });
  },
};

function tableOf(action: SchemaAction): TableName {
  if (action.kind === "create-index") return action.index.table;
  if (action.kind === "drop-index" || action.kind === "reindex") {
    return action.table ?? action.index ?? { schema: "", name: "" };
  }
  return "table" in action && action.table !== null && action.table !== undefined
    ? action.table
    : { schema: "", name: "" };
}
