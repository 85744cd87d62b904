import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  type OperationNode,
  ParensNode,
  ReferenceNode,
  type SelectionNode,
  SelectQueryNode,
  TableNode,
} from "kysely";
import { childNodes } from "../child-nodes.ts";
import type { MarkedQuery } from "../compile-with-parameters.ts";
import type { TableName } from "../table-names.ts";

/** A query of one table's own columns, where each parameter is what a column equals. */
export interface PointQuery {
  readonly tree: SelectQueryNode;
  readonly table: TableName;
  /** By what the query calls its table. */
  readonly calledBy: TableNode;
  /** Names in lower case of the columns that the parameters are compared with, in the parameters' order. */
  readonly keys: readonly string[];
}

/** Clauses of such a query, and no others. */
const CLAUSES: ReadonlySet<string> = new Set(["kind", "from", "selections", "where"]);

/** `undefined` for any other query. */
export function readPointQuery({ tree, indexOf }: MarkedQuery): PointQuery | undefined {
  if (!SelectQueryNode.is(tree)) return undefined;
  const { from, selections, where } = tree;
  const clauses = Object.entries(tree).filter(([, clause]) => clause !== undefined);
  if (clauses.some(([name]) => !CLAUSES.has(name))) return undefined;
  const [source, ...others] = from?.froms ?? [];
  if (source === undefined || others.length > 0 || where === undefined) return undefined;
  const table = AliasNode.is(source) ? source.node : source;
  const calledBy = calledByOf(source);
  if (!TableNode.is(table) || calledBy === undefined) return undefined;
  if (selections === undefined || !selections.every(isPlainColumn)) return undefined;
  const keys: string[] = [];
  for (const condition of conjunctsOf(where.where)) {
    const key = keyOf(condition, indexOf);
    if (key !== undefined) keys[key.index] = key.column;
    else if (!isConstant(condition)) return undefined;
  }
  const { schema, identifier } = table.table;
  return { tree, table: { schema: schema?.name, name: identifier.name }, calledBy, keys };
}

function calledByOf(source: OperationNode): TableNode | undefined {
  if (TableNode.is(source)) return source;
  if (!AliasNode.is(source) || source.alias.kind !== "IdentifierNode") return undefined;
  return TableNode.create((source.alias as OperationNode & { readonly name: string }).name);
}

function isPlainColumn({ selection }: SelectionNode): boolean {
  if (AliasNode.is(selection)) {
    return columnOf(selection.node) !== undefined && selection.alias.kind === "IdentifierNode";
  }
  return (
    columnOf(selection) !== undefined ||
    selection.kind === "SelectAllNode" ||
    (ReferenceNode.is(selection) && selection.column.kind === "SelectAllNode")
  );
}

function columnOf(node: OperationNode): string | undefined {
  if (ColumnNode.is(node)) return node.column.name;
  return ReferenceNode.is(node) && ColumnNode.is(node.column) ? node.column.column.name : undefined;
}

function conjunctsOf(node: OperationNode): OperationNode[] {
  if (ParensNode.is(node)) return conjunctsOf(node.node);
  return AndNode.is(node) ? [...conjunctsOf(node.left), ...conjunctsOf(node.right)] : [node];
}

/** Of `column = ?`. */
function keyOf(
  node: OperationNode,
  indexOf: MarkedQuery["indexOf"],
): { readonly column: string; readonly index: number } | undefined {
  if (!BinaryOperationNode.is(node) || operatorOf(node) !== "=") return undefined;
  const column = columnOf(node.leftOperand)?.toLowerCase();
  const index = "value" in node.rightOperand ? indexOf(node.rightOperand.value) : undefined;
  return column === undefined || index === undefined ? undefined : { column, index };
}

function operatorOf({ operator }: BinaryOperationNode): unknown {
  return "operator" in operator ? operator.operator : undefined;
}

/** Comparisons, which fail for no values. */
const COMPARISONS: ReadonlySet<unknown> = new Set(
  "=,<=>,!=,<>,<,<=,>,>=,is,is not,in,not in,like,not like".split(","),
);

/** What such conditions are made of besides comparisons. */
const CONSTANT_NODES: ReadonlySet<string> = new Set(
  (
    "AndNode OrNode ParensNode OperatorNode ReferenceNode ColumnNode TableNode SchemableIdentifierNode " +
    "IdentifierNode ValueListNode"
  ).split(" "),
);

/**
 * Whether a condition has no parameter and can't fail: the server may try it on rows that no call alone would have led it to.
 * Arithmetic and functions can fail.
 */
function isConstant(node: OperationNode): boolean {
  const plain =
    CONSTANT_NODES.has(node.kind) ||
    (node.kind === "ValueNode" && "immediate" in node && node.immediate === true) ||
    (BinaryOperationNode.is(node) && COMPARISONS.has(operatorOf(node)));
  return plain && [...childNodes(node)].every(isConstant);
}
