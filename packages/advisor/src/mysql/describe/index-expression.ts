import { quoteIdent } from "../quote-ident.ts";
import { parseExpressionText } from "../syntax/parse-statement.ts";
import { printExpression } from "../syntax/print.ts";
import type { Expression } from "../syntax/tree.ts";

/** SQL of an expression as CREATE INDEX takes it: a quoted column, anything else in parentheses. `null` where it can't be written so. */
export function indexExpression(node: Expression): string | null {
  if (node.kind === "column") return quoteIdent(node.parts.at(-1) ?? "");
  const text = printExpression(node);
  return text === null || isEnclosed(text) ? text : `(${text})`;
}

/** The same for an expression's text, as the server prints that of an index: equal to those of the conditions that it serves. */
export function indexExpressionOf(sql: string): string {
  try {
    return indexExpression(parseExpressionText(sql)) ?? `(${sql})`;
  } catch {
    return `(${sql})`;
  }
}

/** Whether one pair of parentheses holds it all. */
function isEnclosed(text: string): boolean {
  if (!text.startsWith("(")) return false;
  const quoted = /'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`|"(?:[^"\\]|\\.|"")*"/gs;
  const bare = text.replaceAll(quoted, (part) => "x".repeat(part.length));
  let depth = 0;
  for (let at = 0; at < bare.length; at += 1) {
    if (bare[at] === "(") depth += 1;
    if (bare[at] === ")" && --depth === 0) return at === bare.length - 1;
  }
  return false;
}
