import { rewriteRule } from "./rewrite-rule.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";

/** VACUUM FULL. */
export const vacuumFull: MigrationRule = rewriteRule({
  code: "vacuum-full",
  commands: ["VACUUM FULL"],
  message: (table) =>
    `VACUUM FULL writes all of ${table} anew, with its indexes, under ACCESS EXCLUSIVE: nobody reads or writes it until it is done.`,
  advice:
    "A plain VACUUM lets the table use its free space again and blocks nobody. Where the disk must have it back, pg_repack does so " +
    "while others use the table; that is no job for a migration.",
});
