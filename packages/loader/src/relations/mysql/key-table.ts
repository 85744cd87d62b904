import {
  type OperationNode,
  RawNode,
  type RootOperationNode,
  type SelectQueryNode,
  ValueNode,
} from "kysely";
import type { KeyTable } from "../join-keys.ts";
import type { KeyedQuery } from "../keyed-query.ts";
import { KeyPart } from "../key-part.ts";
import type { JsonColumn } from "./json-column.ts";

/** Stands for all keys of a statement, as one parameter. */
export const ALL_KEYS: unique symbol = Symbol("all keys");

/** Columns of the key table, which `select *` of a joined query has too. */
export const ORDINAL = "__dbadvise_o";
export const columnName = (position: number): string => `__dbadvise_p${position}`;

const keyTable = (columns: readonly JsonColumn[]): readonly [string, string] => {
  const parts = columns.map(
    ({ type }, position) => `${columnName(position)} ${type} path '$[${position}]'`,
  );
  return [
    "json_table(",
    `, '$[*]' columns (${ORDINAL} for ordinality, ${parts.join(", ")})) as __dbadvise_k`,
  ];
};

/** The keys as rows of JSON_TABLE. STRAIGHT_JOIN: it has no statistics by which the server could see that it comes first. */
export function jsonKeys(columns: readonly JsonColumn[]): KeyTable {
  const [before, after] = keyTable(columns);
  return {
    join: (table) =>
      RawNode.create([before, `${after} straight_join `, ""], [ValueNode.create(ALL_KEYS), table]),
    place: `__dbadvise_k.${ORDINAL} - 1`,
    order: `__dbadvise_k.${ORDINAL}`,
  };
}

/** The same for a text that begins with it. */
export function jsonKeysText(columns: readonly JsonColumn[]): string {
  return keyTable(columns).join("?");
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
      const name = `__dbadvise_k.${columnName(position)}`;
      return RawNode.createWithSql(columns[position]?.read(name) ?? name);
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
  };
  return map(query satisfies RootOperationNode) as SelectQueryNode & OperationNode;
}
