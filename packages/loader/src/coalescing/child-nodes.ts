import type { OperationNode } from "kysely";

/** Nodes directly below a node of Kysely's tree. */
export function* childNodes(node: object): Generator<OperationNode> {
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (isNode(one)) yield one;
    }
  }
}

function isNode(value: unknown): value is OperationNode {
  return (
    typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string"
  );
}
