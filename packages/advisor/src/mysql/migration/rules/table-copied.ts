import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import { cheaperWay } from "./cheaper-way.ts";
import { wayOf } from "./way-of.ts";

const BY_TOOL =
  "Use gh-ost or pt-online-schema-change, which copy the rows in batches while others write and then swap the tables; or do it when " +
  "nobody writes.";

/** ALTER TABLE by ALGORITHM=COPY. */
export const tableCopied: MigrationRule = {
  code: "table-copied",
  severity: "error",
  down: true,
  check: (statement, context) => {
    const way = wayOf(statement, context);
    if (way === null || way.algorithm !== "COPY") return [];
    const { basis, lock, table } = way;
    const asked = /\balgorithm\s*=?\s*copy\b/i.test(statement.statement.sql);
    const cheaper = asked ? null : cheaperWay(statement);
    const whom = lock === "EXCLUSIVE" ? "reads or writes" : "writes";
    return [
      {
        ...(lock === "NONE" ? { severity: "warning" } : {}),
        basis,
        object: tableObject(table),
        message:
          `All rows of ${tableText(table)} are copied into a new table (ALGORITHM=COPY): ` +
          (lock === "NONE"
            ? "others write meanwhile, but it takes as much room again, and replicas fall behind by as long."
            : `nobody ${whom} it until that is done.`),
        advice: asked
          ? "Leave ALGORITHM=COPY out: the server then takes the way that disturbs least."
          : (cheaper?.advice ?? BY_TOOL),
        steps: cheaper?.steps ?? [],
        work: "rewrite",
        table,
      },
    ];
  },
};
