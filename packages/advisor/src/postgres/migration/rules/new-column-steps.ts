import type { ActionOf } from "../../../migration/actions-of.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { chooseName } from "../../index-name.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { brieflyLocking, notNullSteps, sqlName, unhurried } from "./safe-steps.ts";

/**
 * A column's new type by a second column, which a trigger keeps like the first. The old column stays, under another name.
 * None where the statement does more than that.
 */
export function newColumnSteps(
  statement: CheckedStatement,
  { table, column, type, using }: ActionOf<"set-column-type">,
  serverVersion: number,
): readonly SafeStep[] {
  if (statement.actions.length > 1) return [];
  const next = `${column}_new`;
  const old = `${column}_old`;
  const name = sqlName(table);
  const helper = chooseName(table.name, [column], "sync", new Set());
  const helperFunction = `${sqlName({ schema: table.schema, name: helper })}()`;
  const trigger = quoteIdent(helper);
  const known = statement.schema.table(table)?.columns.find(({ name: one }) => one === column);
  const required = known?.notNull === true;
  const value = using ?? `${quoteIdent(column)}::${type}`;
  const rename = (from: string, to: string): string =>
    `ALTER TABLE ${name} RENAME COLUMN ${quoteIdent(from)} TO ${quoteIdent(to)};`;
  return [
    brieflyLocking(
      statement,
      `add ${table.name} ${next}`,
      [
        `ALTER TABLE ${name} ADD COLUMN ${quoteIdent(next)} ${type};`,
        `CREATE FUNCTION ${helperFunction} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SELECT ${value} INTO NEW.${quoteIdent(next)} FROM (SELECT NEW.*) AS row; RETURN NEW; END $$;`,
        `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION ${helperFunction};`,
      ],
      [
        `DROP TRIGGER ${trigger} ON ${name};`,
        `DROP FUNCTION ${helperFunction};`,
        `ALTER TABLE ${name} DROP COLUMN ${quoteIdent(next)};`,
      ],
    ),
    unhurried(
      `fill ${table.name} ${next}`,
      // The trigger writes the value: rows are only to be touched.
      `UPDATE ${name} SET ${quoteIdent(next)} = NULL WHERE ${quoteIdent(next)} IS NULL AND ${quoteIdent(column)} IS NOT NULL;`,
    ),
    ...(required ? notNullSteps(statement, serverVersion, table, next) : []),
    brieflyLocking(
      statement,
      `swap ${table.name} ${column}`,
      [
        `DROP TRIGGER ${trigger} ON ${name};`,
        `DROP FUNCTION ${helperFunction};`,
        rename(column, old),
        rename(next, column),
        // From here on nobody writes the old one.
        ...(required ? [`ALTER TABLE ${name} ALTER COLUMN ${quoteIdent(old)} DROP NOT NULL;`] : []),
      ],
      [rename(column, next), rename(old, column)],
    ),
  ];
}
