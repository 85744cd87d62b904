import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import { wayOf } from "./way-of.ts";

/** ALTER TABLE in place, but under a lock. */
export const writesBlocked: MigrationRule = {
  code: "writes-blocked",
  severity: "error",
  down: true,
  check: (statement, context) => {
    const way = wayOf(statement, context);
    if (way === null || way.algorithm === "COPY" || way.lock === "NONE") return [];
    const { basis, lock, table } = way;
    const asked = /\block\s*=?\s*(?:shared|exclusive)\b/i.test(statement.statement.sql);
    return [
      {
        basis,
        object: tableObject(table),
        message:
          `${tableText(table)} is changed in place, but under LOCK=${lock}: nobody ` +
          `${lock === "EXCLUSIVE" ? "reads or writes" : "writes"} it until that is done.`,
        advice: asked
          ? "Leave LOCK out: the server then locks as little as it can."
          : "Use gh-ost or pt-online-schema-change, which copy the rows in batches while others write; or do it when nobody writes.",
        steps: [],
        work: statement.observation?.rewritten.length === 0 ? "index-build" : "rewrite",
        table,
      },
    ];
  },
};
