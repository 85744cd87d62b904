import { rewriteRule } from "./rewrite-rule.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";

/** CLUSTER. */
export const clusterTable: MigrationRule = rewriteRule({
  code: "cluster-table",
  commands: ["CLUSTER"],
  message: (table) =>
    `CLUSTER writes all of ${table} anew, with its indexes, under ACCESS EXCLUSIVE: nobody reads or writes it until it is done.`,
  advice:
    "Leave it out: the order does not last anyway. Where it pays, pg_repack sorts the table while others " +
    "use it; that is no job for a migration.",
});
