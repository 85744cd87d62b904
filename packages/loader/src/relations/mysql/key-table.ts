import {
  type OperationNode,
  RawNode,
  type RootOperationNode,
  type SelectQueryNode,
  ValueNode,
} from "kysely";
import { columnName, KEYS, keyTableParts, ORDINAL } from "../../coalescing/mysql/json-key-table.ts";
import type { KeyTable } from "../join-keys.ts";
import type { KeyedQuery } from "../keyed-query.ts";
import { KeyPart } from "../key-part.ts";
import type { JsonColumn } from "./json-column.ts";

/** Stands for all keys of a statement, as one parameter. */
export const ALL_KEYS: unique symbol = Symbol("all keys");

/** The keys as rows of JSON_TABLE. */
export function jsonKeys(columns: readonly JsonColumn[]): KeyTable {
  const [before, after] = keyTableParts(columns.map(({ type }) => type));
  return {
    join: (table) =>
      RawNode.create([before, `${after} straight_join `, ""], [ValueNode.create(ALL_KEYS), table]),
    place: `${KEYS}.${ORDINAL} - 1`,
    order: `${KEYS}.${ORDINAL}`,
  };
}

/** The same for a text that begins with it. */
export function jsonKeysText(columns: readonly JsonColumn[]): string {
  return keyTableParts(columns.map(({ type }) => type)).join("?");
}

/** The query with columns of the key table in the place of the key. */
export function readFromKeys(
  { query }: KeyedQuery,
  columns: readonly JsonColumn[],
): SelectQueryNode {
  const map = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(map);
    if (typeof value !== "object" || value === null || !("kind" in value)) return value;
    if (value.kind === "ValueNode" && "value" in value && value.value instanceof KeyPart) {
      const { position } = value.value;
      const name = `${KEYS}.${columnName(position)}`;
      return RawNode.createWithSql(columns[position]?.read(name) ?? name);
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
  };
  return map(query satisfies RootOperationNode) as SelectQueryNode & OperationNode;
}
