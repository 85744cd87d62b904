import type { Query } from "../syntax/tree.ts";
import { walkExpression } from "../syntax/walk.ts";
import { isAggregate } from "./functions.ts";
import type { DescribeContext } from "./model.ts";

/** Whether each row of the result is one row of the one table in FROM: its conditions alone decide how many there are. */
export function givesPlainRows(query: Query, { names }: DescribeContext): boolean {
  const { body } = query;
  if (body.kind !== "select" || query.with !== null || query.limit !== null) return false;
  const [item, ...more] = body.from;
  if (item?.kind !== "table" || more.length > 0) return false;
  if (names.find(item.schema, item.name).kind !== "table") return false;
  if (body.distinct || body.groupBy.length > 0 || body.having !== null) return false;
  let aggregates = false;
  for (const { expression } of [...body.items, ...query.orderBy]) {
    walkExpression(expression, (part) => {
      aggregates ||= isAggregate(part);
    });
  }
  return !aggregates;
}
