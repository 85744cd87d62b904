import type { Constraint } from "libpg-query";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { constraintObject, tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { nameParts } from "../../describe/node-parts.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { type AddedConstraint, addedConstraints } from "./added-constraints.ts";
import { constraintOf, editAlterTable } from "./edit-alter-table.ts";
import { workOf } from "./effects-of.ts";
import {
  brieflyLocking,
  concurrently,
  freeConstraintName,
  notNullSteps,
  sqlName,
} from "./safe-steps.ts";
import { isNotNullProven } from "./is-not-null-proven.ts";

/** UNIQUE or PRIMARY KEY that builds its index, or looks for NULL, under the strongest lock. */
export const addUniqueConstraint: MigrationRule = {
  code: "add-unique-constraint",
  severity: "error",
  down: true,
  check: (statement, { serverVersion }) =>
    addedConstraints(statement, "unique", "primary-key")
      .filter(
        ({ action, table }) => isInUse(statement, table) && workOf(statement, action) !== "none",
      )
      .map((added) => {
        const { table, constraint } = added;
        const what = constraint.kind === "unique" ? "UNIQUE" : "PRIMARY KEY";
        const adopts = constraint.usingIndex !== null;
        return {
          object: constraintObject(table, constraint.name, constraint.columns),
          message: adopts
            ? `${what} makes its columns NOT NULL: every row of ${tableText(table)} is read for that under ACCESS EXCLUSIVE, and ` +
              "nobody reads or writes the table until it is done."
            : `The index of ${what} is built under ACCESS EXCLUSIVE: nobody reads or writes ${tableText(table)} until it is done.`,
          advice: adopts
            ? "Make the columns NOT NULL first, by a constraint that is validated in a migration of its own."
            : "Build the unique index CONCURRENTLY, and let the constraint take it over with USING INDEX: that takes a moment.",
          steps: adopts ? [] : usingIndexSteps(statement, added, serverVersion),
          work: adopts ? "scan" : "index-build",
          table,
        };
      }),
};

function usingIndexSteps(
  statement: CheckedStatement,
  { table, constraint, column }: AddedConstraint,
  serverVersion: number,
): readonly SafeStep[] {
  const primary = constraint.kind === "primary-key";
  // A new column has the same value in every row, or none: there is nothing to adopt yet.
  if (column !== null) return [];
  const name =
    constraint.name ??
    freeConstraintName(
      statement,
      table,
      primary ? [] : constraint.columns,
      primary ? "pkey" : "key",
    );
  const details: Constraint[] = [];
  const rest = editAlterTable(statement.statement.sql, (clause) => {
    const node = constraintOf(clause);
    const mine =
      node !== null &&
      node.contype === (primary ? "CONSTR_PRIMARY" : "CONSTR_UNIQUE") &&
      nameParts(node.keys).join() === constraint.columns.join();
    if (mine) details.push(node);
    return mine ? null : clause;
  });
  const [node] = details;
  if (node === undefined) return [];
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const others = rest === null ? [] : [brieflyLocking(statement, `alter ${table.name}`, [rest])];
  const columns = constraint.columns.filter(
    (one) => primary && !isNotNullProven(statement.schema, table, one),
  );
  return [
    ...others,
    ...columns.flatMap((one) => notNullSteps(statement, serverVersion, table, one)),
    concurrently(
      `create ${name}`,
      `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdent(name)} ON ${sqlName(table)} ${keysSql(node)};`,
      [`DROP INDEX CONCURRENTLY ${sqlName({ schema: table.schema, name })};`],
    ),
    brieflyLocking(
      statement,
      `add ${name}`,
      [
        `${alter} ADD CONSTRAINT ${quoteIdent(name)} ${primary ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${quoteIdent(name)}${deferral(node)};`,
      ],
      [`${alter} DROP CONSTRAINT ${quoteIdent(name)};`],
    ),
  ];
}

function keysSql({ keys, including, nulls_not_distinct: same }: Constraint): string {
  const list = (nodes: typeof keys): string => nameParts(nodes).map(quoteIdent).join(", ");
  return [
    `(${list(keys)})`,
    ...(including === undefined ? [] : [`INCLUDE (${list(including)})`]),
    ...(same === true ? ["NULLS NOT DISTINCT"] : []),
  ].join(" ");
}

function deferral({ deferrable, initdeferred }: Constraint): string {
  if (deferrable !== true) return "";
  return initdeferred === true ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
}
