import { type OperationNode, WhenNode } from "kysely";
import { childNodes } from "../child-nodes.ts";

/** Clauses that choose rows: what stands in them has no part in the columns' types. */
const CONDITIONS: ReadonlySet<string> = new Set(
  "WhereNode OnNode HavingNode LimitNode OffsetNode".split(" "),
);

/** Whether a parameter is part of a column: its value decides that column's type, and UNION makes one type of all. */
export function parameterInOutput(node: OperationNode, inColumn = false): boolean {
  if (node.kind === "ValueNode") {
    return inColumn && !("immediate" in node && node.immediate === true);
  }
  if (CONDITIONS.has(node.kind)) return [...childNodes(node)].some((one) => parameterInOutput(one));
  if (WhenNode.is(node)) {
    const { condition, result } = node;
    return (
      parameterInOutput(condition) || (result !== undefined && parameterInOutput(result, inColumn))
    );
  }
  const within = inColumn || node.kind === "SelectionNode";
  return [...childNodes(node)].some((one) => parameterInOutput(one, within));
}
