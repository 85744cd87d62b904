import { rewriteRule } from "./rewrite-rule.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { sqlName, unhurried } from "./safe-steps.ts";

/** REFRESH MATERIALIZED VIEW without CONCURRENTLY. */
export const refreshBlocking: MigrationRule = rewriteRule({
  code: "refresh-blocking",
  commands: ["REFRESH MATERIALIZED VIEW"],
  message: (view) =>
    `${view} is filled anew under ACCESS EXCLUSIVE: nobody reads it until its query is done.`,
  advice:
    "Refresh it CONCURRENTLY, which lets others read the old rows meanwhile. That takes a unique index on columns of the view, " +
    "without a condition.",
  steps: (view) => [
    unhurried(`refresh ${view.name}`, `REFRESH MATERIALIZED VIEW CONCURRENTLY ${sqlName(view)};`),
  ],
});
