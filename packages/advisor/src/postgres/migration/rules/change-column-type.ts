import { type ActionOf, actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type {
  CheckedStatement,
  MigrationRule,
  RuleVerdict,
} from "../../../migration/migration-rule.ts";
import { columnObject, tableText } from "../../../migration/rule-objects.ts";
import { workOf } from "./effects-of.ts";
import { newColumnSteps } from "./new-column-steps.ts";
import { typeChange } from "./type-change.ts";

/** A type whose values are other bytes than the old ones. */
export const changeColumnType: MigrationRule = {
  code: "change-column-type",
  severity: "error",
  down: true,
  check: (statement, { serverVersion }) =>
    actionsOf(statement, "set-column-type")
      .filter(({ table }) => isInUse(statement, table))
      .flatMap((action) => {
        const work = workOf(statement, action);
        if (work === "none") return restsOnTimeZone(statement, action);
        return [longChange(statement, action, work === "rewrite", serverVersion)];
      }),
};

function longChange(
  statement: CheckedStatement,
  action: ActionOf<"set-column-type">,
  rewrite: boolean,
  serverVersion: number,
): RuleVerdict {
  const { table, column, type } = action;
  const unknown = statement.observation === null && oldType(statement, action) === null;
  return {
    object: columnObject(table, column),
    message:
      `Column ${column} becomes ${type}: all of ${tableText(table)} ${unknown ? "may be" : "is"} ${rewrite ? "written anew" : "read"} ` +
      "under ACCESS EXCLUSIVE, with every index on the column, and nobody reads or writes the table until it is done.",
    advice:
      "Add a column of the new type, let a trigger fill it with each write, fill the old rows, and let the two change names; drop " +
      "the old one a release later. Its default, indexes and constraints are made for the new one before the names change.",
    steps: newColumnSteps(statement, action, serverVersion),
    work: rewrite ? "rewrite" : "scan",
    table,
  };
}

/** Between timestamps with and without time zone the trial's TimeZone decides, which need not be production's. */
function restsOnTimeZone(
  statement: CheckedStatement,
  action: ActionOf<"set-column-type">,
): readonly RuleVerdict[] {
  const { table, column, type, using } = action;
  const old = oldType(statement, action);
  const setsZone = statement.earlier.some(({ statement: { sql } }) =>
    /\btime\s*zone\b[\s=]*(to\b)?\s*'?utc'?/i.test(sql),
  );
  if (setsZone || typeChange(old, type, column, using) !== "in-utc") return [];
  return [
    {
      severity: "info",
      basis: "inferred",
      object: columnObject(table, column),
      message:
        `Column ${column} of ${tableText(table)} becomes ${type}: this is done in a moment where the session's TimeZone is UTC; under ` +
        "another one the whole table is written anew under ACCESS EXCLUSIVE.",
      advice:
        "If the values are times in UTC, begin the migration with SET LOCAL TimeZone = 'UTC'.",
      steps: [],
      work: "none",
      table,
    },
  ];
}

function oldType(
  { schema }: CheckedStatement,
  { table, column }: ActionOf<"set-column-type">,
): string | null {
  return schema.table(table)?.columns.find(({ name }) => name === column)?.type ?? null;
}
