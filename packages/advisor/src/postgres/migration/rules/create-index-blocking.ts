import { actionsOf, type ActionOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { indexObject, tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { replaceWords } from "./edit-words.ts";
import { workOf } from "./effects-of.ts";
import { keyColumn } from "./key-column.ts";
import { concurrently, sqlName } from "./safe-steps.ts";

/** CREATE INDEX without CONCURRENTLY. */
export const createIndexBlocking: MigrationRule = {
  code: "create-index-blocking",
  severity: "error",
  down: true,
  check: (statement) =>
    actionsOf(statement, "create-index")
      .filter(
        (action) =>
          !action.index.concurrently &&
          isInUse(statement, action.index.table) &&
          workOf(statement, action) !== "none",
      )
      .map((action) => {
        const { name, table, keys } = action.index;
        const partitioned = statement.schema.table(table)?.partitioned === true;
        return {
          object: indexObject(table, name, keys.map(keyColumn)),
          message: `The index is built under SHARE: nobody writes ${tableText(table)} until it is done.`,
          advice: partitioned
            ? "CONCURRENTLY does not work on a partitioned table. Create the index ON ONLY it, which takes a moment, build one on " +
              "each partition CONCURRENTLY, and attach those with ALTER INDEX ... ATTACH PARTITION."
            : "Build it CONCURRENTLY, outside of a transaction: that takes longer and lets others read and write.",
          steps: partitioned ? [] : [concurrentIndex(statement, action)],
          work: "index-build",
          table,
        };
      }),
};

function concurrentIndex(
  { statement }: CheckedStatement,
  { index }: ActionOf<"create-index">,
): SafeStep {
  const { name, table } = index;
  return concurrently(
    `create ${name ?? `index on ${table.name}`}`,
    `${replaceWords(statement.sql, ["index"], "INDEX CONCURRENTLY").trim()};`,
    name === null
      ? []
      : [`DROP INDEX CONCURRENTLY IF EXISTS ${sqlName({ schema: table.schema, name })};`],
  );
}
