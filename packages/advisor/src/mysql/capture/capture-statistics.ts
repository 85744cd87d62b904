import type { Index, Table } from "../../catalog/catalog.ts";
import { NO_VALUES } from "../../catalog/no-values.ts";
import type { CaptureGap, ColumnStatistics } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { ServerFacts } from "./capture-server.ts";
import { type SampledColumn, sampleRows } from "./sample-rows.ts";
import { seededRandom } from "./seeded-random.ts";
import { summarizeColumn } from "./summarize-column.ts";
import { valueKind } from "./value-kind.ts";

const NO_ELEMENTS = {
  commonElements: null,
  commonElementFrequencies: null,
  elementCountHistogram: null,
  rangeLengthHistogram: null,
  rangeEmptyFraction: null,
  rangeBoundsHistogram: null,
} as const;

/** Statistics of columns, from a sample of each table's rows: the server keeps none unless it was told to. */
export async function captureStatistics(
  session: Session,
  { server }: ServerFacts,
  tables: readonly Table[],
  values: boolean,
): Promise<{
  readonly statistics: readonly ColumnStatistics[];
  readonly gaps: readonly CaptureGap[];
}> {
  const statistics: ColumnStatistics[] = [];
  const gaps: CaptureGap[] = [];
  for (const table of tables) {
    const object = `table ${table.schema}.${table.name}`;
    try {
      const found = await sampleTable(
        session,
        table,
        seededRandom(`${server.database}.${table.name}`),
      );
      if (found === null)
        gaps.push({
          object,
          reason:
            "No sample of its rows can be read cheaply: how its values are distributed is not known.",
        });
      else statistics.push(...found.map((one) => (values ? one : withoutValues(one, table))));
    } catch (error) {
      gaps.push({
        object,
        reason: `No sample of its rows could be read (${error instanceof Error ? error.message : String(error)}): how its values are distributed is not known.`,
      });
    }
  }
  return { statistics, gaps };
}

async function sampleTable(
  session: Session,
  table: Table,
  random: () => number,
): Promise<readonly ColumnStatistics[] | null> {
  const columns = table.columns.flatMap((column, place): SampledColumn[] => {
    const kind = valueKind(column);
    return kind === null ? [] : [{ column, kind, alias: `c${place}` }];
  });
  if (columns.length === 0) return [];
  const sample = await sampleRows(session, table, columns, random);
  if (sample === null) return null;
  const rows = sample.whole ? sample.rows.length : Math.max(table.rows, sample.rows.length);
  return columns.map(({ column, kind, alias }) => ({
    relation: { schema: table.schema, name: table.name },
    column: column.name,
    inherited: false,
    ...summarizeColumn(
      { ...sample, values: sample.rows.map((row) => row[alias] ?? null) },
      kind,
      rows,
      column.length,
      sample.whole ? null : distinctByIndex(table.indexes, column.name),
    ),
    ...NO_ELEMENTS,
  }));
}

/** Distinct values of a column by an index that it leads. */
function distinctByIndex(indexes: readonly Index[], column: string): number | null {
  for (const { keys, prefixDistinct } of indexes) {
    const [first] = keys;
    if (first?.column === column && first.prefix === undefined && prefixDistinct?.[0] !== undefined)
      return prefixDistinct[0];
  }
  return null;
}

function withoutValues(statistics: ColumnStatistics, table: Table): ColumnStatistics {
  const column = table.columns.find(({ name }) => name === statistics.column);
  const plain = column !== undefined && valueKind(column)?.plain === true;
  return plain ? statistics : { ...statistics, ...NO_VALUES };
}
