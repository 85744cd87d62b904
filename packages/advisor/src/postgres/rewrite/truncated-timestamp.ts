import type { Node } from "libpg-query";
import { stringConstant } from "../describe/node-parts.ts";
import { fragmentText } from "./fragment.ts";
import {
  callOf,
  castType,
  comparisons,
  isTimestamp,
  isTimestampWithZone,
  type PredicateRule,
  type PredicateScope,
  valueAs,
} from "./predicate-rule.ts";

const UNITS: Readonly<Record<string, string>> = {
  second: "1 second",
  minute: "1 minute",
  hour: "1 hour",
  day: "1 day",
  week: "7 days",
  month: "1 month",
  quarter: "3 months",
  year: "1 year",
};

/** `date_trunc('month', t) = start`: to a range of `t`. */
export const truncatedTimestamp: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const [unit, inner, ...more] = callOf(left, ["date_trunc"]) ?? [];
    if (operator !== "=" || unit === undefined || inner === undefined || more.length > 0) continue;
    const column = scope.level.column(inner);
    const name = fragmentText(inner);
    const start = startValue(right, "timestamp");
    const unitText = fragmentText(unit);
    if (column === null || name === null || start === null || unitText === null) continue;
    const word = unitWord(unit, scope);
    const length = word === null ? undefined : UNITS[word];
    if (length === undefined) continue;
    if (isTimestampWithZone(column)) {
      const first = startValue(right, "timestamptz");
      return {
        column,
        text: `${name} >= ${first} AND ${name} < ${first} + interval '${length}'`,
        same: false,
        reason: `where a ${word} begins depends on the session's TimeZone, and where clocks were put back the same ${word} can begin twice: compare with the two moments at which it begins and ends for the application`,
      };
    }
    if (!isTimestamp(column)) continue;
    const end = `${start} + interval '${length}' - interval '1 microsecond'`;
    return {
      column,
      text: `${name} >= ${start} AND ${name} <= ${end} AND date_trunc(${unitText}, ${start}) = ${start}`,
      same: true,
      reason: `a timestamp is cut to a start of a ${word} exactly if it is from there to the last microsecond before the next one; the last condition keeps a value that is no such start from finding anything (the last ${word} that a timestamp can hold fails instead)`,
    };
  }
  return null;
};

function startValue(node: Node, type: string): string | null {
  const day = valueAs(node, type, ["date"]);
  if (day !== null && castType(node) === "date") return `${day}::${type}`;
  return valueAs(node, type, [type]);
}

/** The unit, if it is known and always the same. */
function unitWord(unit: Node, scope: PredicateScope): string | null {
  const words = new Set(scope.values(unit).map((value) => stringConstant(value)?.toLowerCase()));
  const [word, ...more] = words;
  return word === undefined || more.length > 0 ? null : word;
}
