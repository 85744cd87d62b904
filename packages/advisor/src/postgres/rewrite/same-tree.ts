import type { Node } from "libpg-query";
import { isNode } from "../describe/node-parts.ts";

/** Keys that say where something stands in the text. */
const POSITION = /location$|^stmt_len$|list_(?:start|end)$/;

/** Equal for trees that mean the same text: positions and the order of keys left out, `a AND (b AND c)` written flat. */
export function treeKey(value: unknown): string {
  return JSON.stringify(canonical(value));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  if (isNode(value) && "BoolExpr" in value && value.BoolExpr.boolop === "AND_EXPR") {
    return { and: conjunctsOf(value).map(canonical) };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !POSITION.test(key))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonical(part)]),
  );
}

/** The conditions that must all hold. */
export function conjunctsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return "BoolExpr" in node && node.BoolExpr.boolop === "AND_EXPR"
    ? (node.BoolExpr.args ?? []).flatMap(conjunctsOf)
    : [node];
}

/** A copy of the tree with one part (the very object) in another's place. */
export function replaceIn<Tree>(tree: Tree, part: object, by: unknown): Tree {
  return copy(tree, part, by) as Tree;
}

function copy(value: unknown, part: object, by: unknown): unknown {
  if (value === part) return by;
  if (Array.isArray(value)) return value.map((item) => copy(item, part, by));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, copy(item, part, by)]),
  );
}
