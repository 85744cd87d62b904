import { type Effects, type ReadEffects, locksInUse } from "../effects.ts";
import { actionsOf } from "../actions-of.ts";
import { isInUse } from "../is-in-use.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { tableObject, tableText } from "../rule-objects.ts";

/** UPDATE or DELETE of all rows in one statement. */
export function updateAllRows(effectsOf: ReadEffects): MigrationRule {
  return {
    code: "update-all-rows",
    severity: "warning",
    check: (statement) => {
      const effects: Effects = effectsOf(statement);
      // Behind a strong lock it is worse than this: `lock-held-long` says so.
      if (locksInUse(statement, effects.held).length > 0) return [];
      return actionsOf(statement, "write-rows")
        .filter(
          ({ table, command, filtered }) =>
            (command === "update" || command === "delete") &&
            !filtered &&
            isInUse(statement, table),
        )
        .map(({ table, command }) => ({
          basis: "inferred",
          object: tableObject(table),
          message:
            `${command === "update" ? "UPDATE" : "DELETE"} without WHERE changes every row of ${tableText(table)} in one ` +
            "transaction: whoever writes one of them waits until all are done, and the old versions of all rows stay behind.",
          advice:
            "Change some thousand rows at a time, each batch in a transaction of its own, from a job rather than from the " +
            "migration.",
          steps: [],
          work: "none",
          table,
        }));
    },
  };
}
