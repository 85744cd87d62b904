import type { TableName } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";

/** `schema.name` as SQL. */
export function qualifiedName({ schema, name }: TableName): string {
  return `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/** Text as an SQL literal (`standard_conforming_strings` is on). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `table shop.orders`, as objects are named in gaps. */
export function objectName(kind: string, { schema, name }: TableName): string {
  return `${kind} ${schema}.${name}`;
}
