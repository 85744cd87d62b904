import type { TableName } from "../../../catalog/catalog.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { chooseName } from "../../index-name.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { isNotNullProven } from "./is-not-null-proven.ts";

/** PostgreSQL 18 takes NOT NULL constraints that are not valid yet. */
const NOT_NULL_NOT_VALID = 180_000;

/** A name as SQL; the schema of unqualified names is left out, as migrations have it. */
export function sqlName({ schema, name }: TableName): string {
  return schema === "public" ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/** Statements that lock a table for a moment. The limit that this migration sets itself is set again. */
export function brieflyLocking(
  statement: CheckedStatement,
  title: string,
  up: readonly string[],
  down: readonly string[] = [],
): SafeStep {
  const limit = lockTimeout(statement);
  return {
    title,
    up: [...limit, ...up],
    down: down.length === 0 ? [] : [...limit, ...down],
    outsideTransaction: false,
  };
}

/** What `missing-lock-timeout` asks for, unless the tool itself sets a limit. */
function lockTimeout({
  earlier,
  inTransaction,
  lockTimeoutMs,
}: CheckedStatement): readonly string[] {
  const own = earlier.some(({ actions }) =>
    actions.some((action) => action.kind === "set-timeout" && action.setting === "lock"),
  );
  if (!own && (lockTimeoutMs ?? 0) > 0) return [];
  return [`SET ${inTransaction ? "LOCAL " : ""}lock_timeout = '5s';`];
}

/** A statement that the server takes only outside of transactions. */
export function concurrently(title: string, up: string, down: readonly string[] = []): SafeStep {
  return { title, up: [up], down, outsideTransaction: true };
}

/** Statements that keep nobody from reading or writing. */
export function unhurried(title: string, ...up: readonly string[]): SafeStep {
  return { title, up, down: [], outsideTransaction: false };
}

export function validate(table: TableName, constraint: string): SafeStep {
  return unhurried(
    `validate ${constraint}`,
    `ALTER TABLE ${sqlName(table)} VALIDATE CONSTRAINT ${quoteIdent(constraint)};`,
  );
}

/** A name that the table's constraints leave free. */
export function freeConstraintName(
  { schema }: Pick<CheckedStatement, "schema">,
  table: TableName,
  parts: readonly string[],
  suffix: string,
): string {
  const taken = schema.table(table)?.constraints.flatMap(({ name }) => name ?? []) ?? [];
  return chooseName(table.name, parts, suffix, new Set(taken));
}

/** Makes a column NOT NULL while others read and write; nothing where it is so already. */
export function notNullSteps(
  statement: CheckedStatement,
  serverVersion: number,
  table: TableName,
  column: string,
): readonly SafeStep[] {
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const quoted = quoteIdent(column);
  const set = `${alter} ALTER COLUMN ${quoted} SET NOT NULL;`;
  const unset = `${alter} ALTER COLUMN ${quoted} DROP NOT NULL;`;
  if (isNotNullProven(statement.schema, table, column)) {
    return [brieflyLocking(statement, `${table.name} ${column} not null`, [set], [unset])];
  }
  const name = freeConstraintName(statement, table, [column], "not_null");
  const drop = `${alter} DROP CONSTRAINT ${quoteIdent(name)};`;
  const condition =
    serverVersion >= NOT_NULL_NOT_VALID ? `NOT NULL ${quoted}` : `CHECK (${quoted} IS NOT NULL)`;
  const add = brieflyLocking(
    statement,
    `add ${name}`,
    [`${alter} ADD CONSTRAINT ${quoteIdent(name)} ${condition} NOT VALID;`],
    [drop],
  );
  if (serverVersion >= NOT_NULL_NOT_VALID) return [add, validate(table, name)];
  return [
    add,
    validate(table, name),
    brieflyLocking(statement, `${table.name} ${column} not null`, [set, drop], [unset]),
  ];
}

/** Gives the rows that have none a value: what a job has left of them. */
export function backfill(table: TableName, column: string, value: string): SafeStep {
  return unhurried(
    `fill ${table.name} ${column}`,
    `UPDATE ${sqlName(table)} SET ${quoteIdent(column)} = ${value} WHERE ${quoteIdent(column)} IS NULL;`,
  );
}

/** How a job does most of a backfill before the migration does the rest. */
export function batchAdvice(table: TableName, column: string, value: string): string {
  const name = sqlName(table);
  const quoted = quoteIdent(column);
  return (
    "Where the table is big, let a job fill most rows first, each batch in a transaction of its own, until none is left: " +
    `UPDATE ${name} SET ${quoted} = ${value} WHERE ctid IN (SELECT ctid FROM ${name} WHERE ${quoted} IS NULL LIMIT 5000);`
  );
}
