import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import type { IndexKey, Table } from "../../catalog/catalog.ts";
import type { TableStep } from "../explain-tree.ts";
import { type ColumnFacts, frequenciesOf } from "./column-values.ts";
import type { ComparedValue } from "./compared-values.ts";
import { candidateDistinct, scaledDistinct } from "./distinct-keys.ts";
import type { LoadedTable } from "./load-tables.ts";
import { scaledFrequency } from "./scale.ts";

export type TableColumns = ReadonlyMap<string, { readonly facts: ColumnFacts }>;

/** What is known of a read of the copy. */
export interface ReadContext {
  readonly loaded: LoadedTable;
  readonly columns: TableColumns;
  /** Values of the query's text. */
  readonly values: readonly ComparedValue[];
  /** What the query's LIMIT was divided by. */
  readonly limitFactor: number;
  readonly created: ReadonlyMap<string, CandidateIndex>;
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
  if (name === undefined || others.length > 0) return step.rows * k;
  const parts = keysOf(name, context).slice(0, Math.max(1, step.keyParts.length));
  // A jump from each value of the key to the next one.
  if (step.notes.includes("for group by"))
    return Math.min(rows, step.rows * distinctFactor(name, parts.length, context, k));
  // Below the copy's precision: none, or as many as one row stands for.
  if (step.rows <= 1 && parts.every(({ column }) => equalValues(column, context).length === 0))
    return Math.min(k, 2);
  const factor = step.ref.some((one) => one !== "const" && one !== "func")
    ? joinFactor(name, parts.length, context, k)
    : searchFactor(parts, context, k);
  return Math.max(1, Math.min(rows, step.rows * factor));
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
  { loaded, created, columns }: ReadContext,
  k: number,
  unknown = 1,
): number {
  const { table, made } = loaded;
  const index = table.indexes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const candidate = created.get(name);
  const distinct =
    index?.prefixDistinct ??
    (candidate === undefined ? [] : candidateDistinct(candidate, table, columns));
  const count = distinct[parts - 1];
  return count === undefined ? unknown : count / scaledDistinct(count, made, k);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
