import {
  createQueryId,
  type OperationNode,
  type QueryCompiler,
  RawNode,
  type RootOperationNode,
  ValueListNode,
  ValueNode,
} from "kysely";
import { NotMergeable } from "./coalescing-engine.ts";

/** Stands for one value of the tree, so that its place among the parameters can be seen. */
class Mark {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

/** A query's tree without its values. */
export interface MarkedQuery {
  readonly tree: RootOperationNode;
  /** Which of the compiled query's parameters, from 0, a value of the tree stands for: `undefined` for any other value. */
  indexOf(value: unknown): number | undefined;
}

/** Takes the values out of a query. The tree is changed, never the text. */
export function markParameters(
  query: { readonly query: RootOperationNode; readonly sql: string },
  compiler: QueryCompiler,
): MarkedQuery {
  let marks = 0;
  const tree = mapValues(query.query, () => ValueNode.create(new Mark(marks++)));
  const { sql, parameters } = compiler.compileQuery(tree, createQueryId());
  if (sql !== query.sql || parameters.some((one) => !(one instanceof Mark))) {
    throw new NotMergeable("its values could not be told apart");
  }
  const places = new Map(
    parameters.map((parameter, index) => [(parameter as Mark).number, index] as const),
  );
  return {
    tree,
    indexOf: (value) => (value instanceof Mark ? places.get(value.number) : undefined),
  };
}

/** Compiles a marked query with SQL of one's own in the place of each parameter: `write(n)` for the n-th, from 0. */
export function compileWithParameters(
  { tree, indexOf }: MarkedQuery,
  compiler: QueryCompiler,
  write: (index: number) => string,
): string {
  const written = mapValues(tree, ({ value }) => {
    const index = indexOf(value);
    if (index === undefined) throw new NotMergeable("its values could not be told apart");
    return RawNode.createWithSql(write(index));
  });
  return compiler.compileQuery(written, createQueryId()).sql;
}

/** A copy of the tree in which each value that becomes a parameter is replaced. */
function mapValues(
  root: RootOperationNode,
  replace: (of: { readonly value: unknown }) => OperationNode,
): RootOperationNode {
  const map = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(map);
    if (typeof value !== "object" || value === null || !("kind" in value)) return value;
    if (value.kind === "ValueNode" && !("immediate" in value && value.immediate === true)) {
      return replace(value as ValueNode);
    }
    if (value.kind === "PrimitiveValueListNode" && "values" in value) {
      const values = value.values as readonly unknown[];
      return ValueListNode.create(values.map((one) => replace({ value: one })));
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
  };
  return map(root) as RootOperationNode;
}
