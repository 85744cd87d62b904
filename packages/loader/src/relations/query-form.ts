import type { OperationNode, SelectQueryNode } from "kysely";
import { childNodes } from "../coalescing/child-nodes.ts";

/**
 * How the query of one key is written for many. `rows`: each row of the table stands for itself, so that the keys can simply
 * be joined. `groups`: the same, counted by key. `perKey`: a limit, a grouping or the like has to be done for each key.
 */
export type QueryForm = "rows" | "groups" | "perKey";

const PER_KEY_CLAUSES = [
  "limit",
  "offset",
  "fetch",
  "top",
  "distinctOn",
  "groupBy",
  "having",
  "frontModifiers",
  "endModifiers",
] as const;

/** Whether all rows of all keys may come from one join. */
export function isPlain(node: SelectQueryNode): boolean {
  return (
    PER_KEY_CLAUSES.every((clause) => node[clause] === undefined) &&
    !(node.selections ?? []).some(mayAggregate)
  );
}

/** Functions and raw SQL may be aggregates or windows, which see all rows. */
function mayAggregate(node: OperationNode): boolean {
  return (
    ["AggregateFunctionNode", "FunctionNode", "OverNode", "RawNode"].includes(node.kind) ||
    [...childNodes(node)].some(mayAggregate)
  );
}
