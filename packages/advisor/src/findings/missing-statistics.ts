import { estimatedRows, type Table, type TableName, tableKey } from "../catalog/catalog.ts";
import type { FindStatistics } from "../catalog/find-statistics.ts";
import { statisticsFinder } from "../catalog/find-statistics.ts";
import { findTable } from "../catalog/partitions.ts";
import type { DdlChange } from "../engine.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import type { PlannedQuery } from "../whatif/select-indexes.ts";
import type { Predicate, TableUse } from "../workload/statement.ts";
import type { Query } from "../workload/workload.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { planImpact } from "./plan-impact.ts";

/** How many times the planner's rows must be off the real ones. */
export const WRONG_BY = 10;
/** Rows that the larger of the two must reach: below, a wrong estimate changes no plan. */
export const LEAST_ROWS = 100;
/** Share of a table's rows that may have changed since its statistics were read: beyond, they may be wrong by themselves. */
const MAX_CHANGED = 0.2;
/** Columns that one statistics object can hold. */
const MAX_COLUMNS = 8;

/** A query on several columns of one table whose real rows per call are known. */
interface Measured {
  readonly planned: PlannedQuery;
  readonly table: Table;
  readonly columns: readonly string[];
  /** Rows per call, as counted. */
  readonly rows: number;
  /** Rows that the planner expects. */
  readonly expected: number;
  readonly wrong: "more" | "fewer" | null;
}

/** Columns whose values go together, by the rows that were counted: the planner multiplies their shares as if they did not. */
export async function missingStatistics(context: FindingContext): Promise<readonly Finding[]> {
  const { snapshot, selection } = context;
  const { createStatistics } = context.ddl;
  if (createStatistics === undefined) return [];
  const find = statisticsFinder(snapshot);
  const measured = (selection?.planned ?? []).flatMap((planned) => {
    const one = measure(planned, find, context);
    return one === null ? [] : [one];
  });
  const groups = Map.groupBy(measured, ({ table, columns }) =>
    [tableKey(table), ...columns.toSorted()].join("\0"),
  );
  const taken = new Set(snapshot.extendedStatistics.map(({ name }) => name));
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    // One query that is estimated well shows that the columns are not the reason.
    const agree = others.every((other) => other.wrong === first?.wrong);
    if (first === undefined || first.wrong === null || !agree) return [];
    const combinations =
      first.wrong === "more" ? estimatedRows(first.table) / Math.max(1, first.rows) : null;
    const ddl = createStatistics(first.table, first.columns, combinations, taken);
    taken.add(ddl.name.name);
    return [finding(first.table, group, ddl, context)];
  });
}

function measure(
  planned: PlannedQuery,
  find: FindStatistics,
  { snapshot }: FindingContext,
): Measured | null {
  const { query, before } = planned;
  const [use, ...more] = query.statement.tables;
  if (use === undefined || more.length > 0 || query.statement.plainRows !== true) return null;
  const table = findTable(use.table, snapshot.catalog);
  if (table === undefined || table.kind === "foreign" || isSmallTable(table, snapshot.catalog)) {
    return null;
  }
  const columns = comparedColumns(use);
  if (columns === null || query.rows === undefined || query.calls < 1) return null;
  if (isKnown(use.table, columns, snapshot) || isOutdated(table, snapshot)) return null;
  const rows = query.rows / query.calls;
  const expected = before.rows;
  const most = Math.max(expected, mostIfIndependent(query, table, columns, find));
  return { planned, table, columns, rows, expected, wrong: direction(query, rows, expected, most) };
}

function direction(query: Query, rows: number, expected: number, most: number): Measured["wrong"] {
  if (Math.max(rows, expected) < LEAST_ROWS) return null;
  if (rows >= WRONG_BY * most) return "more";
  // Without the values that were asked for, few rows may mean only that rare ones were; and a source that counts calls but
  // no rows makes them seem fewer.
  const certain = query.samples.length > 0 && query.sources.length === 1;
  return certain && rows * WRONG_BY <= expected ? "fewer" : null;
}

const EQUALITIES: ReadonlySet<string> = new Set(["=", "is null", "is true", "is false"]);

/** The columns that are compared with one value each, where that is all that the query asks; `null` otherwise. */
function comparedColumns({ predicates }: TableUse): readonly string[] | null {
  const plain = ({ role, column, operator, value }: Predicate): boolean =>
    role === "equality" &&
    column !== null &&
    EQUALITIES.has(operator) &&
    ["parameter", "constant", "none"].includes(value);
  if (!predicates.every(plain)) return null;
  const columns = [...new Set(predicates.flatMap(({ column }) => column ?? []))];
  return columns.length >= 2 && columns.length <= MAX_COLUMNS ? columns : null;
}

/**
 * Rows that the most common values of all columns would have together if the columns were independent: what a shape's plan,
 * which knows no values, could be off by skew alone. Zero where the values were planned, which takes skew into account.
 */
function mostIfIndependent(
  query: Query,
  table: Table,
  columns: readonly string[],
  find: FindStatistics,
): number {
  if (query.samples.length > 0) return 0;
  const rows = Math.max(0, estimatedRows(table));
  return columns.reduce((product, column) => {
    const statistics = find(table, column);
    if (statistics === undefined) return product;
    const { distinct, nullFraction, commonFrequencies } = statistics;
    const values = distinct < 0 ? -distinct * rows : distinct;
    const most = Math.max(nullFraction, 1 / Math.max(1, values), ...(commonFrequencies ?? []));
    return product * most;
  }, rows);
}

/** Whether statistics over these columns are there already. */
function isKnown(
  table: TableName,
  columns: readonly string[],
  { extendedStatistics }: FindingContext["snapshot"],
): boolean {
  return extendedStatistics.some((statistics) => {
    if (tableKey(statistics.table) !== tableKey(table)) return false;
    const [, list = ""] = / ON (.*) FROM /s.exec(statistics.definition) ?? [];
    const names = list.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
    return columns.every((column) => names.includes(column.replaceAll('"', '""')));
  });
}

function isOutdated(table: Table, { nodes }: FindingContext["snapshot"]): boolean {
  const primary = nodes.find(({ role }) => role === "primary");
  const usage = primary?.tables.find((each) => tableKey(each.table) === tableKey(table));
  return (
    table.kind !== "partitioned" &&
    (table.rows < 0 || (usage?.modifiedSinceAnalyze ?? 0) > MAX_CHANGED * table.rows)
  );
}

function finding(
  table: Table,
  group: readonly Measured[],
  { apply, undo }: DdlChange,
  context: FindingContext,
): Finding {
  const [worst] = group.toSorted((a, b) => factor(b) - factor(a));
  const { rows = 0, expected = 0, wrong, columns = [] } = worst ?? {};
  const name = `${table.schema}.${table.name}`;
  return {
    code: "missing-statistics",
    severity: "warning",
    object: { type: "table", schema: table.schema, table: table.name, name: null, columns },
    message: `The planner expects ${countText(expected)} of ${name} by ${columns.join(" and ")}, and gets ${countText(rows)}: it takes the columns to be independent, and their values ${wrong === "more" ? "go together" : "exclude each other"}.`,
    confidence: "estimated",
    evidence: [...group.map(counted), existing(table, columns)],
    queries: group.map(({ planned: { query, before } }) => planImpact(query, before, before)),
    bytes: null,
    savedMsPerDay: null,
    ddl: { apply, undo },
    planner: context.planner?.name ?? null,
  };
}

function counted({ planned: { query }, rows, expected }: Measured): Evidence {
  const how =
    query.samples.length > 0
      ? `with the values of ${query.samples.length === 1 ? "1 logged execution" : `${query.samples.length} logged executions`}`
      : "for any values; more rows than even the most common values would give if the columns were independent";
  return {
    check: "rows",
    verdict: "for",
    detail: `${countText(rows)} per call, counted over ${query.calls === 1 ? "1 call" : `${query.calls} calls`}; ${countText(expected)} by the planner, ${how}`,
  };
}

function existing(table: Table, columns: readonly string[]): Evidence {
  return {
    check: "statistics",
    verdict: "for",
    detail: `no statistics object of ${table.schema}.${table.name} holds ${columns.join(" and ")}`,
  };
}

function factor({ rows, expected }: Measured): number {
  const [more, less] = [Math.max(rows, expected), Math.min(rows, expected)];
  return more / Math.max(less, 0.001);
}

function count(rows: number): string {
  return rows < 10 ? String(Math.round(rows * 10) / 10) : Math.round(rows).toLocaleString("en-US");
}

function countText(rows: number): string {
  return `${count(rows)} ${count(rows) === "1" ? "row" : "rows"}`;
}
