import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import { tableKey, type TableName } from "../../../catalog/catalog.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { ActionOf } from "../../../migration/actions-of.ts";
import { workOf } from "./effects-of.ts";

/** ATTACH PARTITION that has to read the partition, or the default one. */
export const attachPartitionScan: MigrationRule = {
  code: "attach-partition-scan",
  severity: "error",
  down: true,
  check: (statement) =>
    actionsOf(statement, "attach-partition").flatMap((action) =>
      scannedTables(statement, action).map((scanned) => {
        const isDefault = tableKey(scanned) !== tableKey(action.partition);
        return {
          object: tableObject(scanned),
          message: isDefault
            ? `Every row of the default partition ${tableText(scanned)} is checked against the new bounds under ACCESS EXCLUSIVE: ` +
              "nobody reads or writes it until it is done."
            : `Every row of ${tableText(scanned)} is checked against the bounds under ACCESS EXCLUSIVE: nobody reads or writes it ` +
              `until it is done, nor, through it, ${tableText(action.table)}.`,
          advice:
            `Add a CHECK to ${tableText(scanned)} that says ${isDefault ? "that no row is within the new bounds" : "the same as the bounds, NOT NULL included"}, NOT VALID; ` +
            "validate it in a migration of its own; then attach, which looks at no row, and drop the CHECK.",
          steps: [],
          work: "scan" as const,
          table: scanned,
        };
      }),
    ),
};

function scannedTables(
  statement: CheckedStatement,
  action: ActionOf<"attach-partition">,
): readonly TableName[] {
  const { observation } = statement;
  const scanned =
    observation !== null
      ? observation.scanned
      : workOf(statement, action) === "none"
        ? []
        : [action.partition];
  return scanned.filter((table) => isInUse(statement, table));
}
