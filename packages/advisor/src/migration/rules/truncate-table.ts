import { actionsOf } from "../actions-of.ts";
import { isInUse } from "../is-in-use.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { tableObject, tableText } from "../rule-objects.ts";

/** TRUNCATE of a table that may hold rows. */
export const truncateTable: MigrationRule = {
  code: "truncate-table",
  severity: "error",
  check: (statement) =>
    actionsOf(statement, "truncate")
      .filter(({ table }) => isInUse(statement, table))
      .map(({ table }) => ({
        object: tableObject(table),
        message:
          `All rows of ${tableText(table)} are removed: only a backup brings them back, and readers wait until the ` +
          "transaction is done.",
        advice:
          "Make sure that nobody needs the rows. Where only some have to go, or others read meanwhile, DELETE them in batches " +
          "outside of the migration.",
        steps: [],
        work: "none",
        table,
      })),
};
