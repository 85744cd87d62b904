import type { Node } from "libpg-query";
import { nameParts } from "../../describe/node-parts.ts";

/** Columns that are not NULL in every row that a check lets in: `a IS NOT NULL AND ...`. */
export function impliedNotNull(condition: Node | undefined): readonly string[] {
  if (condition === undefined) return [];
  if ("BoolExpr" in condition && condition.BoolExpr.boolop === "AND_EXPR") {
    return [...new Set((condition.BoolExpr.args ?? []).flatMap(impliedNotNull))];
  }
  if (!("NullTest" in condition) || condition.NullTest.nulltesttype !== "IS_NOT_NULL") return [];
  const { arg } = condition.NullTest;
  if (arg === undefined || !("ColumnRef" in arg)) return [];
  const column = nameParts(arg.ColumnRef.fields).at(-1);
  return column === undefined || column === "*" ? [] : [column];
}
