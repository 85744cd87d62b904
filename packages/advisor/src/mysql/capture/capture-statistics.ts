import type { Column, Index, Table } from "../../catalog/catalog.ts";
import { NO_VALUES } from "../../catalog/no-values.ts";
import type { CaptureGap, ColumnEnds, ColumnStatistics } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { SESSION_LIMITS, statementLimit } from "../session-limits.ts";
import type { ServerFacts } from "./capture-server.ts";
import { CATALOG_PAGE } from "./capture-indexes.ts";
import { ownAlias } from "../own-alias.ts";
import { keyEnds } from "./divide-key.ts";
import { planSample, readSample, type RowSample, type SamplePlan } from "./sample-rows.ts";
import { seededRandom } from "./seeded-random.ts";
import { readServerHistograms, type ServerHistograms } from "./server-histograms.ts";
import { summarizeColumn } from "./summarize-column.ts";
import { type ValueKind, valueKind } from "./value-kind.ts";

/** Every look at rows may take so long; one block of rows takes a thousandth of it. */
const LOOK_MILLISECONDS = 2_000;
/** Time for the samples of all tables. What is left over then has no statistics. */
const ALL_MILLISECONDS = 180_000;
/** Bytes that may be read of long values in each block, and of so many rows at most. */
const LONG_BYTES = 64 * 1024;
const LONG_ROWS = 3;
/** Rows of a table that is read whole of which long values are read. */
const LONG_ROWS_OF_WHOLE = 1_000;

const NO_ELEMENTS = {
  commonElements: null,
  commonElementFrequencies: null,
  elementCountHistogram: null,
  rangeLengthHistogram: null,
  rangeEmptyFraction: null,
  rangeBoundsHistogram: null,
} as const;

export interface CapturedStatistics {
  readonly statistics: readonly ColumnStatistics[];
  /** Of the numbers, dates and times that rows are ordered by, where not all rows were read. None where values are to be left out. */
  readonly columnEnds: readonly ColumnEnds[];
  readonly gaps: readonly CaptureGap[];
}

/**
 * Statistics of columns, from a sample of each table's rows: the server keeps none unless it was told to, and then does not keep them
 * up to date. Histograms that it has are carried along.
 */
export async function captureStatistics(
  session: Session,
  facts: ServerFacts,
  tables: readonly Table[],
  values: boolean,
): Promise<CapturedStatistics> {
  const histograms = await readServerHistograms(session, facts);
  const found = new Map<Table, readonly ColumnStatistics[]>();
  const columnEnds: ColumnEnds[] = [];
  const gaps: CaptureGap[] = [...histograms.gaps];
  const { product } = facts.traits;
  await session.query(`set session ${statementLimit(product, LOOK_MILLISECONDS)}`);
  try {
    const until = Date.now() + ALL_MILLISECONDS;
    // The smaller ones take next to no time.
    for (const table of tables.toSorted((a, b) => a.rows - b.rows)) {
      const { statistics, ends, missing } =
        Date.now() > until
          ? { ...NOTHING, missing: "there was no time left for it" }
          : await sampleTable(session, facts, table);
      if (values && ends !== null) columnEnds.push(ends);
      if (missing !== null) gaps.push(gapOf(table, missing));
      found.set(table, statistics.length > 0 ? statistics : byCardinality(table));
    }
  } finally {
    const limits = SESSION_LIMITS[product];
    for (const name of ["max_execution_time", "max_statement_time"]) {
      if (limits[name] !== undefined) {
        await session.query(`set session ${name} = ${limits[name]}`).catch(() => []);
      }
    }
  }
  return {
    statistics: tables.flatMap((table) =>
      (found.get(table) ?? []).map((one) => {
        const kind = kindOf(table, one.column);
        const whole = withHistogram(one, histograms);
        return values || kind?.plain === true ? whole : withoutValues(whole);
      }),
    ),
    columnEnds,
    gaps,
  };
}

function gapOf({ schema, name }: Table, reason: string): CaptureGap {
  return {
    object: `table ${schema}.${name}`,
    reason: `How its values are distributed is not known, or not well: ${reason}.`,
  };
}

interface SampledTable {
  readonly statistics: readonly ColumnStatistics[];
  readonly ends: ColumnEnds | null;
  /** What is not known, or not well. */
  readonly missing: string | null;
}

const NOTHING: SampledTable = { statistics: [], ends: null, missing: null };

async function sampleTable(
  session: Session,
  { server }: ServerFacts,
  table: Table,
): Promise<SampledTable> {
  const random = seededRandom(`${server.database}.${table.name}`);
  try {
    const plan = await planSample(session, table, random);
    if (plan.blocks.length === 0) return NOTHING;
    const ends = await endsOf(session, table, plan);
    const columns = table.columns.map((column, place) => ({
      column,
      kind: valueKind(column),
      alias: ownAlias(place),
    }));
    const short = columns.filter(({ kind }) => !kind.long);
    const sample = await readSample(session, plan, listOf(short));
    const rows = sample.extent === "whole" ? sample.rows.length : table.rows;
    const statistics = summarize(table, short, sample, rows);
    const long = columns.filter(({ kind }) => kind.long);
    const limit = longRows(table, plan);
    if (long.length === 0 || limit === 0) return { statistics, ends, missing: missingOf(sample) };
    const starts = await readSample(session, plan, listOf(long), limit);
    return {
      statistics: [...statistics, ...summarize(table, long, starts, rows)],
      ends,
      missing: missingOf(sample),
    };
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
    return { ...NOTHING, missing: `a sample of its rows could not be read (${message})` };
  }
}

/** Where the key's first column ends: blocks hardly ever begin with the first row, nor end with the last. */
async function endsOf(
  session: Session,
  { schema, name }: Table,
  { key }: SamplePlan,
): Promise<ColumnEnds | null> {
  const column = key?.keys[0]?.column ?? null;
  if (key === null || column === null || key.scales[0]?.exact !== true) return null;
  const found = await keyEnds(session, key, 0);
  return found === null ? null : { table: { schema, name }, column, ...found };
}

interface SampledColumn {
  readonly column: Column;
  readonly kind: ValueKind;
  readonly alias: string;
}

function listOf(columns: readonly SampledColumn[]): string {
  // A table may have nothing but long columns.
  if (columns.length === 0) return `1 as ${ownAlias(0)}`;
  return columns.map(({ kind, alias }) => `${kind.expression} as ${alias}`).join(", ");
}

/** Rows of a block of which long values are read; 0 where one row alone may be too long. */
function longRows({ pages, rows }: Table, { extent }: SamplePlan): number {
  const rowBytes = (pages * CATALOG_PAGE) / Math.max(1, rows);
  if (extent === "blocks") return Math.min(LONG_ROWS, Math.floor(LONG_BYTES / rowBytes));
  return Math.min(LONG_ROWS_OF_WHOLE, Math.ceil((LONG_BYTES * 100) / rowBytes));
}

function missingOf({ extent }: RowSample): string | null {
  return extent === "first"
    ? "it has no key along which rows all over it can be found, so that only its first ones were read"
    : null;
}

function summarize(
  table: Table,
  columns: readonly SampledColumn[],
  sample: RowSample,
  rows: number,
): readonly ColumnStatistics[] {
  if (sample.rows.length === 0) return [];
  const whole = sample.extent === "whole" && sample.rows.length >= rows;
  return columns.map(({ column, kind, alias }) => ({
    relation: { schema: table.schema, name: table.name },
    column: column.name,
    inherited: false,
    ...summarizeColumn(
      {
        values: sample.rows.map((row) => row[alias] ?? null),
        blocks: sample.blocks,
        whole,
      },
      kind,
      Math.max(rows, sample.rows.length),
      column.length,
      whole ? null : distinctByIndex(table.indexes, column.name),
    ),
    ...NO_ELEMENTS,
  }));
}

/** Distinct values of a column by an index that it leads. */
function distinctByIndex(indexes: readonly Index[], column: string): number | null {
  for (const { keys, prefixDistinct } of indexes) {
    const [first] = keys;
    const distinct = prefixDistinct?.[0];
    if (
      first?.column === column &&
      first.prefix === undefined &&
      distinct !== undefined &&
      distinct > 0
    )
      return distinct;
  }
  return null;
}

/** All that is known without a sample: how many values the columns have that an index begins with. */
function byCardinality({ schema, name, columns, indexes }: Table): readonly ColumnStatistics[] {
  return columns.flatMap((column): ColumnStatistics[] => {
    const distinct = distinctByIndex(indexes, column.name);
    if (distinct === null) return [];
    return [
      {
        relation: { schema, name },
        column: column.name,
        inherited: false,
        nullFraction: 0,
        averageWidth: Math.max(1, column.length),
        distinct,
        correlation: null,
        ...NO_VALUES,
      },
    ];
  });
}

function kindOf({ columns }: Table, name: string | number): ValueKind | null {
  const column = columns.find((each) => each.name === name);
  return column === undefined ? null : valueKind(column);
}

function withHistogram(one: ColumnStatistics, histograms: ServerHistograms): ColumnStatistics {
  const serverHistogram = histograms.of(one.relation.name, String(one.column));
  return serverHistogram === null ? one : { ...one, serverHistogram };
}

function withoutValues(statistics: ColumnStatistics): ColumnStatistics {
  const { serverHistogram: _, ...rest } = statistics;
  return { ...rest, ...NO_VALUES };
}
