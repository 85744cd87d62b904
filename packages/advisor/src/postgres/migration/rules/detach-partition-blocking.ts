import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import { concurrently, sqlName } from "./safe-steps.ts";

/** DETACH PARTITION ... CONCURRENTLY is of PostgreSQL 14. */
const CONCURRENTLY = 140_000;

/** DETACH PARTITION without CONCURRENTLY. */
export const detachPartitionBlocking: MigrationRule = {
  code: "detach-partition-blocking",
  severity: "warning",
  down: true,
  check: (statement, { serverVersion }) =>
    actionsOf(statement, "detach-partition")
      .filter((action) => !action.concurrently && isInUse(statement, action.table))
      .map(({ table, partition }) => ({
        object: tableObject(partition),
        message:
          `DETACH PARTITION waits for everybody who uses ${tableText(table)}, under ACCESS EXCLUSIVE: whoever comes after it waits in ` +
          "line, readers of the other partitions too.",
        advice:
          serverVersion >= CONCURRENTLY
            ? "Detach it CONCURRENTLY, outside of a transaction. PostgreSQL refuses that while there is a default partition."
            : "Set a short lock_timeout and try again until it gets through; PostgreSQL 14 can detach CONCURRENTLY.",
        steps:
          serverVersion >= CONCURRENTLY
            ? [
                concurrently(
                  `detach ${partition.name}`,
                  `ALTER TABLE ${sqlName(table)} DETACH PARTITION ${sqlName(partition)} CONCURRENTLY;`,
                ),
              ]
            : [],
        work: "none",
        table,
      })),
};
