/**
 * How a table of production is told with fewer rows. Large tables have 1/k of their rows, small ones all: a plan that reads n
 * rows of a large table costs n/k here, whatever it joins them with, so that plans compare as they do in production.
 */
export interface Scale {
  /** Rows of production for one row of a large table: 1 or more. */
  readonly k: number;
}

/** Tables up to this many rows have all of them: what is looked up in them for each row of a large table costs the same. */
const WHOLE_ROWS = 1_000;

/** The scale at which the largest table has at most `perTable` rows and all together about `total`. */
export function scaleOf(
  rows: readonly number[],
  { perTable, total }: { readonly perTable: number; readonly total: number },
): Scale {
  const largest = Math.max(0, ...rows);
  let k = Math.max(1, largest / perTable);
  while (sum(rows.map((count) => scaledRows(count, { k }))) > total && k < largest) k *= 1.25;
  return { k };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Rows at the scale of a table that has `rows`. Distinct values that other tables' keys are, are counted the same way. */
export function scaledRows(rows: number, { k }: Scale): number {
  return Math.ceil(Math.max(rows / k, Math.min(rows, WHOLE_ROWS)));
}

/**
 * Rows at the scale that have one value, of `rows` in production, in a table of which there is one row for `k`. A frequent
 * value keeps its share. 1/k of a rare one's rows would round to none: it has the root of them, which still tells the rarer
 * from the less rare.
 */
export function scaledFrequency(rows: number, k: number): number {
  return Math.max(rows / k, Math.sqrt(Math.max(rows, 0)));
}

/** The opposite. */
export function unscaledFrequency(rows: number, k: number): number {
  return rows < k ? rows * rows : rows * k;
}
