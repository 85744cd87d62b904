import {
  AliasNode,
  FromNode,
  GroupByItemNode,
  IdentifierNode,
  type OperationNode,
  OrderByItemNode,
  RawNode,
  SelectionNode,
  SelectQueryNode,
} from "kysely";
import { CALL, splitRows } from "../coalescing/split-rows.ts";
import type { KeyedQuery } from "./keyed-query.ts";

/** The keys as SQL: a table with a row for each. */
export interface KeyTable {
  /** The query's own table, joined to the keys. */
  join(table: OperationNode): OperationNode;
  /** The place of a row's key, from 0, as a whole number that the driver reads as such. */
  readonly place: string;
  /** What orders and groups by key. */
  readonly order: string;
}

/** A plain query with its keys in one join, each row with its key's place. */
export function joinKeys({ query, form }: KeyedQuery, keys: KeyTable): SelectQueryNode {
  const call = SelectionNode.create(
    AliasNode.create(RawNode.createWithSql(keys.place), IdentifierNode.create(CALL)),
  );
  const joined = SelectQueryNode.cloneWithSelections(
    {
      ...query,
      from: FromNode.create(
        (query.from?.froms ?? []).map((from, index) => (index === 0 ? keys.join(from) : from)),
      ),
    },
    [call],
  );
  const order: OperationNode = RawNode.createWithSql(keys.order);
  if (form === "groups") {
    return SelectQueryNode.cloneWithGroupByItems(joined, [GroupByItemNode.create(order)]);
  }
  if (query.orderBy === undefined) return joined;
  return {
    ...joined,
    orderBy: { ...query.orderBy, items: [OrderByItemNode.create(order), ...query.orderBy.items] },
  };
}

/**
 * Gives each key its rows.
 *
 * @param hidden columns of the keys that `select *` has brought along
 */
export function splitJoined(
  rows: readonly Record<string, unknown>[],
  keys: number,
  hidden: readonly string[],
): Record<string, unknown>[][] {
  for (const row of rows) for (const name of hidden) delete row[name];
  return splitRows(rows, keys);
}
