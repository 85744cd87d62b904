import type { Expression, FromItem, OrderItem, SyntaxTree, Window } from "./tree.ts";

/** The same expression with its operands replaced; subqueries stay as they are. */
export function mapOperands(
  node: Expression,
  map: (operand: Expression) => Expression,
): Expression {
  switch (node.kind) {
    case "unary":
    case "is":
    case "cast":
    case "quantified":
      return { ...node, operand: map(node.operand) };
    case "binary":
      return node.operator === "collate"
        ? { ...node, left: map(node.left) }
        : { ...node, left: map(node.left), right: map(node.right) };
    case "between":
      return { ...node, operand: map(node.operand), low: map(node.low), high: map(node.high) };
    case "in":
      return { ...node, operand: map(node.operand), items: node.items.map(map) };
    case "call":
      return {
        ...node,
        args: node.args.map(map),
        orderBy: mapOrder(node.orderBy, map),
        over: mapWindow(node.over, map),
      };
    case "match":
      return { ...node, columns: node.columns.map(map), against: map(node.against) };
    case "case":
      return {
        ...node,
        operand: node.operand === null ? null : map(node.operand),
        branches: node.branches.map((branch) => ({
          when: map(branch.when),
          result: map(branch.result),
        })),
        otherwise: node.otherwise === null ? null : map(node.otherwise),
      };
    case "row":
      return { ...node, items: node.items.map(map) };
    case "special":
      return { ...node, args: node.args.map(map) };
    case "interval":
      return { ...node, value: map(node.value) };
    case "column":
    case "literal":
    case "placeholder":
    case "subquery":
    case "variable":
      return node;
  }
}

function mapOrder(
  items: readonly OrderItem[],
  map: (operand: Expression) => Expression,
): readonly OrderItem[] {
  return items.map((item) => ({ ...item, expression: map(item.expression) }));
}

function mapWindow(
  over: Window | string | null,
  map: (operand: Expression) => Expression,
): Window | string | null {
  if (over === null || typeof over === "string") return over;
  return {
    ...over,
    partitionBy: over.partitionBy.map(map),
    orderBy: mapOrder(over.orderBy, map),
  };
}

/** Calls back for an expression and all below it, outermost first; subqueries are not entered. */
export function walkExpression(node: Expression, enter: (node: Expression) => void): void {
  enter(node);
  mapOperands(node, (operand) => {
    walkExpression(operand, enter);
    return operand;
  });
}

/** Every table that a statement names, in its queries of any depth, in the order of the text. */
export function tableItems(tree: SyntaxTree): readonly Extract<FromItem, { kind: "table" }>[] {
  const found: Extract<FromItem, { kind: "table" }>[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === "object" && value !== null) {
      if ("kind" in value && value.kind === "table") {
        found.push(value as Extract<FromItem, { kind: "table" }>);
      } else for (const part of Object.values(value)) visit(part);
    }
  };
  visit(tree);
  return found;
}
