import { type Node, parseSync } from "libpg-query";
import { deparseSync } from "pgsql-deparser";
import { treeKey } from "./same-tree.ts";

/** The condition or value that a piece of SQL is. Throws where it is none. */
export function parseFragment(sql: string): Node {
  const select = parseStatement(`SELECT ${sql}`);
  const [target, ...more] = "SelectStmt" in select ? (select.SelectStmt.targetList ?? []) : [];
  const node = target !== undefined && "ResTarget" in target ? target.ResTarget.val : undefined;
  if (node === undefined || more.length > 0) throw new Error(`not one expression: ${sql}`);
  return node;
}

/** The tree of a text that holds one statement. Throws where it does not. */
export function parseStatement(sql: string): Node {
  const [first, ...more] = parseSync(sql).stmts ?? [];
  if (first?.stmt === undefined || more.length > 0) throw new Error("not one statement");
  return first.stmt;
}

/** SQL of a part of a statement, in one line; `null` where the deparser does not write it as it is. */
export function fragmentText(node: Node): string | null {
  try {
    const text = deparseSync(node, { pretty: false }).replaceAll(/\s*\n\s*/g, " ");
    return treeKey(parseFragment(text)) === treeKey(node) ? text : null;
  } catch {
    // The deparser knows fewer constructs than the parser.
    return null;
  }
}
