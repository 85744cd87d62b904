import type { TableName } from "../../../catalog/catalog.ts";
import type { KnownConstraint, KnownSchema } from "../../../migration/known-schema.ts";

/**
 * Whether the server knows without looking that no row has NULL in the column: by NOT NULL, or by a validated check on this
 * very column (PostgreSQL 12). A validated check on another column says nothing of it.
 */
export function isNotNullProven(schema: KnownSchema, table: TableName, column: string): boolean {
  const known = schema.table(table);
  if (known === null) return false;
  return (
    known.columns.some(({ name, notNull }) => name === column && notNull) ||
    known.constraints.some(
      (constraint) => constraint.validated && provesNotNull(constraint, column),
    )
  );
}

function provesNotNull(
  { kind, columns, impliesNotNull }: KnownConstraint,
  column: string,
): boolean {
  if (kind === "check") return impliesNotNull.includes(column);
  return kind === "not-null" && columns.includes(column);
}
