import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { constraintObject, tableText } from "../../../migration/rule-objects.ts";
import { addedConstraints } from "./added-constraints.ts";
import { workOf } from "./effects-of.ts";

/** EXCLUDE: its index can only be built under the strongest lock. */
export const addExclusionConstraint: MigrationRule = {
  code: "add-exclusion-constraint",
  severity: "error",
  down: true,
  check: (statement) =>
    addedConstraints(statement, "exclude")
      .filter(
        ({ action, table }) => isInUse(statement, table) && workOf(statement, action) !== "none",
      )
      .map(({ table, constraint }) => ({
        object: constraintObject(table, constraint.name, constraint.columns),
        message:
          `The index of the exclusion constraint is built under ACCESS EXCLUSIVE: nobody reads or writes ${tableText(table)} until ` +
          "it is done.",
        advice:
          "PostgreSQL has no way to build it beside reads and writes. Do it when nobody needs the table; or make a new table with " +
          "the constraint, copy the rows while a trigger keeps both alike, and let the two change names.",
        steps: [],
        work: "index-build",
        table,
      })),
};
