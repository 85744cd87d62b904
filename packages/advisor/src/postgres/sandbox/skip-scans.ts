import { type TableName, tableKey } from "../../catalog/catalog.ts";
import type { Statement } from "../../workload/statement.ts";
import { type PlanNode, planNodes } from "./explain-plan.ts";
import type { SandboxIndex } from "./index-shapes.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";
import { quoteIdent } from "../quote-ident.ts";
import { qualifiedName, quoteLiteral } from "./sql-names.ts";

/** The version that can skip over the values of an index's leading columns that no equality binds. */
export const SKIP_SCAN_SINCE = 180_000;

interface LeadingColumn {
  readonly table: TableName;
  readonly column: string;
}

/**
 * Asks for a plan as a server without skip scans makes it. No setting takes them away, but the planner does not skip over
 * a column that has more distinct values than the index has pages: wherever a plan may rest on a skip, the column's values
 * are declared all distinct and the plan is made anew, until none may. Costs and alternatives are then those of the older
 * server. A column whose number of values the plan needs for something else keeps it.
 */
export async function planWithoutSkips<Result extends { readonly node: PlanNode | null }>(
  database: SandboxDatabase,
  indexOf: (name: string) => SandboxIndex | undefined,
  statement: Statement,
  explain: () => Promise<Result>,
): Promise<Result> {
  const taken = new Map<string, LeadingColumn>();
  const saved: string[] = [];
  try {
    for (;;) {
      const result = await explain();
      const more = (result.node === null ? [] : planNodes(result.node))
        .flatMap((node) => leadingColumns(node, indexOf))
        .filter((one) => !taken.has(keyOf(one)) && !isCounted(one.column, statement, result.node));
      if (more.length === 0) return result;
      for (const one of more) {
        taken.set(keyOf(one), one);
        saved.push(...(await declareDistinct(database, one)));
      }
    }
  } finally {
    if (saved.length > 0) await database.run(saved.join(";"));
  }
}

/** The columns of an index before the last one that a condition names. */
function leadingColumns(
  node: PlanNode,
  indexOf: (name: string) => SandboxIndex | undefined,
): readonly LeadingColumn[] {
  const name = node["Index Name"];
  const condition = node["Index Cond"];
  if (typeof name !== "string" || typeof condition !== "string") return [];
  const index = indexOf(name);
  if (index === undefined || index.method !== "btree") return [];
  const keys = index.columns.slice(0, index.keyCount);
  const last = keys.findLastIndex(({ column, expression }) =>
    condition.includes(column === null ? expression : quoteIdent(column)),
  );
  return keys
    .slice(0, Math.max(0, last))
    .flatMap(({ column }) => (column === null ? [] : [{ table: index.table, column }]));
}

/** Whether something else in the plan rests on how many values the column has: an equality, a join, a grouping. */
function isCounted(column: string, statement: Statement, root: PlanNode | null): boolean {
  const inStatement = statement.tables.some(
    ({ predicates, group }) =>
      group.includes(column) ||
      predicates.some((one) => one.column === column && one.role !== "range"),
  );
  const grouped = (root === null ? [] : planNodes(root)).some((node) =>
    JSON.stringify(node["Group Key"] ?? "").includes(column),
  );
  return inStatement || grouped;
}

/** Returns the statements that give the numbers back. */
async function declareDistinct(
  database: SandboxDatabase,
  { table, column }: LeadingColumn,
): Promise<readonly string[]> {
  const where = `starelid = ${quoteLiteral(qualifiedName(table))}::regclass and staattnum = (
    select attnum from pg_attribute where attrelid = starelid and attname = ${quoteLiteral(column)})`;
  const rows = await database.run(
    `select starelid::int8 as relation, staattnum as attribute, stainherit as inherited, stadistinct as distinct
      from pg_statistic where ${where}`,
  );
  if (rows.length === 0) return [];
  await database.run(`update pg_statistic set stadistinct = -1 where ${where}`);
  return rows.map(
    (row) =>
      `update pg_statistic set stadistinct = '${Number(row["distinct"])}'::real
        where starelid = ${Number(row["relation"])} and staattnum = ${Number(row["attribute"])} and stainherit = ${row["inherited"] === true}`,
  );
}

function keyOf({ table, column }: LeadingColumn): string {
  return `${tableKey(table)}\0${column}`;
}
