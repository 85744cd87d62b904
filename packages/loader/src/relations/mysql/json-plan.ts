import { createQueryId, OrderByItemNode, type SelectQueryNode } from "kysely";
import {
  type MergedStatement,
  type MergePlan,
  NotMergeable,
} from "../../coalescing/coalescing-engine.ts";
import { columnName, KEYS, ORDINAL } from "../../coalescing/mysql/json-key-table.ts";
import { CALL, PLACE } from "../../coalescing/split-rows.ts";
import { joinKeys, splitJoined } from "../join-keys.ts";
import type { KeyedQuery } from "../keyed-query.ts";
import { KeyPart } from "../key-part.ts";
import { selectsAll } from "../selects-all.ts";
import type { JsonColumn } from "./json-column.ts";
import { ALL_KEYS, jsonKeys, jsonKeysText, readFromKeys } from "./key-table.ts";

const MAX_KEYS = 1000;

/** A plan for calls that differ by key alone. */
export interface JsonPlan extends MergePlan {
  /** Whether the keys of these calls can go as JSON. */
  takes(calls: readonly (readonly unknown[])[]): boolean;
  /** To ask the server whether it accepts such a statement. */
  readonly withoutKeys: Template;
}

interface Template {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Keys as JSON, joined with the table. {@link ALL_KEYS} is among the parameters of its template. */
export function jsonJoinPlan(query: KeyedQuery, columns: readonly JsonColumn[]): JsonPlan {
  const inner = { ...query, query: readFromKeys(query, columns) };
  const joined = joinKeys(inner, jsonKeys(columns));
  const template = query.compiler.compileQuery(joined, createQueryId());
  const hidden = selectsAll(query)
    ? [ORDINAL, ...columns.map((_, position) => columnName(position))]
    : [];
  return jsonPlan(query, columns, template, hidden);
}

/** Keys as JSON, and the query runs for each of them in a LATERAL join. */
export function jsonLateralPlan(query: KeyedQuery, columns: readonly JsonColumn[]): JsonPlan {
  const read = orderedByKey(query, readFromKeys(query, columns));
  const inner = query.compiler.compileQuery(read, createQueryId());
  const sql =
    `select ${KEYS}.${ORDINAL} - 1 as ${CALL}, __dbadvise_q.* from ${jsonKeysText(columns)} ` +
    `join lateral (select row_number() over () as ${PLACE}, __dbadvise_s.* from (${inner.sql}) as __dbadvise_s) ` +
    `as __dbadvise_q on true order by ${KEYS}.${ORDINAL}, ${PLACE}`;
  return jsonPlan(query, columns, { sql, parameters: [ALL_KEYS, ...inner.parameters] }, []);
}

/**
 * The same order: the key is the same for all rows. An index on the key and then the order serves it only if it says so, since
 * MySQL doesn't take a column for constant that a LATERAL join has bound.
 */
function orderedByKey({ keyColumns }: KeyedQuery, query: SelectQueryNode): SelectQueryNode {
  const { orderBy, groupBy, frontModifiers } = query;
  // Grouped and distinct rows may not be ordered by what isn't among them.
  if (orderBy === undefined || groupBy !== undefined || frontModifiers !== undefined) return query;
  const direction = orderBy.items[0]?.direction;
  const items = keyColumns.map((column) => OrderByItemNode.create(column, direction));
  return { ...query, orderBy: { ...orderBy, items: [...items, ...orderBy.items] } };
}

function jsonPlan(
  query: KeyedQuery,
  columns: readonly JsonColumn[],
  template: Template,
  hidden: readonly string[],
): JsonPlan {
  /** Which parameter of a call is each part of the key. */
  const places = columns.map((_, position) =>
    query.parameters.findIndex((one) => one instanceof KeyPart && one.position === position),
  );
  /** The others, in their order. */
  const shared = query.parameters.flatMap((one, index) => (one instanceof KeyPart ? [] : [index]));

  function rowOf(call: readonly unknown[]): (string | undefined)[] {
    return columns.map((column, position) => column.write(call[places[position] ?? -1]));
  }

  function merge(calls: readonly (readonly unknown[])[]): MergedStatement {
    const rows = calls.map(rowOf);
    if (rows.flat().includes(undefined)) throw new NotMergeable("a key that JSON can't hold");
    return {
      ...statement(rows, calls[0] ?? []),
      split: (found) => splitJoined(found, calls.length, hidden),
    };
  }

  function statement(keys: readonly unknown[], call: readonly unknown[]): Template {
    const rest = shared.values();
    const parameters = template.parameters.map((parameter) =>
      parameter === ALL_KEYS ? JSON.stringify(keys) : call[rest.next().value ?? -1],
    );
    return { sql: template.sql, parameters };
  }

  return {
    maxCalls: MAX_KEYS,
    takes: (calls) => calls.every((call) => !rowOf(call).includes(undefined)),
    merge,
    withoutKeys: statement([], query.parameters),
  };
}
