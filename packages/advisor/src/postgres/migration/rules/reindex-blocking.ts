import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableText, indexObject } from "../../../migration/rule-objects.ts";
import { concurrently, sqlName } from "./safe-steps.ts";

/** REINDEX without CONCURRENTLY. */
export const reindexBlocking: MigrationRule = {
  code: "reindex-blocking",
  severity: "error",
  down: true,
  check: (statement) =>
    actionsOf(statement, "reindex").flatMap((action) => {
      const { index } = action;
      const table = action.table ?? (index === null ? null : statement.schema.tableOf(index));
      if (action.concurrently || (table !== null && !isInUse(statement, table))) return [];
      const target =
        index === null
          ? action.table === null
            ? null
            : `TABLE CONCURRENTLY ${sqlName(action.table)}`
          : `INDEX CONCURRENTLY ${sqlName(index)}`;
      const subject = index ?? table;
      const name = table ?? subject ?? { schema: "", name: "" };
      return [
        {
          object: indexObject(name, index?.name ?? null, []),
          message:
            `REINDEX builds ${subject === null ? "every index" : tableText(subject)} anew under SHARE on the table and ACCESS EXCLUSIVE on the ` +
            "index: nobody writes the table until it is done, and queries that the planner looks at the index for wait as well.",
          advice:
            "Rebuild CONCURRENTLY, outside of a transaction: that takes longer and lets others read and write.",
          steps:
            target === null ? [] : [concurrently(`reindex ${name.name}`, `REINDEX ${target};`)],
          work: "index-build" as const,
          table,
        },
      ];
    }),
};
