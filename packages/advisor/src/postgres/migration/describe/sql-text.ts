import type { Node, TypeName } from "libpg-query";
import { deparseSync } from "pgsql-deparser";

/** SQL of a part of a statement, in one line; empty where it can't be written. */
export function sqlText(node: Node | undefined): string {
  if (node === undefined) return "";
  try {
    return deparseSync(node, { pretty: false }).replaceAll(/\s*\n\s*/g, " ");
  } catch {
    // The deparser knows fewer constructs than the parser.
    return "";
  }
}

/** A type as SQL: `varchar(50)`. */
export function typeText(type: TypeName | undefined): string {
  return type === undefined ? "" : sqlText({ TypeName: type }).replace(/^pg_catalog\./, "");
}
