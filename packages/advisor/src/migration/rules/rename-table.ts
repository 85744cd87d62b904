import { actionsOf } from "../actions-of.ts";
import { isInUse } from "../is-in-use.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { tableObject, tableText } from "../rule-objects.ts";

/** A table that running code calls by its old name. */
export const renameTable: MigrationRule = {
  code: "rename-table",
  severity: "error",
  check: (statement, { final, quote }) =>
    actionsOf(statement, "rename-table")
      // Another table takes the name over: two change places.
      .filter(({ table }) => isInUse(statement, table) && final.table(table) === null)
      .map(({ table, to }) => ({
        basis: "inferred",
        object: tableObject(table),
        message:
          `${tableText(table)} becomes ${tableText(to)}: until every server runs code that knows the new name, one of the two ` +
          "names fails.",
        advice:
          "Leave the table its name and call it something else in the code alone. Where it must change, put a view in its " +
          `place in the same transaction (CREATE VIEW ${quote(table.name)} AS SELECT * FROM ${quote(to.name)}) and drop the view one release later.`,
        steps: [],
        work: "none",
        table,
      })),
};
