import type { KeyedQuery } from "./keyed-query.ts";

/** Whether the query has a `*` of all tables, which takes in whatever is joined. */
export function selectsAll({ query }: KeyedQuery): boolean {
  return (query.selections ?? []).some(({ selection }) => selection.kind === "SelectAllNode");
}
