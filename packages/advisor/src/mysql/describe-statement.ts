import type { Catalog } from "../catalog/catalog.ts";
import { tableUse } from "../workload/describe/model.ts";
import type { Statement } from "../workload/statement.ts";
import { catalogNames } from "./describe/catalog-names.ts";
import type { DescribeContext, Scope } from "./describe/model.ts";
import { givesPlainRows } from "./describe/plain-rows.ts";
import { describeQuery } from "./describe/select.ts";
import { describeDelete, describeInsert, describeUpdate } from "./describe/write-statements.ts";
import type { SyntaxTree } from "./syntax/tree.ts";

/**
 * What a parsed statement asks of the catalog's tables, views expanded. A construct that is not known gives fewer facts.
 * @param hints names of indexes in optimizer hints, lower case
 */
export function describeStatement(
  tree: SyntaxTree,
  catalog: Catalog,
  hints: ReadonlySet<string> = new Set(),
): Statement {
  const context: DescribeContext = {
    names: catalogNames(catalog),
    uses: [],
    unresolved: new Set(),
    system: new Set(),
    subqueries: new Map(),
    expanding: [],
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
  describeTree(tree, level);
  for (const { table, hinted } of context.uses) {
    // An optimizer hint may name the table by an alias, or not at all: that of any table here.
    for (const { name } of table.indexes) if (hints.has(name.toLowerCase())) hinted.add(name);
  }
  const tables = context.uses.map(tableUse);
  const unresolved = [...context.unresolved];
  const systemOnly = context.system.size > 0 && tables.length === 0 && unresolved.length === 0;
  const plainRows = tree.kind === "query" && givesPlainRows(tree, context);
  return {
    kind: tree.kind === "query" ? "select" : tree.kind,
    tables,
    unresolved,
    ...(plainRows ? { plainRows } : {}),
    ...(systemOnly ? { systemOnly } : {}),
  };
}

function describeTree(tree: SyntaxTree, level: Scope): void {
  switch (tree.kind) {
    case "query":
      describeQuery(tree, level, "all");
      return;
    case "insert":
      return describeInsert(tree, level);
    case "update":
      return describeUpdate(tree, level);
    case "delete":
      return describeDelete(tree, level);
  }
}
