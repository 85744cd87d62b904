import type { TableName } from "../../../catalog/catalog.ts";
import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationFindingCode } from "../../../migration/migration-finding.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { tableObject, tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";

/** A command that always writes a relation anew. */
interface RewriteWords {
  readonly code: MigrationFindingCode;
  readonly commands: readonly string[];
  /** Of the relation, as text. */
  readonly message: (table: string) => string;
  readonly advice: string;
  readonly steps?: (table: TableName) => readonly SafeStep[];
}

/** A rule on commands that always write a relation anew. */
export function rewriteRule(words: RewriteWords): MigrationRule {
  return {
    code: words.code,
    severity: "error",
    down: true,
    check: (statement) =>
      actionsOf(statement, "rewrite-table")
        .filter(
          ({ table, command }) =>
            words.commands.includes(command) && (table === null || isRewritten(statement, table)),
        )
        .map(({ table }) => ({
          object:
            table === null
              ? { type: "table", schema: "", table: "", name: null, columns: [] }
              : tableObject(table),
          message: words.message(table === null ? "every table" : tableText(table)),
          advice: words.advice,
          steps: table === null ? [] : (words.steps?.(table) ?? []),
          work: "rewrite",
          table,
        })),
  };
}

/** A materialized view is in no known schema: whether this change made it, the trial says by having no lock to tell. */
function isRewritten(statement: CheckedStatement, table: TableName): boolean {
  if (!isInUse(statement, table)) return false;
  const { observation, schema } = statement;
  if (observation === null || schema.table(table) !== null) return true;
  return observation.rewritten.length > 0;
}
