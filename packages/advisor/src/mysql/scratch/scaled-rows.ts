import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import type { IndexKey, Table } from "../../catalog/catalog.ts";
import { INNODB_PAGE } from "../cost-constants.ts";
import type { TableStep } from "../explain-tree.ts";
import { type ColumnFacts, type ColumnSource, frequenciesOf } from "./column-values.ts";
import type { ComparedValue } from "./compared-values.ts";
import { candidateDistinct, scaledDistinct } from "./distinct-keys.ts";
import type { LoadedTable } from "./load-tables.ts";
import { scaledFrequency, unscaledFrequency } from "./scale.ts";

export type TableColumns = ReadonlyMap<
  string,
  { readonly source: ColumnSource; readonly facts: ColumnFacts }
>;

/** What is known of a read of the copy. */
export interface ReadContext {
  readonly loaded: LoadedTable;
  readonly columns: TableColumns;
  /** Values of the query's text. */
  readonly values: readonly ComparedValue[];
  /** What the query's LIMIT was divided by. */
  readonly limitFactor: number;
  readonly created: ReadonlyMap<string, CandidateIndex>;
  /** Leaves that an index of the copy has. */
  readonly leaves: (index: string) => number | undefined;
}

const ONE_ROW = new Set(["const", "system", "eq_ref", "unique_subquery"]);

/** Rows that production reads where the copy reads `step.rows`. */
export function productionRows(step: TableStep, context: ReadContext): number {
  const { made, rows } = context.loaded;
  const k = made > 0 ? Math.max(1, rows / made) : 1;
  if (k === 1 || ONE_ROW.has(step.access)) return step.rows;
  if (step.access === "ALL") return step.rows * k;
  // A LIMIT ends it early: as many rows of the index are read, whatever the table's length.
  if (step.access === "index")
    return step.rows >= made * 0.9
      ? step.rows * k
      : Math.min(rows, step.rows * context.limitFactor);
  const [name, ...others] = step.indexes;
  if (name === undefined) return step.rows * k;
  if (others.length > 0) return mergedRows(step, context, k);
  const parts = keysOf(name, context).slice(0, Math.max(1, step.keyParts.length));
  // A jump from each value of the key to the next one.
  if (step.notes.includes("for group by"))
    return Math.min(rows, step.rows * distinctFactor(name, parts.length, context, k));
  if (!parts.some(({ column }) => equalValues(column, context).length > 0)) {
    // A value of a row that was looked up while planning: as frequent as others of the key.
    if (step.ref.length > 0 && step.ref.every((one) => one === "const"))
      return step.rows <= 1
        ? averageRows(name, parts.length, context)
        : Math.min(rows, unscaledFrequency(step.rows, k));
    // Below the copy's precision: none, or as many as one row stands for.
    if (step.rows <= 1) return Math.min(k, 2);
  }
  if (step.ref.some((one) => one !== "const"))
    return Math.max(1, Math.min(rows, step.rows * joinFactor(name, parts.length, context, k)));
  const found = Math.max(1, Math.min(rows, step.rows * searchFactor(parts, context, k)));
  return asEstimated(found, step.rows, name, parts, context);
}

/**
 * InnoDB counts the entries of a range that lies on 10 leaves at most; of more it guesses, and doubles (btr_estimate_n_rows_in_range):
 * of so many leaves' entries in the middle of an index, and of so many at an end of it, where the first leaf is a whole one.
 */
const COUNTED_LEAVES = 9.3;
const COUNTED_AT_END = 10.2;
const CATALOG_PAGE = 8_192;
/** Share of an index's pages that are leaves in use. */
const USED_PAGES = 0.9;

/** Production's estimate of as many rows, where it guesses and the copy, whose range has fewer leaves, counts. */
function asEstimated(
  found: number,
  here: number,
  name: string,
  parts: readonly IndexKey[],
  context: ReadContext,
): number {
  const { table, made, rows } = context.loaded;
  const own = context.leaves(name);
  if (own === undefined) return found;
  const index = table.indexes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  // A new index is as full there as here; of an old one a part of the file is free.
  const there =
    index === undefined
      ? (own * rows) / made
      : (index.pages * CATALOG_PAGE * USED_PAGES) / INNODB_PAGE;
  const limit = isAtEnd(parts, context) ? COUNTED_AT_END : COUNTED_LEAVES;
  const wider = widening(parts, own, context);
  const counted = (here / made) * own * wider <= limit;
  const guessed = (found / rows) * there * wider > limit;
  return counted && guessed ? Math.min(found * 2, rows / 2) : found;
}

/** Whether a range begins or ends where the index does. */
function isAtEnd([first]: readonly IndexKey[], { values }: ReadContext): boolean {
  const kinds = new Set(
    values.flatMap(({ use }) =>
      "columns" in use && use.columns.some(({ column }) => column === first?.column)
        ? [use.kind]
        : [],
    ),
  );
  return kinds.size === 1 && (kinds.has("below") || kinds.has("above"));
}

/** How much wider than the average of an index its entries without NULL in the first key are. */
function widening(
  [first]: readonly IndexKey[],
  leaves: number,
  { loaded, columns }: ReadContext,
): number {
  const known = first?.column == null ? undefined : columns.get(first.column);
  if (known === undefined || known.facts.nulls === 0) return 1;
  const average = (leaves * INNODB_PAGE) / Math.max(1, loaded.made);
  return 1 + (known.facts.nulls * (known.source.statistics?.averageWidth ?? 0)) / average;
}

/** Of merged indexes each finds its own rows. */
function mergedRows(step: TableStep, context: ReadContext, k: number): number {
  const found = step.indexes.map((name) => {
    const column = keysOf(name, context)[0]?.column ?? null;
    const facts = column === null ? undefined : context.columns.get(column)?.facts;
    const values = equalValues(column, context);
    if (facts === undefined || values.length === 0) return (step.rows * k) / step.indexes.length;
    const frequencies = frequenciesOf(facts, context.loaded.rows);
    return sum(values.map(({ plain }) => frequencies.of(plain)));
  });
  return Math.max(1, Math.min(step.rows * k, sum(found)));
}

function keysOf(name: string, { loaded, created }: ReadContext): readonly IndexKey[] {
  const index = loaded.table.indexes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return index?.keys ?? created.get(name)?.keys ?? [];
}

/** By what a range or a look-up of values finds more in production: rare values have more than 1/k of their rows here. */
function searchFactor(parts: readonly IndexKey[], context: ReadContext, k: number): number {
  let factor = k;
  for (const { column, prefix } of parts) {
    const facts =
      column === null || prefix !== undefined ? undefined : context.columns.get(column)?.facts;
    const values = facts === undefined ? [] : equalValues(column, context);
    if (facts === undefined || values.length === 0) return factor;
    const { rows } = context.loaded;
    const frequencies = frequenciesOf(facts, rows);
    const real = values.map(({ plain }) => frequencies.of(plain));
    const here = real.map((count) => scaledFrequency(count, k));
    factor *= sum(real) / sum(here) / k;
  }
  return factor;
}

function equalValues(
  column: string | null,
  { loaded, values }: ReadContext,
): readonly ComparedValue[] {
  return values.filter(
    ({ use }) =>
      use.kind === "equal" &&
      use.columns.some((one) => one.column === column && sameTable(one.table, loaded.table)),
  );
}

function sameTable(one: Table, other: Table): boolean {
  return one.schema === other.schema && one.name === other.name;
}

/** By what a look-up by another table's column finds more: nothing, but of keys with few values. */
function joinFactor(name: string, parts: number, context: ReadContext, k: number): number {
  return k / distinctFactor(name, parts, context, k, k);
}

/** How many times as many values a key has in production. */
function distinctFactor(
  name: string,
  parts: number,
  context: ReadContext,
  k: number,
  unknown = 1,
): number {
  const count = distinctOf(name, parts, context);
  return count === undefined ? unknown : count / scaledDistinct(count, context.loaded.made, k);
}

function averageRows(name: string, parts: number, context: ReadContext): number {
  const count = distinctOf(name, parts, context);
  return count === undefined ? 1 : Math.max(1, context.loaded.rows / count);
}

/** Different values of an index's first keys, in production. */
function distinctOf(
  name: string,
  parts: number,
  { loaded: { table }, created, columns }: ReadContext,
): number | undefined {
  const index = table.indexes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const candidate = created.get(name);
  const distinct =
    index?.prefixDistinct ??
    (candidate === undefined ? [] : candidateDistinct(candidate, table, columns));
  return distinct[parts - 1];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
