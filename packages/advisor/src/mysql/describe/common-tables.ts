import type { CommonTable, With } from "../syntax/tree.ts";
import { tableItems } from "../syntax/walk.ts";
import {
  afresh,
  childScope,
  type CommonTableEntry,
  limitReach,
  type Output,
  renamed,
  sameName,
  type Scope,
  UNKNOWN,
} from "./model.ts";
import { readAll } from "./read-columns.ts";

/** The level with the WITH clause's names in sight. */
export function withCommonTables(clause: With | null, scope: Scope): Scope {
  let level = scope;
  for (const table of clause?.tables ?? []) {
    const recurs =
      clause?.recursive === true &&
      tableItems(table.query).some(
        (item) => item.schema === null && sameName(item.name, table.name),
      );
    const entry: CommonTableEntry = recurs
      ? { kind: "rows", output: recursive(table, level) }
      : { kind: "query", table, scope: level };
    level = { ...level, ctes: new Map([...level.ctes, [table.name.toLowerCase(), entry]]) };
  }
  return level;
}

/** What a name of WITH stands for: a query of its own wherever it is named. `null` where none has that name. */
export function commonTableOutput(name: string, scope: Scope): Output | null {
  const entry = scope.ctes.get(name.toLowerCase());
  if (entry === undefined) return null;
  if (entry.kind === "rows") return entry.output;
  const { context } = scope;
  if (context.expanding.includes(entry.table)) return UNKNOWN;
  context.expanding.push(entry.table);
  const level = childScope(entry.scope, { columns: entry.scope.parent });
  const output = scope.context.query(entry.table.query, afresh(level), "used");
  context.expanding.pop();
  return renamed(output, entry.table.columns, null);
}

/** The first branch gives the columns; the others join their tables with the rows so far. */
function recursive(table: CommonTable, scope: Scope): Output {
  const { body } = table.query;
  if (body.kind !== "set") return UNKNOWN;
  const outer = withCommonTables(table.query.with, scope);
  const start = scope.context.query(body.left, childScope(outer, { columns: scope.parent }), "all");
  const rows: Output = {
    ...limitReach(renamed(start, table.columns, null), () => "none"),
    uses: [],
  };
  const entry: CommonTableEntry = { kind: "rows", output: rows };
  const inside: Scope = {
    ...outer,
    ctes: new Map([...outer.ctes, [table.name.toLowerCase(), entry]]),
  };
  readAll(scope.context.query(body.right, childScope(inside, { columns: scope.parent }), "all"));
  return rows;
}
