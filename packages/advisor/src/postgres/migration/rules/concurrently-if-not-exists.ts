import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { indexObject, tableText } from "../../../migration/rule-objects.ts";
import { keyColumn } from "./key-column.ts";
import { replaceWords } from "./edit-words.ts";
import { concurrently, sqlName } from "./safe-steps.ts";

/** A second attempt that takes what a failed build left for the index. */
export const concurrentlyIfNotExists: MigrationRule = {
  code: "concurrently-if-not-exists",
  severity: "info",
  check: (statement) =>
    actionsOf(statement, "create-index").flatMap(({ index, ifNotExists }) => {
      const { name, table, keys } = index;
      if (!index.concurrently || !ifNotExists || name === null) return [];
      if (!isInUse(statement, table) || isDroppedBefore(statement, name)) return [];
      const dropped = `DROP INDEX CONCURRENTLY IF EXISTS ${sqlName({ schema: table.schema, name })};`;
      return [
        {
          basis: "inferred" as const,
          object: indexObject(table, name, keys.map(keyColumn)),
          message:
            `If the build of ${name} on ${tableText(table)} fails, it leaves an invalid index, which every write keeps up and no query ` +
            "uses; IF NOT EXISTS then takes it for the index, and the next attempt succeeds without building one.",
          advice:
            "Drop what a failed attempt may have left first, and create the index without IF NOT EXISTS.",
          steps: [
            concurrently(`drop unfinished ${name}`, dropped),
            concurrently(`create ${name}`, `${withoutCondition(statement.statement.sql)};`, [
              dropped,
            ]),
          ],
          work: "none" as const,
          table,
        },
      ];
    }),
};

function isDroppedBefore({ earlier }: CheckedStatement, name: string): boolean {
  return earlier.some((statement) =>
    actionsOf(statement, "drop-index").some(({ index }) => index.name === name),
  );
}

function withoutCondition(sql: string): string {
  return replaceWords(sql, ["concurrently", "if", "not", "exists"], "CONCURRENTLY").trim();
}
