import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { IndexKey } from "../catalog/catalog.ts";
import { quoteIdent } from "./quote-ident.ts";

/** What stands behind the table in `CREATE INDEX`: method, keys, INCLUDE and condition; what is PostgreSQL's default is left out. */
export function indexSql({ method, keys, include, predicate }: CandidateIndex): string {
  return [
    ...(method === "btree" ? [] : [`USING ${quoteIdent(method)}`]),
    `(${keys.map(keySql).join(", ")})`,
    ...(include.length > 0 ? [`INCLUDE (${include.map(quoteIdent).join(", ")})`] : []),
    ...(predicate === null ? [] : [`WHERE ${predicate}`]),
  ].join(" ");
}

/** One key: `lower(email) text_pattern_ops DESC NULLS LAST`. */
export function keySql(key: IndexKey): string {
  return [
    key.column === null ? key.expression : quoteIdent(key.column),
    ...(key.collation === null ? [] : [`COLLATE ${key.collation}`]),
    ...(key.operatorClass === null ? [] : [key.operatorClass]),
    ...(key.direction === "desc" ? ["DESC"] : []),
    ...(key.nulls === (key.direction === "desc" ? "first" : "last")
      ? []
      : [`NULLS ${key.nulls.toUpperCase()}`]),
  ].join(" ");
}
