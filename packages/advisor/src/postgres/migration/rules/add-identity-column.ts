import { actionsOf, type ActionOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { columnObject, tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { chooseName } from "../../index-name.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { workOf } from "./effects-of.ts";
import { backfill, batchAdvice, brieflyLocking, notNullSteps, sqlName } from "./safe-steps.ts";

/** A column that numbers the rows that are there. */
export const addIdentityColumn: MigrationRule = {
  code: "add-identity-column",
  severity: "error",
  down: true,
  check: (statement, { serverVersion }) =>
    actionsOf(statement, "add-column")
      .filter(
        (action) =>
          (action.column.identity || action.column.serial) &&
          isInUse(statement, action.table) &&
          workOf(statement, action) !== "none",
      )
      .map((action) => {
        const { table, column } = action;
        return {
          object: columnObject(table, column.name),
          message:
            `${column.serial ? "A serial" : "An identity"} column numbers the rows that are there: all of ${tableText(table)} is ` +
            "written anew under ACCESS EXCLUSIVE, and nobody reads or writes the table until it is done.",
          advice:
            "Add the column without it, let a sequence number new rows, and number the old ones afterwards. " +
            batchAdvice(table, column.name, "DEFAULT"),
          steps: numberedSteps(statement, action, serverVersion),
          work: "rewrite",
          table,
        };
      }),
};

const INTEGERS: Readonly<Record<string, string>> = {
  bigserial: "bigint",
  serial: "integer",
  serial2: "smallint",
  serial4: "integer",
  serial8: "bigint",
  smallserial: "smallint",
};

/** None where the column is of a statement with more, or has constraints: a primary key is a step of its own. */
function numberedSteps(
  statement: CheckedStatement,
  { table, column, constraints }: ActionOf<"add-column">,
  serverVersion: number,
): readonly SafeStep[] {
  if (constraints.length > 0 || statement.actions.length > 1) return [];
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const quoted = quoteIdent(column.name);
  const type = INTEGERS[column.type.toLowerCase()] ?? column.type;
  const sequence = sqlName({
    schema: table.schema,
    // The name of an identity's own sequence stays free for it.
    name: chooseName(table.name, [column.name], column.serial ? "seq" : "numbers", new Set()),
  });
  const added = brieflyLocking(
    statement,
    `add ${table.name} ${column.name}`,
    [
      `CREATE SEQUENCE ${sequence} AS ${type};`,
      `${alter} ADD COLUMN ${quoted} ${type};`,
      `${alter} ALTER COLUMN ${quoted} SET DEFAULT nextval('${sequence.replaceAll("'", "''")}');`,
      `ALTER SEQUENCE ${sequence} OWNED BY ${sqlName(table)}.${quoted};`,
    ],
    [`${alter} DROP COLUMN ${quoted};`],
  );
  return [
    added,
    backfill(table, column.name, "DEFAULT"),
    ...notNullSteps(statement, serverVersion, table, column.name),
    ...(column.identity ? [identityStep(statement, table, column.name, sequence)] : []),
  ];
}

/** Puts an identity in the sequence's place, from where that has come to. */
function identityStep(
  statement: CheckedStatement,
  table: ActionOf<"add-column">["table"],
  column: string,
  sequence: string,
): SafeStep {
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const quoted = quoteIdent(column);
  const always = !/\bBY\s+DEFAULT\s+AS\s+IDENTITY\b/i.test(statement.statement.sql);
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return brieflyLocking(statement, `${table.name} ${column} identity`, [
    `${alter} ALTER COLUMN ${quoted} DROP DEFAULT, ALTER COLUMN ${quoted} ADD GENERATED ${always ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY;`,
    `SELECT setval(pg_get_serial_sequence(${literal(sqlName(table))}, ${literal(column)}), nextval(${literal(sequence)}), false);`,
    `DROP SEQUENCE ${sequence};`,
  ]);
}
