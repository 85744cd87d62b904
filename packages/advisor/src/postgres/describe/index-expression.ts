import { type Node, parseSync } from "libpg-query";
import { deparseSync } from "pgsql-deparser";
import { nameParts } from "./node-parts.ts";
import { quoteIdent } from "../quote-ident.ts";

/**
 * SQL of an expression as CREATE INDEX takes it: a quoted column, a function call, anything else in parentheses.
 * `null` where it can't be written so.
 */
export function indexExpression(node: Node): string | null {
  if ("ColumnRef" in node) return quoteIdent(nameParts(node.ColumnRef.fields).at(-1) ?? "");
  try {
    const text = deparseSync(node, { pretty: false }).replaceAll(/\s*\n\s*/g, " ");
    const written = [text, `(${text})`].find(isIndexKey);
    return written ?? null;
  } catch {
    // The deparser knows fewer constructs than the parser.
    return null;
  }
}

function isIndexKey(text: string): boolean {
  try {
    const tree = parseSync(`CREATE INDEX ON t (${text})`).stmts ?? [];
    const create = tree[0]?.stmt;
    if (tree.length !== 1 || create === undefined || !("IndexStmt" in create)) return false;
    const [key, ...more] = create.IndexStmt.indexParams ?? [];
    // `a COLLATE "C"` without parentheses would be read as a column and an option.
    return more.length === 0 && key !== undefined && "IndexElem" in key
      ? key.IndexElem.expr !== undefined
      : false;
  } catch {
    return false;
  }
}
