import {
  AliasNode,
  createQueryId,
  IdentifierNode,
  LimitNode,
  type QueryCompiler,
  RawNode,
  SelectionNode,
  SelectQueryNode,
  ValueNode,
} from "kysely";
import { type MergedStatement, type MergePlan, NotMergeable } from "../coalescing-engine.ts";
import type { MarkedQuery } from "../compile-with-parameters.ts";
import { CALL, splitRows } from "../split-rows.ts";
import { parameterInOutput } from "./parameter-in-output.ts";

/** Branches of one statement, at most: each is parsed and planned for itself. */
const MAX_CALLS = 128;
/** A prepared statement's placeholders, at most: the protocol counts them in 16 bits. */
const MAX_PLACEHOLDERS = 65_535;
/** Bytes of values in one statement, at most: well below any default of max_allowed_packet. */
const MAX_BYTES = 1024 * 1024;
/** An ORDER BY in a branch is kept only beside a LIMIT (manual: "UNION Clause"): this one limits nothing. */
const NO_LIMIT = "18446744073709551615";

/**
 * Merges calls by UNION ALL of the query for each of them. The branches are the same text, and their number is a power of two,
 * so that the server sees few texts: what is left over repeats the last call, and its rows are dropped.
 */
export function unionPlan(query: MarkedQuery, compiler: QueryCompiler): MergePlan {
  if (parameterInOutput(query.tree)) {
    throw new NotMergeable("a parameter in its columns, whose type the others' would change");
  }
  const { sql: branch, parameters } = branchOf(query.tree, compiler);
  /** Which parameter of the call stands at each place; -1 for the number of the call. */
  const places = parameters.map((parameter) => query.indexOf(parameter) ?? -1);
  const texts = new Map<number, string>();

  function textFor(size: number): string {
    const known = texts.get(size);
    if (known !== undefined) return known;
    const text = Array.from({ length: size }, () => `(${branch})`).join(" union all ");
    texts.set(size, text);
    return text;
  }

  function merge(calls: readonly (readonly unknown[])[]): MergedStatement {
    let bytes = 0;
    for (const call of calls) for (const value of call) bytes += sizeOf(value);
    if (bytes > MAX_BYTES) throw new NotMergeable("more values than one statement may hold");
    const size = 2 ** Math.ceil(Math.log2(calls.length));
    const values = Array.from({ length: size }, (_, number) => {
      const call = calls[Math.min(number, calls.length - 1)] ?? [];
      return places.map((place) => (place === -1 ? number : call[place]));
    });
    return {
      sql: textFor(size),
      parameters: values.flat(),
      split: (rows) => splitRows(rows, calls.length),
    };
  }

  return { maxCalls: powerBelow(Math.min(MAX_CALLS, MAX_PLACEHOLDERS / places.length)), merge };
}

interface Branch {
  readonly sql: string;
  /** Marks of the query, and one value for the number of the call. */
  readonly parameters: readonly unknown[];
}

/** The query with its call's number as the last column: columns that are named or counted from the left stay what they are. */
function branchOf(tree: MarkedQuery["tree"], compiler: QueryCompiler): Branch {
  if (!SelectQueryNode.is(tree)) throw new NotMergeable("not a SELECT");
  const call = AliasNode.create(ValueNode.create(CALL), IdentifierNode.create(CALL));
  // What is not a single SELECT has no list of columns to add to: it becomes a table.
  if (tree.setOperations !== undefined || tree.with !== undefined) {
    const { sql, parameters } = compiler.compileQuery(orderKept(tree), createQueryId());
    return {
      sql: `select \`__q\`.*, ? as \`${CALL}\` from (${sql}) as \`__q\``,
      parameters: [CALL, ...parameters],
    };
  }
  const query = SelectQueryNode.cloneWithSelections(tree, [SelectionNode.create(call)]);
  return compiler.compileQuery(orderKept(query), createQueryId());
}

function orderKept(query: SelectQueryNode): SelectQueryNode {
  return query.orderBy === undefined || query.limit !== undefined
    ? query
    : SelectQueryNode.cloneWithLimit(query, LimitNode.create(RawNode.createWithSql(NO_LIMIT)));
}

function powerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count));
}

/** Bytes of a value as text, at most. A value that drivers write in ways of their own is refused. */
function sizeOf(value: unknown): number {
  if (value === undefined || value === null) return 4;
  if (typeof value === "string") return value.length * 4 + 2;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return 24;
  }
  if (value instanceof Date) return 32;
  if (Buffer.isBuffer(value)) return value.length * 2 + 3;
  throw new NotMergeable("a value that is neither text, number, time nor bytes");
}
