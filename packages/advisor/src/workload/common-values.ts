import { parseArrayLiteral } from "../catalog/array-literal.ts";
import type { FindStatistics } from "../catalog/find-statistics.ts";
import type { Statement } from "./statement.ts";

/** Constants of a text: quoted ones and plain numbers. */
const CONSTANTS = /'(?:[^']|'')*'|(?<![\w$."])\d+(?:\.\d+)?\b/g;

/**
 * Tells of a text which share of a table's rows has a value that it compares for equality, by the statistics; 0 where no
 * value is among the common ones. A hint for choosing samples, no more: it looks at the text, not at what stands where.
 */
export function commonValues(statement: Statement, find: FindStatistics): (sql: string) => number {
  let shares: ReadonlyMap<string, number> | undefined;
  return (sql) => {
    shares ??= sharesOf(statement, find);
    if (shares.size === 0) return 0;
    let most = 0;
    for (const [constant] of sql.matchAll(CONSTANTS)) {
      const value = constant.startsWith("'")
        ? constant.slice(1, -1).replaceAll("''", "'")
        : constant;
      most = Math.max(most, shares.get(value) ?? 0);
    }
    return most;
  };
}

function sharesOf(statement: Statement, find: FindStatistics): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { table, predicates } of statement.tables) {
    for (const { role, column } of predicates) {
      const statistics = role === "equality" && column !== null ? find(table, column) : undefined;
      const values = parseArrayLiteral(statistics?.commonValues ?? "{}");
      for (const [at, value] of values.entries()) {
        const share = statistics?.commonFrequencies?.[at] ?? 0;
        if (value !== null) shares.set(value, Math.max(share, shares.get(value) ?? 0));
      }
    }
  }
  return shares;
}
