import { type Node, parseSync } from "libpg-query";
import type { KnownTable } from "../../../migration/known-schema.ts";
import { nameParts } from "../../describe/node-parts.ts";
import { keyColumn } from "./key-column.ts";

/**
 * Whether the condition of an UPDATE or DELETE compares a column that an index of the table begins with, so that it need not read
 * all rows. A text that can't be read counts as one that does.
 */
export function findsByIndex(sql: string, table: KnownTable): boolean {
  const searched = searchedColumns(sql);
  if (searched === null) return true;
  const leading = [
    ...table.indexes.map(({ keys }) => keyColumn(keys[0] ?? "")),
    ...table.constraints
      .filter(({ kind }) => kind === "primary-key" || kind === "unique")
      .flatMap(({ columns }) => columns.slice(0, 1)),
  ];
  return leading.some((column) => searched.has(column));
}

function searchedColumns(sql: string): ReadonlySet<string> | null {
  const trees = parsed(sql);
  const [tree] = trees;
  if (tree === undefined || trees.length > 1) return null;
  if ("UpdateStmt" in tree) return comparedIn(tree.UpdateStmt.whereClause);
  return "DeleteStmt" in tree ? comparedIn(tree.DeleteStmt.whereClause) : null;
}

function parsed(sql: string): readonly Node[] {
  try {
    return (parseSync(sql).stmts ?? []).flatMap(({ stmt }) => stmt ?? []);
  } catch {
    return [];
  }
}

/** Columns of terms that all have to hold and that an index can answer; `null` where a term is of another kind. */
function comparedIn(condition: Node | undefined): ReadonlySet<string> | null {
  const columns = new Set<string>();
  for (const term of conjuncts(condition)) {
    if ("NullTest" in term || "BooleanTest" in term) continue;
    if (!("A_Expr" in term)) return null;
    const { lexpr, rexpr } = term.A_Expr;
    for (const side of [lexpr, rexpr]) {
      if (side !== undefined && "ColumnRef" in side) {
        columns.add(nameParts(side.ColumnRef.fields).at(-1) ?? "");
      }
    }
  }
  return columns;
}

function conjuncts(condition: Node | undefined): readonly Node[] {
  if (condition === undefined) return [];
  if ("BoolExpr" in condition && condition.BoolExpr.boolop === "AND_EXPR") {
    return (condition.BoolExpr.args ?? []).flatMap(conjuncts);
  }
  return [condition];
}
