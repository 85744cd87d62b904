import type { Node } from "libpg-query";
import type { Catalog } from "../catalog/catalog.ts";
import { tableUse } from "../workload/describe/model.ts";
import type { Statement } from "../workload/statement.ts";
import { catalogNames } from "./describe/catalog-names.ts";
import type { DescribeContext, Output, OutputsRead, Scope } from "./describe/model.ts";
import { countReferences } from "./describe/node-parts.ts";
import { describeSelect, givesPlainRows } from "./describe/select.ts";
import {
  describeDelete,
  describeInsert,
  describeMerge,
  describeUpdate,
} from "./describe/write-statements.ts";

/** What a parsed statement asks of the catalog's tables, views expanded. A construct that is not known gives fewer facts. */
export function describeStatement(tree: Node, catalog: Catalog): Statement {
  const context: DescribeContext = {
    names: catalogNames(catalog),
    uses: [],
    unresolved: new Set(),
    system: new Set(),
    subqueries: new Map(),
    references: countReferences(tree),
    views: [],
    query: describeQuery,
  };
  const level: Scope = {
    context,
    parent: null,
    correlation: "inward",
    relations: [],
    ctes: new Map(),
    outer: new Set(),
  };
  describeQuery(tree, level, "all");
  const tables = context.uses.map(tableUse);
  const unresolved = [...context.unresolved];
  const systemOnly = context.system.size > 0 && tables.length === 0 && unresolved.length === 0;
  const plainRows = "SelectStmt" in tree && givesPlainRows(tree.SelectStmt, context);
  return {
    kind: kindOf(tree),
    tables,
    unresolved,
    ...(plainRows ? { plainRows } : {}),
    ...(systemOnly ? { systemOnly } : {}),
  };
}

function describeQuery(query: Node, level: Scope, read: OutputsRead): Output {
  if ("SelectStmt" in query) return describeSelect(query.SelectStmt, level, read);
  if ("InsertStmt" in query) return describeInsert(query.InsertStmt, level);
  if ("UpdateStmt" in query) return describeUpdate(query.UpdateStmt, level);
  if ("DeleteStmt" in query) return describeDelete(query.DeleteStmt, level);
  if ("MergeStmt" in query) return describeMerge(query.MergeStmt, level);
  return { columns: [], open: true, uses: [] };
}

function kindOf(tree: Node): Statement["kind"] {
  if ("InsertStmt" in tree) return "insert";
  if ("UpdateStmt" in tree) return "update";
  if ("DeleteStmt" in tree) return "delete";
  return "MergeStmt" in tree ? "merge" : "select";
}
