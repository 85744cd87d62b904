import type { IndexElem, IndexStmt, Node, ReindexStmt } from "libpg-query";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { nameParts } from "../../describe/node-parts.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { relationName } from "./names.ts";
import { isOn } from "./options.ts";
import { sqlText } from "./sql-text.ts";

export function createIndex(statement: IndexStmt, schema: string): SchemaAction {
  return {
    kind: "create-index",
    index: {
      name: statement.idxname ?? null,
      table: relationName(statement.relation, schema),
      keys: (statement.indexParams ?? []).map(keyText),
      unique: statement.unique === true,
      method: statement.accessMethod ?? "btree",
      concurrently: statement.concurrent === true,
      predicate: sqlText(statement.whereClause) || null,
      ...(statement.relation?.inh === true ? {} : { only: true as const }),
    },
    ifNotExists: statement.if_not_exists === true,
  };
}

/** A key as CREATE INDEX takes it, without what is so by default. */
function keyText(node: Node): string {
  if (!("IndexElem" in node)) return "";
  const element = node.IndexElem;
  return [
    element.name === undefined ? `(${sqlText(element.expr)})` : quoteIdent(element.name),
    ...(element.collation
      ? [`COLLATE ${nameParts(element.collation).map(quoteIdent).join(".")}`]
      : []),
    ...(element.opclass ? [nameParts(element.opclass).map(quoteIdent).join(".")] : []),
    ...orderText(element),
  ].join(" ");
}

function orderText({ ordering, nulls_ordering: nulls }: IndexElem): readonly string[] {
  const descending = ordering === "SORTBY_DESC";
  return [
    ...(descending ? ["DESC"] : []),
    ...(nulls === "SORTBY_NULLS_FIRST" && !descending ? ["NULLS FIRST"] : []),
    ...(nulls === "SORTBY_NULLS_LAST" && descending ? ["NULLS LAST"] : []),
  ];
}

export function reindex(statement: ReindexStmt, schema: string): SchemaAction {
  const name = statement.relation === undefined ? null : relationName(statement.relation, schema);
  return {
    kind: "reindex",
    table: statement.kind === "REINDEX_OBJECT_TABLE" ? name : null,
    index: statement.kind === "REINDEX_OBJECT_INDEX" ? name : null,
    concurrently: isOn(statement.params, "concurrently"),
  };
}
