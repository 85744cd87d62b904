import type { Node } from "libpg-query";
import { listItems } from "../describe/node-parts.ts";
import { fragmentText } from "./fragment.ts";
import {
  callOf,
  castType,
  comparisons,
  isTimestamp,
  isTimestampWithZone,
  type PredicateRule,
  type PredicateScope,
  type RewrittenPredicate,
  valueAs,
} from "./predicate-rule.ts";
import type { LevelColumn } from "./query-levels.ts";

/** The last moment of a day: timestamps count microseconds. Added to an infinite date it stays that. */
const LAST_MOMENT = "time '23:59:59.999999'";

/** `date(t) = day`, `t::date BETWEEN a AND b`: to a range of `t`. */
export const dayOfTimestamp: PredicateRule = (node, scope) => {
  if ("A_Expr" in node && node.A_Expr.kind === "AEXPR_BETWEEN") {
    const found = node.A_Expr.lexpr === undefined ? null : dayColumn(node.A_Expr.lexpr, scope);
    const [low, high] = listItems(node.A_Expr.rexpr).map(dateValue);
    if (found === null || !low || !high) return null;
    return rewritten(
      found,
      `${found.name} >= ${low} AND ${found.name} <= ${high} + ${LAST_MOMENT}`,
    );
  }
  for (const { operator, left, right } of comparisons(node)) {
    const found = dayColumn(left, scope);
    const day = found === null ? null : dateValue(right);
    if (found === null || day === null) continue;
    const { name } = found;
    const last = `${day} + ${LAST_MOMENT}`;
    const texts: Readonly<Record<string, string>> = {
      "=": `${name} >= ${day} AND ${name} <= ${last}`,
      "<": `${name} < ${day}`,
      "<=": `${name} <= ${last}`,
      ">": `${name} > ${last}`,
      ">=": `${name} >= ${day}`,
    };
    return rewritten(found, texts[operator] ?? "");
  }
  return null;
};

interface DayColumn {
  readonly column: LevelColumn;
  /** As written. */
  readonly name: string;
}

function dayColumn(node: Node, { level }: PredicateScope): DayColumn | null {
  const [call] = callOf(node, ["date"]) ?? [];
  const inner =
    call ?? (castType(node) === "date" && "TypeCast" in node ? node.TypeCast.arg : undefined);
  const column = level.column(inner);
  const name = inner === undefined ? null : fragmentText(inner);
  if (column === null || name === null) return null;
  return isTimestamp(column) || isTimestampWithZone(column) ? { column, name } : null;
}

function dateValue(node: Node): string | null {
  if ("SQLValueFunction" in node && node.SQLValueFunction.op === "SVFOP_CURRENT_DATE") {
    return fragmentText(node);
  }
  return valueAs(node, "date", ["date"]);
}

function rewritten({ column }: DayColumn, text: string): RewrittenPredicate {
  if (isTimestampWithZone(column)) {
    return {
      column,
      text,
      same: false,
      reason:
        "which day a timestamp with time zone is on depends on the session's TimeZone, and where clocks were put back over midnight or a day was left out no single range is that day: compare with the two moments at which the day begins and ends for the application",
    };
  }
  return {
    column,
    text,
    same: true,
    reason:
      "a timestamp is on a day exactly if it is from its midnight to its last microsecond, NULL and infinity included (a day after the year 294276, which no timestamp can hold, fails instead of finding nothing)",
  };
}
