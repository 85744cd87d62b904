import type { ColumnDef, Constraint } from "libpg-query";
import type { ColumnDefinition, ConstraintDefinition } from "../../../migration/schema-action.ts";
import { nameParts } from "../../describe/node-parts.ts";
import { constraintDefinition } from "./constraint-definition.ts";
import { fillOf, isNull } from "./fill-of.ts";
import { sqlText, typeText } from "./sql-text.ts";

const SERIAL: ReadonlySet<string> = new Set(
  "bigserial serial serial2 serial4 serial8 smallserial".split(" "),
);

/** A column and the constraints that stand at it; NOT NULL is the column's. */
export function columnDefinition(
  column: ColumnDef,
  schema: string,
): { readonly column: ColumnDefinition; readonly constraints: readonly ConstraintDefinition[] } {
  const name = column.colname ?? "";
  const parts = (column.constraints ?? []).flatMap((node) =>
    "Constraint" in node ? [node.Constraint] : [],
  );
  const has = (type: Constraint["contype"]): boolean =>
    parts.some(({ contype }) => contype === type);
  const value = parts.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  const computed = parts.find(({ contype }) => contype === "CONSTR_GENERATED");
  const serial = SERIAL.has(nameParts(column.typeName?.names).at(-1) ?? "");
  const identity = has("CONSTR_IDENTITY");
  const generated =
    computed === undefined ? null : computed.generated_kind === "v" ? "virtual" : "stored";
  return {
    column: {
      name,
      type: typeText(column.typeName),
      notNull: serial || identity || has("CONSTR_NOTNULL") || has("CONSTR_PRIMARY"),
      fill:
        serial || identity || generated === "stored"
          ? "volatile"
          : value === undefined || isNull(value)
            ? "none"
            : fillOf(value),
      default: value === undefined ? null : sqlText(value),
      generated,
      identity,
      serial,
    },
    constraints: parts.flatMap((part) => {
      const constraint = constraintDefinition(part, name, schema);
      return constraint === null || constraint.kind === "not-null" ? [] : [constraint];
    }),
  };
}
