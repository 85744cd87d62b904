import type { CommonTableExpr, Node, WithClause } from "libpg-query";
import { materialized } from "./from-item.ts";
import { childScope, type Output, type Scope } from "./model.ts";
import { countReferences, nameParts } from "./node-parts.ts";
import { readAll } from "./read-columns.ts";

/** The level with the WITH clause's names in sight, each described where it is defined. */
export function withCommonTables(clause: WithClause | undefined, scope: Scope): Scope {
  let level = scope;
  for (const node of clause?.ctes ?? []) {
    if (!("CommonTableExpr" in node)) continue;
    const cte = node.CommonTableExpr;
    const output = describeCommonTable(cte, level, clause?.recursive === true);
    level = { ...level, ctes: new Map([...level.ctes, [cte.ctename ?? "", output]]) };
  }
  return level;
}

function describeCommonTable(cte: CommonTableExpr, scope: Scope, mayRecur: boolean): Output {
  const name = cte.ctename ?? "";
  const query = cte.ctequery;
  if (query === undefined) return { columns: [], open: true, uses: [] };
  if (mayRecur && refersTo(query, name)) return recursive(cte, query, scope);
  const inlined = isInlined(cte, query, scope);
  const level = childScope(scope, { columns: scope.parent });
  const output = namedColumns(scope.context.query(query, level, inlined ? "used" : "all"), cte);
  return inlined ? output : materialized(output);
}

/** The server flattens a SELECT that is named once, unless told otherwise. */
function isInlined(cte: CommonTableExpr, query: Node, scope: Scope): boolean {
  if (!("SelectStmt" in query)) return false;
  if (cte.ctematerialized === "CTEMaterializeAlways") return false;
  return scope.context.references.get(cte.ctename ?? "") === 1;
}

/** The first branch gives the columns; the second joins its tables with the rows so far. */
function recursive(cte: CommonTableExpr, query: Node, scope: Scope): Output {
  const name = cte.ctename ?? "";
  const select = "SelectStmt" in query ? query.SelectStmt : undefined;
  const { larg, rarg } = select ?? {};
  if (select === undefined || larg === undefined || rarg === undefined) {
    return { columns: [], open: true, uses: [] };
  }
  const outer = withCommonTables(select.withClause, scope);
  const start = outer.context.query(
    { SelectStmt: larg },
    childScope(outer, { columns: scope.parent }),
    "all",
  );
  const rows = materialized(namedColumns(start, cte));
  const inside: Scope = { ...outer, ctes: new Map([...outer.ctes, [name, rows]]) };
  const step = inside.context.query(
    { SelectStmt: rarg },
    childScope(inside, { columns: scope.parent }),
    "all",
  );
  readAll(step);
  const extra = [cte.search_clause?.search_seq_column, cte.cycle_clause?.cycle_mark_column];
  return extra.some((column) => column !== undefined) ? { ...rows, open: true } : rows;
}

function namedColumns(output: Output, cte: CommonTableExpr): Output {
  const names = nameParts(cte.aliascolnames);
  const columns = output.columns.map((column, at) => ({
    ...column,
    name: names[at] ?? column.name,
  }));
  return { ...output, columns };
}

function refersTo(query: Node, name: string): boolean {
  return (countReferences(query).get(name) ?? 0) > 0;
}
