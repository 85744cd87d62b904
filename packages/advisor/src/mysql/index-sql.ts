import type { IndexKey } from "../catalog/catalog.ts";
import { quoteIdent } from "./quote-ident.ts";

/** What follows ADD in ALTER TABLE, of an index that is there or is to be. */
export function indexSql(
  { keys, method }: { readonly keys: readonly IndexKey[]; readonly method: string },
  name: string,
): string {
  const kind = method === "fulltext" || method === "spatial" ? `${method.toUpperCase()} ` : "";
  return `${kind}INDEX ${quoteIdent(name)} (${keys.map(keySql).join(", ")})`;
}

/** `name(20) DESC`, `(lower(name))`. An expression comes in its parentheses. */
export function keySql({ column, expression, prefix, direction }: IndexKey): string {
  const side = column === null ? expression : quoteIdent(column);
  const length = prefix === undefined ? "" : `(${prefix})`;
  return `${side}${length}${direction === "desc" ? " DESC" : ""}`;
}
