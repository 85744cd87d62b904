import { PAGE_BYTES } from "./relation-files.ts";

/** Keys of a GIN index that are alike: so many keys, each in so many rows, of so many bytes. */
export interface KeyGroup {
  readonly keys: number;
  readonly rowsEach: number;
  readonly bytes: number;
}

export interface GinShape {
  readonly groups: readonly KeyGroup[];
  readonly heapPages: number;
}

const TUPLE_HEADER = 8;
const LINE_POINTER = 4;
/** A longer posting list moves out of its entry, to pages of its own. */
const LARGEST_INLINE = 2704;
const USABLE = PAGE_BYTES - 40;
/** Entry pages are split in halves as keys arrive in order; few grow again. */
const ENTRY_FILL = 0.51;
/** Posting lists come in parts of about 256 bytes with a head of 8. */
const SEGMENT = 264 / 256;

/** Pages of a GIN index as CREATE INDEX builds it. */
export function estimateGin({ groups, heapPages }: GinShape): number {
  let entryBytes = 0;
  let dataPages = 0;
  for (const { keys, rowsEach, bytes } of groups) {
    const list = rowsEach * rowBytes(rowsEach / Math.max(1, heapPages));
    const key = Math.ceil((TUPLE_HEADER + bytes) / 8) * 8 + LINE_POINTER;
    const inline = list + bytes <= LARGEST_INLINE;
    entryBytes += keys * (inline ? key + list : key);
    if (!inline) dataPages += keys * treePages(list * SEGMENT);
  }
  return Math.max(2, 1 + Math.ceil(entryBytes / (USABLE * ENTRY_FILL)) + Math.ceil(dataPages));
}

/** Leaves of one key's posting tree, and the root where there is more than one leaf. */
function treePages(bytes: number): number {
  const leaves = Math.ceil(bytes / USABLE);
  return leaves > 1 ? leaves + 1 : 1;
}

/**
 * Bytes of one row in a posting list: the distance from the row before it, 7 bits a byte; one page of the heap is a
 * distance of 2048. `density` is how many of the key's rows a heap page has.
 */
function rowBytes(density: number): number {
  const samePage = density > 0 ? 1 - -Math.expm1(-density) / density : 0;
  const within = (pages: number): number => -Math.expm1(-density * pages);
  const one = samePage * 0.75;
  const two = Math.max(one, within(8));
  const three = Math.max(two, within(1024));
  return one + 2 * (two - one) + 3 * (three - two) + 4 * (1 - three);
}
