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
const PLAIN_RAW: ReadonlySet<string> = new Set(["", "asc", "desc", "distinct", ",", "(", ")"]);

/**
 * Why a query must be sent as it is; `undefined` where nothing speaks against merging it with others. Judged by the tree that
 * Kysely compiled, and by what is known to be safe: an unknown part is an obstacle.
 */
export function findObstacle(
  query: RootOperationNode,
  parameters: readonly unknown[],
  safeFunctions: ReadonlySet<string>,
): string | undefined {
  if (query.kind !== "SelectQueryNode") return `${wordOf(query.kind)}, not a SELECT`;
  if (parameters.length === 0) return "no parameters";
  if (query.explain !== undefined) return "EXPLAIN";
  return obstacleIn(query, safeFunctions);
}

function obstacleIn(node: OperationNode, safeFunctions: ReadonlySet<string>): string | undefined {
  const own = ownObstacle(node, safeFunctions);
  if (own !== undefined) return own;
  for (const child of childNodes(node)) {
    const obstacle = obstacleIn(child, safeFunctions);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

function ownObstacle(
  node: OperationNode & { readonly func?: unknown },
  safeFunctions: ReadonlySet<string>,
): string | undefined {
  switch (node.kind) {
    case "RawNode":
      return isPlainRaw(node) ? undefined : "raw SQL, which may hold anything";
    case "SelectModifierNode":
      return "modifier" in node && node.modifier === "Distinct"
        ? undefined
        : "a locking clause or another modifier";
    case "FunctionNode":
    case "AggregateFunctionNode": {
      const name = String(node.func).toLowerCase();
      return safeFunctions.has(name) ? undefined : `function ${name}, not known to be stable`;
    }
    case "InsertQueryNode":
    case "UpdateQueryNode":
    case "DeleteQueryNode":
    case "MergeQueryNode":
      return "a statement in WITH that changes rows";
    default:
      return PLAIN_NODES.has(node.kind) ? undefined : `${wordOf(node.kind)}, not known to be safe`;
  }
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
