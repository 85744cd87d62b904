import { type DemoQuery, SHOP_WORKLOAD } from "../shop-workload.ts";

/** The shop's workload with `?` for each parameter, as often as it stands in the text. */
export const MYSQL_WORKLOAD: readonly DemoQuery[] = SHOP_WORKLOAD.map(({ sql, executions }) => {
  const positions: number[] = [];
  const text = sql
    .replaceAll(/\$(\d+)(?:::\w+)?/g, (_, position: string) => {
      positions.push(Number(position) - 1);
      return "?";
    })
    .replaceAll(/interval '(\d+) day'/g, "interval $1 day");
  return {
    sql: text,
    executions: executions.map((parameters) =>
      positions.flatMap((position) => parameters[position] ?? []),
    ),
  };
});
