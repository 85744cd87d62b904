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

/**
 * Compiles a query with SQL of one's own in the place of each parameter: `write(n)` for the n-th, from 0, in the order of the
 * compiled parameters. The tree is changed, never the text.
 */
export function compileWithParameters(
  query: { readonly query: RootOperationNode; readonly sql: string },
  compiler: QueryCompiler,
  write: (index: number) => string,
): string {
  let marks = 0;
  const marked = mapValues(query.query, () => ValueNode.create(new Mark(marks++)));
  const first = compiler.compileQuery(marked, createQueryId());
  if (first.sql !== query.sql) throw new NotMergeable("its values could not be told apart");
  const places = new Map(
    first.parameters.map((parameter, index) => [
      parameter instanceof Mark ? parameter.number : -1,
      index,
    ]),
  );
  let number = 0;
  const written = mapValues(query.query, () => {
    const index = places.get(number++);
    if (index === undefined) throw new NotMergeable("its values could not be told apart");
    return RawNode.createWithSql(write(index));
  });
  return compiler.compileQuery(written, createQueryId()).sql;
}

/** A copy of the tree in which each value that becomes a parameter is replaced. */
function mapValues(root: RootOperationNode, replace: () => OperationNode): RootOperationNode {
  const map = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(map);
    if (typeof value !== "object" || value === null || !("kind" in value)) return value;
    if (value.kind === "ValueNode" && !("immediate" in value && value.immediate === true)) {
      return replace();
    }
    if (value.kind === "PrimitiveValueListNode" && "values" in value) {
      return ValueListNode.create((value.values as readonly unknown[]).map(replace));
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
  };
  return map(root) as RootOperationNode;
}
