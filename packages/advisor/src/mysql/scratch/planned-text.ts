import type { Table } from "../../catalog/catalog.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";
import type { ColumnLooks } from "./column-looks.ts";
import {
  type ComparedColumn,
  comparedValues,
  type ComparedValue,
  withValues,
} from "./compared-values.ts";

/** A text that can be planned on the copy. */
export interface PlannedText {
  readonly sql: string;
  /** Whether values were filled in that no execution was seen with. */
  readonly typical: boolean;
  /** Values of the text as it was sent. */
  readonly values: readonly ComparedValue[];
}

/** Rows of a page, where nobody knows a LIMIT. */
const PAGE_ROWS = 20;
/** Of values that nobody knows: PostgreSQL's shares of a condition with one end and with two. */
const ONE_END = 1 / 3;
const TWO_ENDS = 0.005;

/** The values with which a query is planned: those of the sample, else of the query's first, else typical ones of the columns. */
export async function plannedText(
  query: Pick<Query, "sql" | "samples" | "rows" | "calls">,
  sample: QuerySample | undefined,
  tables: readonly Table[],
  looks: ColumnLooks,
): Promise<PlannedText> {
  const sql = sample?.sql ?? query.samples[0]?.sql ?? query.sql;
  const values = comparedValues(sql, tables);
  const open = values.filter(({ placeholder }) => placeholder);
  if (open.length === 0) return { sql, typical: false, values };
  const filled = new Map<ComparedValue, string>();
  for (const [number, value] of open.entries())
    filled.set(value, await typicalValue(value, number, query, values, looks));
  const text = withValues(sql, open, (value) => filled.get(value) ?? null);
  return { sql: text, typical: true, values: comparedValues(text, tables) };
}

async function typicalValue(
  { use }: ComparedValue,
  number: number,
  { rows, calls }: Pick<Query, "rows" | "calls">,
  values: readonly ComparedValue[],
  looks: ColumnLooks,
): Promise<string> {
  if (!("columns" in use)) {
    if (use.kind !== "limit") return use.kind === "offset" ? "0" : "1";
    const counted = rows === undefined || calls < 1 ? PAGE_ROWS : Math.ceil(rows / calls);
    return String(Math.max(1, counted));
  }
  const [column] = use.columns;
  if (column === undefined) return "1";
  const found = await ofColumn(use.kind, column, number, values, looks);
  return found ?? (use.kind === "like" ? "'a%'" : "1");
}

async function ofColumn(
  kind: "equal" | "below" | "above" | "between-low" | "between-high" | "like",
  { table, column }: ComparedColumn,
  number: number,
  values: readonly ComparedValue[],
  looks: ColumnLooks,
): Promise<string | null> {
  const both = ["below", "above"].every((end) => values.some((value) => isOn(value, end, column)));
  switch (kind) {
    case "equal":
      return looks.typical(table, column, number);
    case "like": {
      const value = await looks.typical(table, column, number);
      return value?.startsWith("'") === true ? `${value.slice(0, 4).replace(/'?$/, "")}%'` : null;
    }
    case "between-low":
      return looks.quantile(table, column, 0.5);
    case "between-high":
      return looks.quantile(table, column, 0.5 + TWO_ENDS);
    case "above":
      return looks.quantile(table, column, both ? 0.5 : 1 - ONE_END);
    case "below":
      return looks.quantile(table, column, both ? 0.5 + TWO_ENDS : ONE_END);
  }
}

function isOn({ use }: ComparedValue, kind: string, column: string): boolean {
  return use.kind === kind && "columns" in use && use.columns.some((one) => one.column === column);
}

/** The text with its LIMITs at the scale: the copy has 1/k of the rows that a LIMIT is taken from. */
export function withScaledLimits(
  { sql, values }: PlannedText,
  k: number,
): { readonly sql: string; readonly factor: number } {
  let factor = 1;
  const limits = values.filter(({ use }) => use.kind === "limit" || use.kind === "offset");
  const text = withValues(sql, limits, ({ use, plain }) => {
    const rows = Number(plain);
    if (!Number.isSafeInteger(rows)) return null;
    const scaled =
      use.kind === "limit"
        ? Math.max(Math.min(rows, 1), Math.round(rows / k))
        : Math.round(rows / k);
    if (use.kind === "limit" && scaled > 0) factor = Math.max(factor, rows / scaled);
    return String(scaled);
  });
  return { sql: text, factor };
}
