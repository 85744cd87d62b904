import {
  AliasNode,
  FromNode,
  IdentifierNode,
  type QueryCompiler,
  RawNode,
  SelectionNode,
  SelectQueryNode,
} from "kysely";
import { type MergedStatement, type MergePlan, NotMergeable } from "../coalescing-engine.ts";
import { compileWithParameters, type MarkedQuery } from "../compile-with-parameters.ts";
import { CALL, splitRows } from "../split-rows.ts";
import { columnName, KEYS, keyTableParts, ORDINAL } from "./json-key-table.ts";
import type { PointQuery } from "./point-query.ts";
import { integerKeyType, type ServerFacts } from "./server-facts.ts";

const MAX_CALLS = 1000;

type KeyType = NonNullable<ReturnType<typeof integerKeyType>>;

/**
 * Merges calls by a join of the table with their keys, which go as JSON. Its rows are columns of the table, as they were, since
 * nothing makes one type of several as UNION does.
 *
 * Keys are integers alone: what equals them is the same for a column and for a constant. `undefined` where a column is of
 * another type, or the server has no JSON_TABLE.
 */
export function pointPlan(
  { tree, calledBy, keys }: PointQuery,
  { indexOf }: MarkedQuery,
  compiler: QueryCompiler,
  facts: ServerFacts,
): MergePlan | undefined {
  const types = keys.flatMap((key) => {
    const column = facts.columns.get(key);
    return (column && integerKeyType(column)) ?? [];
  });
  if (!facts.hasJsonTable || types.length < keys.length) return undefined;
  const joined = { tree: joinKeys(tree, calledBy, types), indexOf };
  const sql = compileWithParameters(joined, compiler, (index) => `${KEYS}.${columnName(index)}`);

  function merge(calls: readonly (readonly unknown[])[]): MergedStatement {
    const rows = calls.map((call) => keyText(call, types));
    return {
      sql,
      parameters: [`[${rows.join()}]`],
      split: (found) => splitRows(found, calls.length),
    };
  }

  return { maxCalls: MAX_CALLS, merge };
}

function joinKeys(
  tree: SelectQueryNode,
  calledBy: PointQuery["calledBy"],
  types: readonly string[],
): SelectQueryNode {
  const { from, selections = [] } = tree;
  // A bare `*` would take in the columns of the keys.
  const columns = selections.map((one) =>
    one.selection.kind === "SelectAllNode" ? SelectionNode.createSelectAllFromTable(calledBy) : one,
  );
  const place = RawNode.createWithSql(`${KEYS}.${ORDINAL} - 1`);
  const call = SelectionNode.create(AliasNode.create(place, IdentifierNode.create(CALL)));
  const keyTable = keyTableParts(types).join("?");
  const source = RawNode.create([`${keyTable} straight_join `, ""], from?.froms ?? []);
  return { ...tree, from: FromNode.create([source]), selections: [...columns, call] };
}

/** A call's key as JSON. An empty one equals nothing, as NULL does. */
function keyText(call: readonly unknown[], types: readonly KeyType[]): string {
  if (call.some((value, index) => value !== null && !isKey(value, types[index]))) {
    throw new NotMergeable("a value that is no integer of its column's range");
  }
  return call.includes(null) ? "[]" : `[${call.join()}]`;
}

/** Beyond the range of 64 bits servers compare by other rules; beyond that of the column nothing is equal. */
function isKey(value: unknown, type: KeyType | undefined): boolean {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && (value >= 0 || type === "bigint");
  }
  if (typeof value !== "bigint") return false;
  return value === (type === "bigint" ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));
}
