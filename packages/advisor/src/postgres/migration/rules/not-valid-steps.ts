import type { Constraint } from "libpg-query";
import type { TableName } from "../../../catalog/catalog.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { nameParts, walkNodes } from "../../describe/node-parts.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { constraintOf, editAlterTable } from "./edit-alter-table.ts";
import { brieflyLocking, freeConstraintName, sqlName, validate } from "./safe-steps.ts";

const TYPES = {
  check: "CONSTR_CHECK",
  "foreign-key": "CONSTR_FOREIGN",
  "not-null": "CONSTR_NOTNULL",
} as const;
const SUFFIXES = { check: "check", "foreign-key": "fkey", "not-null": "not_null" } as const;

/**
 * The statement with its constraints of a kind not valid, and then each validated. None where they stand at a new column:
 * NOT VALID can't be said there.
 */
export function notValidSteps(
  statement: CheckedStatement,
  table: TableName,
  kind: keyof typeof TYPES,
): readonly SafeStep[] {
  const added: string[] = [];
  const add = editAlterTable(statement.statement.sql, (clause) => {
    const constraint = constraintOf(clause);
    if (constraint?.contype !== TYPES[kind] || constraint.skip_validation === true) return clause;
    const name =
      constraint.conname ??
      freeConstraintName(statement, table, namedColumns(constraint), SUFFIXES[kind]);
    added.push(name);
    const open = { ...constraint, conname: name, skip_validation: true, initially_valid: false };
    return { ...clause, def: { Constraint: open } };
  });
  if (add === null || added.length === 0) return [];
  const drop = added.map(
    (name) => `ALTER TABLE ${sqlName(table)} DROP CONSTRAINT ${quoteIdent(name)};`,
  );
  return [
    brieflyLocking(statement, `add ${added.join(" ")}`, [add], drop),
    ...added.map((name) => validate(table, name)),
  ];
}

/** The columns in the name that the server would make up: all of a key, and of a check the one that it is about. */
function namedColumns(constraint: Constraint): readonly string[] {
  const { contype, fk_attrs: referencing, keys, raw_expr: condition } = constraint;
  if (contype === "CONSTR_FOREIGN") return nameParts(referencing);
  if (contype === "CONSTR_NOTNULL") return nameParts(keys);
  const columns = new Set<string>();
  walkNodes(condition, (node) => {
    if ("ColumnRef" in node) columns.add(nameParts(node.ColumnRef.fields).at(-1) ?? "");
    return true;
  });
  return columns.size === 1 ? [...columns] : [];
}
