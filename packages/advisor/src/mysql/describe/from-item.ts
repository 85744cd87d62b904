import type { DerivedItem, FromItem, JoinItem, TableItem } from "../syntax/tree.ts";
import { commonTableOutput } from "./common-tables.ts";
import { addComparison } from "./compare.ts";
import { describeCondition } from "./condition.ts";
import {
  afresh,
  childScope,
  newUse,
  type Output,
  type Relation,
  type RelationColumn,
  renamed,
  sameName,
  type Scope,
  UNKNOWN,
  type UseDraft,
} from "./model.ts";
import { readColumn, readColumns } from "./read-columns.ts";
import { traceOrigin } from "./trace.ts";

/** Adds a FROM item's relations to the level, and its join conditions to their tables. */
export function describeFromItem(item: FromItem, scope: Scope): void {
  scope.relations.push(...fromItem(item, scope));
}

function fromItem(item: FromItem, scope: Scope): readonly Relation[] {
  switch (item.kind) {
    case "table":
      return [tableItem(item, scope)];
    case "derived":
      return [derivedItem(item, scope)];
    case "join":
      return joinItem(item, scope);
    case "json-table": {
      // It may refer to items on its left.
      readColumns(item.input, scope);
      const columns = item.columns.map((name) => ({ name, origins: [] }));
      return [{ columns, open: false, uses: [], alias: item.alias, schema: null }];
    }
  }
}

function tableItem(item: TableItem, scope: Scope): Relation {
  const common = item.schema === null ? commonTableOutput(item.name, scope) : null;
  if (common !== null) return renamed(common, [], item.alias ?? item.name);
  const use = namedUse(item, scope);
  if (use !== null) return tableRelation(use, item);
  return renamed(viewOutput(item, scope), [], item.alias ?? item.name);
}

/** A new use of the table that is named; `null` where it names something else. */
export function namedUse(item: TableItem, scope: Scope): UseDraft | null {
  const found = scope.context.names.find(item.schema, item.name);
  if (found.kind !== "table") return null;
  const use = newUse(scope.context, found.table);
  for (const index of item.hinted) use.hinted.add(index);
  return use;
}

/** A table under its alias or name. */
export function tableRelation(use: UseDraft, item: TableItem): Relation {
  const columns: readonly RelationColumn[] = use.table.columns.map((column) => ({
    name: column.name,
    origins: [{ kind: "column", use, column: column.name, reach: "all" }],
  }));
  const alias = item.alias ?? item.name;
  return { columns, open: false, uses: [use], alias, schema: use.table.schema };
}

/** A view's query; names that are not in the catalog are noted, and their columns are not known. */
export function viewOutput(item: TableItem, scope: Scope): Output {
  const { context } = scope;
  const found = context.names.find(item.schema, item.name);
  if (found.kind === "system") context.system.add(item.name);
  if (found.kind === "view" && found.query !== null && !context.expanding.includes(found.view)) {
    context.expanding.push(found.view);
    // A view's names mean the same wherever it is used: nothing of this statement is in sight.
    const level: Scope = { ...childScope(scope, { columns: null }), ctes: new Map() };
    // Each place that names the view has subqueries of its own.
    const output = scope.context.query(found.query, afresh(level), "used");
    context.expanding.pop();
    return output;
  }
  if (found.kind !== "system") {
    const { schema, name } = item;
    context.unresolved.add(schema === null ? name : `${schema}.${name}`);
  }
  return UNKNOWN;
}

function derivedItem(item: DerivedItem, scope: Scope): Relation {
  const level = childScope(scope, { columns: item.lateral ? scope : scope.parent });
  return renamed(scope.context.query(item.query, level, "used"), item.columns, item.alias);
}

function joinItem(item: JoinItem, scope: Scope): readonly Relation[] {
  const left = fromItem(item.left, scope);
  // The right side sees the left one where it is LATERAL.
  const right = fromItem(item.right, { ...scope, relations: [...scope.relations, ...left] });
  const shared = item.natural ? commonColumns(left, right) : item.using;
  for (const name of shared) joinUsing(name, left, right);
  const both: Scope = { ...scope, relations: [...left, ...right] };
  describeCondition(item.on, both);
  return [...left, ...right];
}

function commonColumns(left: readonly Relation[], right: readonly Relation[]): readonly string[] {
  const names = new Set(
    right.flatMap((item) => item.columns.map((column) => column.name.toLowerCase())),
  );
  const own = left.flatMap((item) => item.columns.map((column) => column.name.toLowerCase()));
  return [...new Set(own)].filter((name) => names.has(name));
}

function joinUsing(name: string, left: readonly Relation[], right: readonly Relation[]): void {
  const [a, b] = [columnNamed(left, name), columnNamed(right, name)];
  if (a === undefined || b === undefined) return;
  readColumn(a);
  readColumn(b);
  addComparison(a.origins.flatMap(traceOrigin), b.origins.flatMap(traceOrigin), {
    role: "equality",
    operator: "=",
  });
}

function columnNamed(relations: readonly Relation[], name: string): RelationColumn | undefined {
  for (const relation of relations) {
    const column = relation.columns.find((candidate) => sameName(candidate.name, name));
    if (column !== undefined) return column;
  }
  return undefined;
}
