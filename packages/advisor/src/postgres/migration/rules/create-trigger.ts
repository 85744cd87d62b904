import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import { brieflyLocking } from "./safe-steps.ts";

/** CREATE TRIGGER that waits for its lock without a limit. */
export const createTrigger: MigrationRule = {
  code: "create-trigger",
  severity: "warning",
  down: true,
  check: (statement) =>
    (statement.lockTimeoutMs ?? 0) > 0
      ? []
      : actionsOf(statement, "create-trigger")
          .filter(({ table }) => isInUse(statement, table))
          .map(({ table, name }) => ({
            object: tableObject(table),
            message:
              `Trigger ${name} takes SHARE ROW EXCLUSIVE on ${tableText(table)} and waits for it without a limit: behind one open ` +
              "transaction that wrote the table, everybody who wants to write it waits in line too.",
            advice:
              "Set a lock_timeout first, and create the trigger in a migration of its own: it then takes a moment or gives up.",
            steps: [
              brieflyLocking(statement, `create ${name}`, [`${statement.statement.sql.trim()};`]),
            ],
            work: "none" as const,
            table,
          })),
};
