import type { Node } from "libpg-query";

/** The strings of a name's parts; a star ends it as `*`. */
export function nameParts(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).map((node) =>
    "String" in node ? (node.String.sval ?? "") : "A_Star" in node ? "*" : "",
  );
}

/** Whether a value of the tree is a node of this kind: an object with that key alone. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && Object.keys(value).length === 1;
}

/** Calls back for every node below (and including) `value`, outermost first; `false` leaves a node's insides out. */
export function walkNodes(value: unknown, enter: (node: Node) => boolean): void {
  if (Array.isArray(value)) {
    for (const item of value) walkNodes(item, enter);
  } else if (typeof value === "object" && value !== null) {
    if (isNode(value) && !enter(value)) return;
    for (const part of Object.values(value)) walkNodes(part, enter);
  }
}

/** The node inside casts and COLLATE: what was written, whatever it is made. */
export function withoutCasts(node: Node): Node {
  if ("TypeCast" in node && node.TypeCast.arg !== undefined) return withoutCasts(node.TypeCast.arg);
  if ("CollateClause" in node && node.CollateClause.arg !== undefined) {
    return withoutCasts(node.CollateClause.arg);
  }
  return node;
}

/** The text of a string constant. */
export function stringConstant(node: Node | undefined): string | null {
  const inner = node === undefined ? undefined : withoutCasts(node);
  if (inner === undefined || !("A_Const" in inner)) return null;
  return inner.A_Const.sval === undefined ? null : (inner.A_Const.sval.sval ?? "");
}

/** The value of an integer constant (the parser leaves zero out). */
export function integerConstant(node: Node | undefined): number | null {
  if (node === undefined || !("A_Const" in node) || node.A_Const.ival === undefined) return null;
  return node.A_Const.ival.ival ?? 0;
}

/** Items of a list or row; the node itself for anything else. */
export function listItems(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  if ("List" in node) return node.List.items ?? [];
  if ("RowExpr" in node) return node.RowExpr.args ?? [];
  return [node];
}

export function rowItems(node: Node | undefined): readonly Node[] | null {
  return node !== undefined && "RowExpr" in node ? (node.RowExpr.args ?? []) : null;
}

/** How often each unqualified relation name is used anywhere in a tree. */
export function countReferences(tree: Node): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  walkNodes(tree, (node) => {
    if ("RangeVar" in node && node.RangeVar.schemaname === undefined) {
      const name = node.RangeVar.relname ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return true;
  });
  return counts;
}
