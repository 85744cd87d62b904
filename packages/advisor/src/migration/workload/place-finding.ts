import type { CheckedStatement } from "../migration-rule.ts";
import type { WorkloadFinding } from "./workload-check.ts";

/** The parts of a finding that its statement gives. What planned it was a database with the change in it: `measured`. */
export function placeOf({
  statement,
  migration,
}: CheckedStatement): Pick<WorkloadFinding, "place" | "migration" | "statement" | "basis"> {
  return {
    place: statement.place,
    migration: migration.name,
    statement: statement.sql,
    basis: "measured",
  };
}
