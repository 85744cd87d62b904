import { actionsOf } from "../../../migration/actions-of.ts";
import { isAbsent } from "../../../migration/is-absent.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { indexObject, tableText } from "../../../migration/rule-objects.ts";
import { concurrently, sqlName } from "./safe-steps.ts";

/** DROP INDEX without CONCURRENTLY. */
export const dropIndexBlocking: MigrationRule = {
  code: "drop-index-blocking",
  severity: "warning",
  down: true,
  check: (statement) =>
    actionsOf(statement, "drop-index").flatMap(({ index, table: named, concurrently: gently }) => {
      const seen = statement.observation?.locks.find(({ blocksReads }) => blocksReads)?.table;
      const table = named ?? statement.schema.tableOf(index) ?? seen ?? index;
      const known = statement.schema.table(table);
      // A partitioned index can only be dropped so.
      if (gently || known?.partitioned === true || !isInUse(statement, table)) return [];
      if (isAbsent(statement, table)) return [];
      const ofTable = known === null && seen === undefined ? "its table" : tableText(table);
      return [
        {
          object: indexObject(table, index.name, []),
          message:
            `DROP INDEX waits for everybody who uses ${ofTable}, under ACCESS EXCLUSIVE: whoever comes after it waits in line, ` +
            "readers too.",
          advice:
            "Drop it CONCURRENTLY, outside of a transaction: that waits without keeping anybody out.",
          steps: [
            concurrently(
              `drop ${index.name}`,
              `DROP INDEX CONCURRENTLY IF EXISTS ${sqlName(index)};`,
            ),
          ],
          work: "none" as const,
          table,
        },
      ];
    }),
};
