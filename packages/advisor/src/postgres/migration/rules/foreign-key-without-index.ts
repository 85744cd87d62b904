import { type TableName, tableKey } from "../../../catalog/catalog.ts";
import type { KnownTable } from "../../../migration/known-schema.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { constraintObject, tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import type { ConstraintDefinition, IndexDefinition } from "../../../migration/schema-action.ts";
import { chooseName } from "../../index-name.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { keyColumn } from "./key-column.ts";
import { concurrently, sqlName, unhurried } from "./safe-steps.ts";
import { isInUse } from "../../../migration/is-in-use.ts";

/** Below this a read of the whole table costs next to nothing. */
const SMALL_TABLE_ROWS = 1000;

/** A foreign key whose columns no index leads with when all migrations of the change are done. */
export const foreignKeyWithoutIndex: MigrationRule = {
  code: "foreign-key-without-index",
  severity: "warning",
  check: (statement, { final, production }) =>
    newForeignKeys(statement).flatMap(({ table, constraint }) => {
      const { columns } = constraint;
      const last = final.table(table);
      const rows = production(table)?.rows ?? Infinity;
      if (last === null || !isKnownWithout(last, columns) || rows < SMALL_TABLE_ROWS) return [];
      if (!last.constraints.some((one) => isSameKey(one, constraint))) return [];
      const references = constraint.foreignKey?.references ?? table;
      return [
        {
          basis: "inferred" as const,
          object: constraintObject(table, constraint.name, columns),
          message:
            `No index of ${tableText(table)} begins with ${columns.join(", ")}: each row that is deleted from ${tableText(references)}, or gets ` +
            "another key, reads the whole table to find what refers to it.",
          advice:
            `Create an index that begins with ${columns.length > 1 ? "these columns, in any order" : "this column"}, unless rows of ` +
            `${tableText(references)} are never deleted and nobody joins along the key.`,
          steps: [indexStep(statement, table, columns)],
          work: "none" as const,
          table,
        },
      ];
    }),
};

interface NewKey {
  readonly table: TableName;
  readonly constraint: ConstraintDefinition;
}

function newForeignKeys({ actions }: CheckedStatement): readonly NewKey[] {
  return actions.flatMap((action): readonly NewKey[] => {
    if (action.kind === "add-constraint") {
      return isForeignKey(action.constraint) ? [action] : [];
    }
    if (action.kind === "add-column" || (action.kind === "create-table" && !action.temporary)) {
      const { table } = action;
      return action.constraints.filter(isForeignKey).map((constraint) => ({ table, constraint }));
    }
    return [];
  });
}

function isForeignKey({ kind }: ConstraintDefinition): boolean {
  return kind === "foreign-key";
}

function isSameKey(one: ConstraintDefinition, other: ConstraintDefinition): boolean {
  return isForeignKey(one) && one.columns.join("\0") === other.columns.join("\0");
}

/** Whether the history made all of the columns, so that it would know of an index on them, and there is none. */
function isKnownWithout(table: KnownTable, columns: readonly string[]): boolean {
  const known = columns.every((column) => table.columns.some(({ name }) => name === column));
  return (
    known &&
    !table.indexes.some((index) => covers(index, columns)) &&
    !table.constraints.some(
      ({ kind, columns: keys }) =>
        (kind === "primary-key" || kind === "unique") && leads(keys, columns),
    )
  );
}

function covers({ method, keys, predicate }: IndexDefinition, columns: readonly string[]): boolean {
  if (method !== "btree" && !(method === "hash" && columns.length === 1)) return false;
  return keepsReferences(predicate, columns) && leads(keys.map(keyColumn), columns);
}

function leads(keys: readonly string[], columns: readonly string[]): boolean {
  const leading = new Set(keys.slice(0, columns.length));
  return columns.every((column) => leading.has(column));
}

/** A partial index does where it leaves out only rows that refer to nothing. */
function keepsReferences(predicate: string | null, columns: readonly string[]): boolean {
  if (predicate === null) return true;
  return predicate
    .replace(/[()]/g, "")
    .split(/\s+AND\s+/i)
    .every((term) => {
      const column = /^(\S+|".*")\s+IS\s+NOT\s+NULL$/i.exec(term.trim())?.[1];
      return column !== undefined && columns.includes(keyColumn(column));
    });
}

function indexStep(
  statement: CheckedStatement,
  table: TableName,
  columns: readonly string[],
): SafeStep {
  const taken = statement.schema.table(table)?.indexes.flatMap(({ name }) => name ?? []) ?? [];
  const name = chooseName(table.name, columns, "idx", new Set(taken));
  const on = `${quoteIdent(name)} ON ${sqlName(table)} (${columns.map(quoteIdent).join(", ")});`;
  const created = statement.actions.some(
    (action) => action.kind === "create-table" && tableKey(action.table) === tableKey(table),
  );
  return created || !isInUse(statement, table)
    ? unhurried(`create ${name}`, `CREATE INDEX ${on}`)
    : concurrently(`create ${name}`, `CREATE INDEX CONCURRENTLY ${on}`, [
        `DROP INDEX CONCURRENTLY ${sqlName({ schema: table.schema, name })};`,
      ]);
}
