import type { Expression } from "../syntax/tree.ts";
import {
  both,
  callOf,
  comparisons,
  isDate,
  isDatetime,
  isTimestamp,
  type Known,
  known,
  NOT_LOGGED,
  type PredicateRule,
  type PredicateScope,
  type RewrittenPredicate,
} from "./predicate-rule.ts";
import type { LevelColumn } from "./query-levels.ts";

/** `DATE(t) = day`, `CAST(t AS DATE) BETWEEN a AND b`: to a range of `t`. */
export const dayOfDatetime: PredicateRule = (node, scope) => {
  if (node.kind === "between" && !node.negated) {
    const found = dayColumn(node.operand, scope);
    const sure = both(known(node.low, scope, isDay), known(node.high, scope, isDay));
    if (found === null || sure === "no") return null;
    const [low, high] = [scope.text(node.low), scope.text(node.high)];
    return rewritten(found, `>= ${low} AND {} < ${high} + INTERVAL 1 DAY`, sure);
  }
  for (const { operator, left, right } of comparisons(node)) {
    const found = dayColumn(left, scope);
    const sure = known(right, scope, isDay);
    if (found === null || sure === "no") continue;
    const day = scope.text(right);
    const next = `${day} + INTERVAL 1 DAY`;
    const texts: Readonly<Record<string, string>> = {
      "=": `>= ${day} AND {} < ${next}`,
      "<": `< ${day}`,
      "<=": `< ${next}`,
      ">": `>= ${next}`,
      ">=": `>= ${day}`,
    };
    return rewritten(found, texts[operator] ?? "", sure);
  }
  return null;
};

interface DayColumn {
  readonly column: LevelColumn;
  /** As written. */
  readonly name: string;
}

function dayColumn(node: Expression, scope: PredicateScope): DayColumn | null {
  const inner =
    node.kind === "cast" && node.type === "date" ? node.operand : callOf(node, "date")?.[0];
  const column = inner === undefined ? null : scope.level.column(inner);
  if (inner === undefined || column === null) return null;
  const fits = isDatetime(column) || isTimestamp(column) || isDate(column);
  return fits ? { column, name: scope.text(inner) } : null;
}

/** A date that is one, or its midnight: the day after it is a date too. */
function isDay(node: Expression): boolean {
  if (callOf(node, "curdate", "current_date") !== null) return true;
  return (
    node.kind === "literal" &&
    (node.type === "string" || node.type === "temporal") &&
    isRealDay(node.value)
  );
}

export function isRealDay(text: string): boolean {
  const [, day = ""] = /^([1-9]\d{3}-\d\d-\d\d)(?: 00:00:00(?:\.0+)?)?$/.exec(text) ?? [];
  const time = Date.parse(`${day}T00:00:00Z`);
  return (
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(day) &&
    !day.startsWith("9999-12-31")
  );
}

/** `{}` in the text is the column. */
function rewritten({ column, name }: DayColumn, text: string, sure: Known): RewrittenPredicate {
  const range = { column, text: `${name} ${text.replaceAll("{}", name)}` };
  if (isTimestamp(column)) {
    return {
      ...range,
      same: false,
      reason:
        "which day a TIMESTAMP is on depends on the session's time_zone, and where clocks were put back over midnight no single range is that day: compare with the two moments at which the day begins and ends for the application",
    };
  }
  if (sure === "unknown") {
    return {
      ...range,
      same: false,
      reason: `${NOT_LOGGED}; with dates that have no time of day it gives the same rows`,
    };
  }
  return {
    ...range,
    same: true,
    reason:
      "a moment is on a day exactly if it is from its midnight to before the next one, and every value is a date without a time of day (zero dates, which no calendar has, aside)",
  };
}
