import type { Constraint, Node } from "libpg-query";
import type { ConstraintDefinition } from "../../../migration/schema-action.ts";
import { nameParts, walkNodes } from "../../describe/node-parts.ts";
import { impliedNotNull } from "./implied-not-null.ts";
import { relationName } from "./names.ts";
import { sqlText } from "./sql-text.ts";

const KINDS: Readonly<Record<string, ConstraintDefinition["kind"]>> = {
  CONSTR_CHECK: "check",
  CONSTR_EXCLUSION: "exclude",
  CONSTR_FOREIGN: "foreign-key",
  CONSTR_NOTNULL: "not-null",
  CONSTR_PRIMARY: "primary-key",
  CONSTR_UNIQUE: "unique",
};

/**
 * A constraint of a table, or of the column that it stands at. `null` for what the parser only calls one: defaults,
 * NULL, DEFERRABLE, GENERATED.
 */
export function constraintDefinition(
  constraint: Constraint,
  column: string | null,
  schema: string,
): ConstraintDefinition | null {
  const kind = KINDS[constraint.contype ?? ""];
  if (kind === undefined) return null;
  const columns = constrainedColumns(constraint, kind, column);
  // NOT ENFORCED looks at no rows either, now or later.
  const unenforced =
    (kind === "check" || kind === "foreign-key") && constraint.is_enforced !== true;
  return {
    name: constraint.conname ?? null,
    kind,
    columns,
    notValid: constraint.skip_validation === true || unenforced,
    usingIndex: constraint.indexname ?? null,
    foreignKey:
      kind === "foreign-key"
        ? {
            columns,
            references: relationName(constraint.pktable, schema),
            referencedColumns: nameParts(constraint.pk_attrs),
          }
        : null,
    expression: kind === "check" ? sqlText(constraint.raw_expr) : null,
    impliesNotNull: kind === "check" ? impliedNotNull(constraint.raw_expr) : [],
  };
}

function constrainedColumns(
  constraint: Constraint,
  kind: ConstraintDefinition["kind"],
  column: string | null,
): readonly string[] {
  if (kind === "check") return columnsOf(constraint.raw_expr);
  if (kind === "exclude") {
    return (constraint.exclusions ?? []).flatMap((pair) => {
      const [element] = "List" in pair ? (pair.List.items ?? []) : [];
      return element !== undefined && "IndexElem" in element
        ? [element.IndexElem.name ?? sqlText(element.IndexElem.expr)]
        : [];
    });
  }
  const keys = nameParts(kind === "foreign-key" ? constraint.fk_attrs : constraint.keys);
  return keys.length === 0 && column !== null ? [column] : keys;
}

function columnsOf(expression: Node | undefined): readonly string[] {
  const columns = new Set<string>();
  walkNodes(expression, (node) => {
    if ("ColumnRef" in node) columns.add(nameParts(node.ColumnRef.fields).at(-1) ?? "");
    return true;
  });
  return [...columns];
}
