/**
 * Rows of numbers by pairs of unsigned 32-bit numbers: an open-addressing table over dense rows, numbered in the order in
 * which they came. All in typed arrays: a row costs a few bytes and no object.
 */
export interface PairTable {
  /** Numbers per row. */
  readonly width: number;
  size: number;
  first: Uint32Array;
  second: Uint32Array;
  /** Row `n` begins at `n * width`. */
  values: Float64Array;
  /** Row + 1; 0: free. Its length is a power of two. */
  slots: Int32Array;
}

const START_ROWS = 256;

export function createPairTable(width: number): PairTable {
  return {
    width,
    size: 0,
    first: new Uint32Array(START_ROWS),
    second: new Uint32Array(START_ROWS),
    values: new Float64Array(START_ROWS * width),
    slots: new Int32Array(START_ROWS * 2),
  };
}

/**
 * The row of a pair, a new one of zeros where there was none: then `table.size` has grown, and its arrays may be others
 * than before.
 */
export function rowOf(table: PairTable, first: number, second: number): number {
  const slots = table.slots;
  const mask = slots.length - 1;
  let slot = startOf(first, second) & mask;
  for (;;) {
    const row = (slots[slot] as number) - 1;
    if (row < 0) break;
    if (table.first[row] === first && table.second[row] === second) return row;
    slot = (slot + 1) & mask;
  }
  if (table.size === table.first.length) {
    growRows(table);
    return rowOf(table, first, second);
  }
  const row = table.size;
  table.size += 1;
  table.first[row] = first;
  table.second[row] = second;
  slots[slot] = row + 1;
  return row;
}

export function clearPairTable(table: PairTable): void {
  table.values.fill(0, 0, table.size * table.width);
  table.slots.fill(0);
  table.size = 0;
}

/** Bytes that its rows take: not its capacity, so that it says the same after it was cleared and filled again. */
export function pairTableBytes(table: PairTable): number {
  return table.size * (8 + 8 * table.width + 12);
}

/** Adds to a number that is there. */
export function addAt(values: Float64Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}

function startOf(first: number, second: number): number {
  const mixed = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function growRows(table: PairTable): void {
  const rows = Math.ceil(table.first.length * 1.5);
  table.first = grown(table.first, new Uint32Array(rows));
  table.second = grown(table.second, new Uint32Array(rows));
  table.values = grown(table.values, new Float64Array(rows * table.width));
  if (rows * 1.5 <= table.slots.length) return;
  const slots = new Int32Array(table.slots.length * 2);
  const mask = slots.length - 1;
  for (let row = 0; row < table.size; row += 1) {
    let slot = startOf(table.first[row] as number, table.second[row] as number) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row + 1;
  }
  table.slots = slots;
}

/** `larger` with the numbers of `array` at its beginning. */
export function grown<Numbers extends Uint32Array | Int32Array | Float64Array>(
  array: Numbers,
  larger: Numbers,
): Numbers {
  larger.set(array);
  return larger;
}
