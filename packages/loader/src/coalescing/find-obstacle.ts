import type { OperationNode, RootOperationNode } from "kysely";
import { childNodes } from "./child-nodes.ts";

/** Parts of a SELECT that are what they look like: they read, and what they read is seen in the tree. */
const PLAIN_NODES: ReadonlySet<string> = new Set(
  [
    "AliasNode AndNode BinaryOperationNode CaseNode CastNode CollateNode ColumnNode CommonTableExpressionNameNode",
    "CommonTableExpressionNode DataTypeNode FromNode GroupByItemNode GroupByNode HavingNode IdentifierNode",
    "JSONOperatorChainNode JSONPathLegNode JSONPathNode JSONReferenceNode JoinNode LimitNode ListNode OffsetNode",
    "OnNode OperatorNode OrNode OrderByItemNode OrderByNode OverNode ParensNode PartitionByItemNode PartitionByNode",
    "PrimitiveValueListNode ReferenceNode SchemableIdentifierNode SelectAllNode SelectQueryNode SelectionNode",
    "SetOperationNode TableNode TupleNode UnaryOperationNode UsingNode ValueListNode ValueNode WhenNode WhereNode WithNode",
  ].flatMap((names) => names.split(" ")),
);

/** Raw SQL that Kysely itself writes, and that means nothing but itself. */
const PLAIN_RAW: ReadonlySet<string> = new Set(["", "asc", "desc", "distinct", "true"]);

/** Statements of which every part is seen in the tree. */
const STATEMENTS: ReadonlySet<string> = new Set(
  ["Select", "Insert", "Update", "Delete", "Merge"].map((name) => `${name}QueryNode`),
);

/**
 * Why a query must be sent as it is; `undefined` where nothing speaks against merging it with others. Judged by the tree that
 * Kysely compiled, and by what is known to be safe: an unknown part is an obstacle.
 */
export function findObstacle(
  query: RootOperationNode,
  parameters: readonly unknown[],
  safeFunctions: ReadonlySet<string>,
): string | undefined {
  if (query.kind === "RawNode") return "raw SQL, which may hold anything";
  if (query.kind !== "SelectQueryNode") return `${wordOf(query.kind)}, not a SELECT`;
  if (parameters.length === 0) return "no parameters";
  if (query.explain !== undefined) return "EXPLAIN";
  return firstIn(query, (node) => obstacleOf(node, safeFunctions));
}

/**
 * Whether the statement may change its session, such as the schemas that names are searched in: it holds raw SQL or functions
 * that are not known, or it is none that reads or writes rows.
 */
export function touchesSession(
  query: RootOperationNode,
  safeFunctions: ReadonlySet<string>,
): boolean {
  return (
    !STATEMENTS.has(query.kind) ||
    firstIn(query, (node) => codeObstacle(node, safeFunctions)) !== undefined
  );
}

/** The first answer that a node of the tree gives. */
function firstIn(
  node: OperationNode,
  ask: (node: OperationNode) => string | undefined,
): string | undefined {
  const own = ask(node);
  if (own !== undefined) return own;
  for (const child of childNodes(node)) {
    const answer = firstIn(child, ask);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function obstacleOf(node: OperationNode, safeFunctions: ReadonlySet<string>): string | undefined {
  const { kind } = node;
  if (kind === "RawNode" || kind === "FunctionNode" || kind === "AggregateFunctionNode") {
    return codeObstacle(node, safeFunctions);
  }
  if (kind === "SelectModifierNode") {
    return "modifier" in node && node.modifier === "Distinct"
      ? undefined
      : "a locking clause or another modifier";
  }
  if (STATEMENTS.has(kind) && kind !== "SelectQueryNode") {
    return "a statement in WITH that changes rows";
  }
  return PLAIN_NODES.has(kind) ? undefined : `${wordOf(kind)}, not known to be safe`;
}

/** Raw SQL and functions: they may do anything, unless they are known. */
function codeObstacle(
  node: OperationNode & { readonly func?: unknown },
  safeFunctions: ReadonlySet<string>,
): string | undefined {
  if (node.kind === "RawNode") {
    return isPlainRaw(node) ? undefined : "raw SQL, which may hold anything";
  }
  if (node.kind !== "FunctionNode" && node.kind !== "AggregateFunctionNode") return undefined;
  const name = String(node.func).toLowerCase();
  return safeFunctions.has(name) ? undefined : `function ${name}, not known to be stable`;
}

function isPlainRaw(node: OperationNode): boolean {
  const { sqlFragments } = node as { readonly sqlFragments?: readonly string[] };
  return sqlFragments?.every((fragment) => PLAIN_RAW.has(fragment.trim().toLowerCase())) === true;
}

/** `InsertQueryNode` as people say it. */
function wordOf(kind: string): string {
  return kind
    .replace(/(?:Query)?Node$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
}
