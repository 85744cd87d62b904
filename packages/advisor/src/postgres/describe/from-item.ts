import type { Alias, JoinExpr, Node, RangeSubselect, RangeVar } from "libpg-query";
import { addComparison } from "./compare.ts";
import { describeCondition } from "./condition.ts";
import {
  childScope,
  limitReach,
  newUse,
  NOTHING,
  type Output,
  type Relation,
  type RelationColumn,
  type Scope,
  type UseDraft,
} from "./model.ts";
import { countReferences, nameParts } from "./node-parts.ts";
import { readColumn, readColumns } from "./read-columns.ts";
import { traceOrigin } from "./trace.ts";

/** Adds a FROM item's relations to the level, and its join conditions to their tables. */
export function describeFromItem(item: Node, scope: Scope): void {
  scope.relations.push(...fromItem(item, scope));
}

function fromItem(item: Node, scope: Scope): readonly Relation[] {
  if ("RangeVar" in item) return [rangeVar(item.RangeVar, scope)];
  if ("RangeSubselect" in item) return [rangeSubselect(item.RangeSubselect, scope)];
  if ("JoinExpr" in item) return join(item.JoinExpr, scope);
  if ("RangeTableSample" in item) {
    readColumns(item.RangeTableSample.args, scope);
    const { relation } = item.RangeTableSample;
    return relation === undefined ? [] : fromItem(relation, scope);
  }
  // A function, XMLTABLE, JSON_TABLE, ROWS FROM: may refer to items on its left; what it returns is not known.
  readColumns(item, scope);
  return [renamed({ columns: [], open: true, uses: [] }, aliasOf(item), functionNames(item))];
}

function aliasOf(item: Node): Alias | undefined {
  const [part] = Object.values(item) as readonly { readonly alias?: Alias }[];
  return part?.alias;
}

/** A function without alias is named after itself. */
function functionNames(item: Node): string | null {
  if (!("RangeFunction" in item)) return null;
  const [first] = item.RangeFunction.functions ?? [];
  const call = first !== undefined && "List" in first ? first.List.items?.[0] : undefined;
  return call !== undefined && "FuncCall" in call
    ? (nameParts(call.FuncCall.funcname).at(-1) ?? null)
    : null;
}

/** An item under its alias, its first columns renamed by the alias's list. */
function renamed(output: Output, alias: Alias | undefined, name: string | null): Relation {
  const names = nameParts(alias?.colnames);
  const columns = output.columns.map((column, at) => ({
    ...column,
    name: names[at] ?? column.name,
  }));
  const added = output.open ? names.slice(columns.length) : [];
  return {
    ...output,
    columns: [...columns, ...added.map((extra) => ({ name: extra, origins: [] }))],
    alias: alias?.aliasname ?? name,
    schema: null,
  };
}

function rangeVar(range: RangeVar, scope: Scope): Relation {
  const name = range.relname ?? "";
  const cte = range.schemaname === undefined ? scope.ctes.get(name) : undefined;
  if (cte !== undefined) return renamed(cte, range.alias, name);
  const use = namedUse(range, scope);
  if (use !== null) return tableRelation(use, range);
  return renamed(viewOutput(range, scope), range.alias, name);
}

/** A new use of the table that is named; `null` where it names something else. */
export function namedUse(range: RangeVar, scope: Scope): UseDraft | null {
  const found = scope.context.names.find(range.schemaname, range.relname ?? "");
  return found.kind === "table" ? newUse(scope.context, found.table) : null;
}

/** A table under its alias or name. */
export function tableRelation(use: UseDraft, range: RangeVar): Relation {
  const columns: readonly RelationColumn[] = use.table.columns.map((column) => ({
    name: column.name,
    origins: [{ kind: "column", use, column: column.name, reach: "all" }],
  }));
  const relation = renamed(
    { columns, open: false, uses: [use] },
    range.alias,
    range.relname ?? null,
  );
  return range.alias === undefined ? { ...relation, schema: use.table.schema } : relation;
}

/** A view's query; names that are not in the catalog are noted, and their columns are not known. */
export function viewOutput(range: RangeVar, scope: Scope): Output {
  const { context } = scope;
  const name = range.relname ?? "";
  const found = context.names.find(range.schemaname, name);
  if (found.kind === "system") context.system.add(name);
  if (found.kind === "view" && found.query !== null) {
    const key = `${found.view.schema}.${found.view.name}`;
    if (!context.views.includes(key)) {
      context.views.push(key);
      // A view's names mean the same wherever it is used: nothing of this statement is in sight.
      const level: Scope = {
        ...childScope(scope, { columns: null }),
        context: { ...context, references: countReferences(found.query) },
        ctes: new Map(),
      };
      const output = context.query(found.query, level, "used");
      context.views.pop();
      return output;
    }
  }
  if (found.kind === "unknown" || found.kind === "view") {
    context.unresolved.add(range.schemaname === undefined ? name : `${range.schemaname}.${name}`);
  }
  return { ...NOTHING, open: true };
}

function rangeSubselect(range: RangeSubselect, scope: Scope): Relation {
  if (range.subquery === undefined) return renamed(NOTHING, range.alias, null);
  const columns = range.lateral === true ? scope : scope.parent;
  const level = childScope(scope, { columns });
  return renamed(scope.context.query(range.subquery, level, "used"), range.alias, null);
}

function join(expression: JoinExpr, scope: Scope): readonly Relation[] {
  const left = expression.larg === undefined ? [] : fromItem(expression.larg, scope);
  // The right side sees the left one where it is LATERAL.
  const beside: Scope = { ...scope, relations: [...scope.relations, ...left] };
  const right = expression.rarg === undefined ? [] : fromItem(expression.rarg, beside);
  const shared =
    expression.isNatural === true ? commonColumns(left, right) : nameParts(expression.usingClause);
  for (const name of shared) joinUsing(name, left, right);
  const both: Scope = { ...scope, relations: [...left, ...right] };
  describeCondition(expression.quals, both);
  const relations = [...left, ...right];
  if (expression.alias === undefined) return relations;
  return [renamed(combined(relations, shared), expression.alias, null)];
}

function commonColumns(left: readonly Relation[], right: readonly Relation[]): readonly string[] {
  const names = new Set(right.flatMap((item) => item.columns.map((column) => column.name)));
  const own = left.flatMap((item) => item.columns.map((column) => column.name));
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
    const column = relation.columns.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
  }
  return undefined;
}

/** `(a JOIN b USING (x)) AS j`: the shared columns first, once. */
function combined(relations: readonly Relation[], shared: readonly string[]): Output {
  const columns = relations.flatMap((relation) => relation.columns);
  const first = shared.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  return {
    columns: [...first, ...columns.filter((column) => !shared.includes(column.name))],
    open: relations.some((relation) => relation.open),
    uses: relations.flatMap((relation) => relation.uses),
  };
}

/** Columns seen through a name that stands for stored rows: no condition from outside reaches the tables. */
export function materialized(output: Output): Output {
  return { ...limitReach(output, () => "none"), uses: [] };
}
