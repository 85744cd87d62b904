import { CONSTANT } from "./canonical-bytes.ts";

/** What the items of a list are: of `in (...)`, of `array[...]`, or rows after VALUES. */
export type ListKind = typeof IN_ITEMS | typeof ARRAY_ITEMS | typeof ROWS;
export const IN_ITEMS = 0;
export const ARRAY_ITEMS = 1;
export const ROWS = 2;

/** Lists within lists beyond this depth are written as they are. */
const MAX_LISTS = 32;

/**
 * The lists that are open where the scanner is. An item that reads like the one before it is taken back, so that lists of
 * any length are one shape.
 */
export interface OpenLists {
  /** Of the innermost list: number of open brackets where its commas stand; -1: there is none. */
  depth: number;
  kind: ListKind;
  /** Where its present item begins in what is written. */
  itemStart: number;
  /** Of rows: where the last one ended. */
  rowEnd: number;
  /** The item that was kept last. */
  keptStart: number;
  keptEnd: number;
  /** That one is a constant, and its comma is written: what follows is at `itemStart`. */
  isOfConstants: boolean;
  reset(): void;
  open(kind: ListKind, depth: number, itemStart: number): void;
  /** Back to the list around the innermost one. */
  close(): void;
  /** Ends an item at `end`. Returns where writing goes on: before the item, and the comma, where it was taken back. */
  endItem(written: Uint8Array, end: number): number;
}

export function openLists(): OpenLists {
  const stack = new Int32Array(MAX_LISTS * 6);
  let outer = 0;
  const lists: OpenLists = {
    depth: -1,
    kind: IN_ITEMS,
    itemStart: 0,
    rowEnd: -1,
    keptStart: -1,
    keptEnd: -1,
    isOfConstants: false,
    reset() {
      lists.depth = -1;
      lists.isOfConstants = false;
      outer = 0;
    },
    open(kind, depth, itemStart) {
      if (outer === MAX_LISTS) return;
      const at = outer++ * 6;
      stack[at] = lists.depth;
      stack[at + 1] = lists.kind;
      stack[at + 2] = lists.itemStart;
      stack[at + 3] = lists.rowEnd;
      stack[at + 4] = lists.keptStart;
      stack[at + 5] = lists.keptEnd;
      lists.depth = depth;
      lists.kind = kind;
      lists.itemStart = itemStart;
      lists.rowEnd = -1;
      lists.keptStart = -1;
      lists.keptEnd = -1;
      lists.isOfConstants = false;
    },
    close() {
      const at = --outer * 6;
      lists.depth = stack[at] as number;
      lists.kind = stack[at + 1] as ListKind;
      lists.itemStart = stack[at + 2] as number;
      lists.rowEnd = stack[at + 3] as number;
      lists.keptStart = stack[at + 4] as number;
      lists.keptEnd = stack[at + 5] as number;
      lists.isOfConstants = false;
    },
    endItem(written, end) {
      const { itemStart, keptStart, keptEnd } = lists;
      if (keptStart >= 0 && same(written, keptStart, keptEnd, itemStart, end)) return keptEnd;
      lists.keptStart = itemStart;
      lists.keptEnd = end;
      lists.isOfConstants =
        lists.kind !== ROWS && end === itemStart + 1 && written[itemStart] === CONSTANT;
      return end;
    },
  };
  return lists;
}

function same(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = a, j = b; i < aEnd; i++, j++) if (bytes[i] !== bytes[j]) return false;
  return true;
}
