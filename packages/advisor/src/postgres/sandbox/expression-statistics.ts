import { parseArrayLiteral } from "../../catalog/array-literal.ts";
import { estimatedRows, type Table } from "../../catalog/catalog.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import { quoteIdent } from "../quote-ident.ts";
import { type SandboxIndex, soleColumn } from "./index-shapes.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";
import { quoteLiteral } from "./sql-names.ts";

const DAY_MILLISECONDS = 86_400_000;

/**
 * Statistics of an index's expressions over one column, by the expression: computed from the column's sampled values.
 * An expression whose column has none is left out.
 */
export async function expressionStatistics(
  database: SandboxDatabase,
  index: SandboxIndex,
  table: Table,
  find: FindStatistics,
): Promise<ReadonlyMap<string, ColumnStatistics>> {
  const found = new Map<string, ColumnStatistics>();
  for (const { column, expression, type } of index.columns) {
    const source = column === null ? soleColumn(expression, table) : null;
    const statistics = source === null ? undefined : find(table, source);
    const definition = table.columns.find(({ name }) => name === source);
    if (statistics === undefined || definition === undefined) continue;
    const samples = [statistics.histogram, statistics.commonValues].flatMap((literal) =>
      literal === null ? [] : parseArrayLiteral(literal),
    );
    if (samples.length === 0) continue;
    const list = samples
      .map((value) => `(${value === null ? "null" : quoteLiteral(value)}::${definition.type})`)
      .join(", ");
    try {
      const rows = await database.run(
        `select (${expression})::text as value from (values ${list}) as l (${quoteIdent(definition.name)})`,
      );
      const values = rows.map((row) => row["value"]).filter((value) => typeof value === "string");
      const filled = estimatedRows(table) * (1 - statistics.nullFraction);
      found.set(expression, {
        ...statistics,
        averageWidth:
          1 +
          values.reduce((sum, value) => sum + Buffer.byteLength(value), 0) /
            Math.max(1, values.length),
        distinct: Math.max(1, Math.min(distinctOf(values, filled), span(values, type))),
        commonValues: null,
        commonFrequencies: null,
        histogram: `{${values.map(quotedElement).join(",")}}`,
      });
    } catch {
      // The expression can't take one of the values, or needs what the sandbox lacks: the column must do.
    }
  }
  return found;
}

function quotedElement(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** How many different values `rows` rows have, by how many of a sample came once (Haas and Stokes). */
function distinctOf(values: readonly string[], rows: number): number {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const once = [...counts.values()].filter((count) => count === 1).length;
  const sampled = Math.max(1, values.length);
  return (
    (sampled * counts.size) /
    Math.max(1e-9, sampled - once + (once * sampled) / Math.max(sampled, rows))
  );
}

/** The most different values that fit between the ends of whole numbers or days. */
function span(values: readonly string[], type: string): number {
  const whole = ["int2", "int4", "int8"].includes(type);
  if ((!whole && type !== "date") || values.length === 0) return Number.POSITIVE_INFINITY;
  const numbers = values.map((value) =>
    whole ? Number(value) : Date.parse(value) / DAY_MILLISECONDS,
  );
  const width = Math.max(...numbers) - Math.min(...numbers) + 1;
  return Number.isFinite(width) ? width : Number.POSITIVE_INFINITY;
}
