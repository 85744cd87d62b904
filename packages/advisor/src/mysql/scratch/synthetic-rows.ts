import { type Column, estimatedRows, type Index, type Table } from "../../catalog/catalog.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import type { ColumnEnds } from "../../catalog/snapshot.ts";
import type { Random } from "../../random-database/random.ts";
import {
  columnFacts,
  type ColumnFacts,
  type ColumnSource,
  columnValues,
  type ColumnValues,
  shuffled,
} from "./column-values.ts";

/** Rows that are made up for a table: nothing of production but what its statistics say. */
export interface SyntheticRows {
  /** Columns that have values; the others keep their default. */
  readonly columns: readonly string[];
  readonly count: number;
  /** Rows `from` to `to` (excluded), each as SQL in brackets. */
  values(from: number, to: number): string;
}

/** What is known of each column, by name. Columns whose values can't be made up are left out. */
export function tableFacts(
  table: Table,
  find: FindStatistics,
  ends: readonly ColumnEnds[],
): ReadonlyMap<string, { readonly source: ColumnSource; readonly facts: ColumnFacts }> {
  const rows = Math.max(1, estimatedRows(table));
  return new Map(
    table.columns
      .filter(({ generated }) => generated === null)
      .flatMap((column) => {
        const source = sourceOf(table, column, find, ends);
        const facts = columnFacts(source, rows);
        return facts === null ? [] : [[column.name, { source, facts }] as const];
      }),
  );
}

function sourceOf(
  table: Table,
  column: Column,
  find: FindStatistics,
  columnEnds: readonly ColumnEnds[],
): ColumnSource {
  const ends = columnEnds.find(
    (one) =>
      one.column === column.name &&
      one.table.name === table.name &&
      one.table.schema === table.schema,
  );
  const first = table.indexes.filter(({ keys }) => keys[0]?.column === column.name);
  const whole = first.filter(({ keys }) => keys[0]?.prefix === undefined);
  return {
    column,
    statistics: find(table, column.name),
    distinct:
      whole.map(({ prefixDistinct }) => prefixDistinct?.[0]).find((one) => one !== undefined) ??
      null,
    ...(ends !== undefined && { ends }),
    unique: whole.some(({ unique, keys }) => unique && keys.length === 1),
  };
}

export function syntheticRows(
  table: Table,
  find: FindStatistics,
  ends: readonly ColumnEnds[],
  made: number,
  random: Random,
): SyntheticRows {
  const counts = { rows: Math.max(1, estimatedRows(table)), made };
  // Rows are loaded in the primary key's order, the fastest.
  const first = table.indexes.find(({ primary }) => primary)?.keys[0]?.column;
  const columns = [...tableFacts(table, find, ends)].map(([name, { source, facts }]) => {
    const { pool, places } = columnValues(source, facts, counts);
    return { name, pool, places: name === first ? places : shuffled(padded(places, made), random) };
  });
  const count = Math.min(made, ...columns.map(({ places }) => places.length));
  const kept = withoutRepeats(table, columns, count, random);
  return {
    columns: columns.map(({ name }) => name),
    count: kept.length,
    values(from, to) {
      let text = "";
      for (let at = from; at < to; at += 1) {
        const row = kept[at] ?? 0;
        text += at === from ? "(" : "),(";
        for (let column = 0; column < columns.length; column += 1) {
          const { pool, places } = columns[column] ?? { pool: [], places: new Uint32Array() };
          if (column > 0) text += ",";
          text += pool[places[row] ?? 0];
        }
      }
      return `${text})`;
    },
  };
}

/** Rounding may leave a few rows without a value: they repeat the last ones, but for a column that can't. */
function padded(places: Uint32Array, made: number): Uint32Array {
  if (places.length >= made || places.length === 0) return places;
  const longer = new Uint32Array(made);
  longer.set(places);
  for (let at = places.length; at < made; at += 1) longer[at] = places[at % places.length] ?? 0;
  return longer;
}

interface NamedValues extends ColumnValues {
  readonly name: string;
}

const ATTEMPTS = 30;

/** Rows that keep the unique keys of several columns: others are given another value of the last column, or left out. */
function withoutRepeats(
  table: Table,
  columns: readonly NamedValues[],
  count: number,
  random: Random,
): readonly number[] {
  const keys = table.indexes
    .filter(({ unique, keys: parts }) => unique && parts.length > 1)
    .map((index) => keyColumns(index, columns))
    .filter((parts) => parts !== null);
  const seen = keys.map(() => new Set<string>());
  const kept: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const fits = keys.every((parts, key) => {
      const last = parts.at(-1);
      if (last === undefined) return true;
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const places = parts.map(({ places: all }) => all[row] ?? 0);
        // NULLs differ from each other.
        const text = places.includes(0) ? `NULL ${row}` : places.join(" ");
        if (!seen[key]?.has(text)) {
          seen[key]?.add(text);
          return true;
        }
        last.places[row] = 1 + Math.floor(random.next() * (last.pool.length - 1));
      }
      return false;
    });
    if (fits) kept.push(row);
  }
  return kept;
}

/** `null` where a key part is an expression or a column without values. */
function keyColumns(
  { keys }: Index,
  columns: readonly NamedValues[],
): readonly NamedValues[] | null {
  const found = keys.flatMap((key) => columns.find(({ name }) => name === key.column) ?? []);
  return found.length === keys.length ? found : null;
}
