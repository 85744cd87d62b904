import {
  type BinaryOperationNode,
  type CompiledQuery,
  type Compilable,
  type Kysely,
  type OperationNode,
  type QueryCompiler,
  type ReferenceNode,
  type SelectQueryBuilder,
  type SelectQueryNode,
  sql,
  type ValueNode,
} from "kysely";
import { childNodes } from "../coalescing/child-nodes.ts";
import { type TableName, tableNames } from "../coalescing/table-names.ts";
import { KeyPart } from "./key-part.ts";
import { isPlain, type QueryForm } from "./query-form.ts";

/** A query as it is for one key, with a {@link KeyPart} in the place of each of the key's values. */
export interface KeyedQuery extends CompiledQuery {
  readonly query: SelectQueryNode;
  readonly form: QueryForm;
  readonly compiler: QueryCompiler;
  /** As the database knows it, and so the columns. */
  readonly table: TableName;
  readonly keyColumns: readonly ReferenceNode[];
}

type AnyQuery = SelectQueryBuilder<Record<string, Record<string, unknown>>, string, object>;

/** The query of a relation, whatever its types. */
export interface QuerySource {
  readonly from: string;
  readonly columns: readonly string[];
  readonly query: ((query: AnyQuery, args: unknown) => Compilable) | undefined;
  /** What the relation makes of its user's query. */
  readonly reads: "rows" | "first row" | "count" | "existence";
}

/** Compiles the query through the plugins of `db`. Throws a `TypeError` where it is none that can be asked by key. */
export function compileKeyedQuery(
  db: Kysely<unknown>,
  source: QuerySource,
  args: unknown,
): KeyedQuery {
  const { from, columns, reads } = source;
  const table = (db as Kysely<Record<string, Record<string, unknown>>>).selectFrom(
    from,
  ) as AnyQuery;
  const selected = (source.query?.(table, args) ?? table.selectAll(from)) as AnyQuery;
  let query = READINGS[reads](selected);
  // Added to whatever it has, so that nothing in it can take the key away.
  for (const [position, column] of columns.entries()) {
    query = query.where(`${from}.${column}`, "=", new KeyPart(position));
  }
  const compiled = query.compile();
  const node = compiled.query as SelectQueryNode;
  const places = compiled.parameters.filter((parameter) => parameter instanceof KeyPart);
  if (places.length !== columns.length) {
    throw new TypeError(`The key of ${from} did not come through a plugin of Kysely as it was`);
  }
  if (node.setOperations !== undefined) {
    throw new TypeError(
      `The query of ${from} must not be a union: it has no single place for a key`,
    );
  }
  if (reads === "count" && !isPlain({ ...node, selections: [] })) {
    throw new TypeError(`The query of a count takes conditions and joins, no limit or grouping`);
  }
  const [main] = node.from?.froms.flatMap(tableNames) ?? [];
  if (main === undefined) throw new TypeError(`The query of ${from} must read ${from}`);
  return {
    ...compiled,
    query: node,
    form: reads === "count" ? "groups" : isPlain(node) ? "rows" : "perKey",
    compiler: db.getExecutor(),
    table: main,
    keyColumns: columns.flatMap((_, position) => columnOf(node, position) ?? []),
  };
}

const READINGS: Readonly<Record<QuerySource["reads"], (query: AnyQuery) => AnyQuery>> = {
  rows: (query) => query,
  "first row": (query) => query.limit(1),
  count: (query) =>
    query
      .clearSelect()
      .clearOrderBy()
      .select(sql`count(*)`.as("__dbadvise_count")),
  existence: (query) =>
    query
      .clearSelect()
      .clearOrderBy()
      .select(sql`1`.as("__dbadvise_exists"))
      .limit(1),
};

/** The column that a part of the key is compared with, as plugins have renamed it. */
function columnOf(node: OperationNode, position: number): ReferenceNode | undefined {
  if (node.kind === "BinaryOperationNode") {
    const { leftOperand, rightOperand } = node as BinaryOperationNode;
    const { value } = rightOperand as ValueNode;
    if (value instanceof KeyPart && value.position === position) {
      return leftOperand as ReferenceNode;
    }
  }
  for (const child of childNodes(node)) {
    const found = columnOf(child, position);
    if (found !== undefined) return found;
  }
  return undefined;
}
