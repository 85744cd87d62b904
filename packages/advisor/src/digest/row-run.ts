import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { addRows, type ShapeRow } from "./shape-row.ts";

/** Rows of shapes, by id, as lines of JSON: in memory, or in a file. */
export type RowRun = Uint8Array | { readonly path: string };

const CHUNK_BYTES = 256 * 1024;

/** Hands values over as lines of JSON, many at a time: `chunk` is used again. */
function writeLines(values: Iterable<unknown>, write: (chunk: Buffer) => void): void {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  for (const value of values) {
    const line = `${JSON.stringify(value)}\n`;
    // A character of a string takes at most three bytes.
    if (filled + line.length * 3 > chunk.length) {
      write(chunk.subarray(0, filled));
      filled = 0;
    }
    if (line.length * 3 > chunk.length) write(Buffer.from(line));
    else filled += chunk.write(line, filled);
  }
  if (filled > 0) write(chunk.subarray(0, filled));
}

export function runInMemory(rows: Iterable<ShapeRow>): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(CHUNK_BYTES);
  let length = 0;
  writeLines(rows, (chunk) => {
    if (length + chunk.length > bytes.length) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, length + chunk.length));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(chunk, length);
    length += chunk.length;
  });
  return bytes.slice(0, length);
}

/** Writes values as lines of JSON to a new file. */
export function writeLinesToFile(path: string, values: Iterable<unknown>, mode: number): void {
  const file = openSync(path, "wx", mode);
  try {
    writeLines(values, (chunk) => {
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
    });
  } finally {
    closeSync(file);
  }
}

export function runInFile(path: string, rows: Iterable<ShapeRow>): { readonly path: string } {
  writeLinesToFile(path, rows, 0o600);
  return { path };
}

/** The lines of a run, without line breaks. */
export function* linesOf(run: RowRun): Generator<string> {
  if ("path" in run) {
    yield* linesOfFile(run.path);
    return;
  }
  const bytes = Buffer.from(run.buffer, run.byteOffset, run.byteLength);
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end === -1 ? bytes.length : end;
    yield bytes.toString("utf8", from, to);
    from = to + 1;
  }
}

function* linesOfFile(path: string): Generator<string> {
  const file = openSync(path, "r");
  try {
    let bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    let filled = 0;
    for (;;) {
      const read = readSync(file, bytes, filled, bytes.length - filled, null);
      filled += read;
      let from = 0;
      for (;;) {
        const end = bytes.subarray(0, filled).indexOf(10, from);
        if (end === -1) break;
        yield bytes.toString("utf8", from, end);
        from = end + 1;
      }
      if (read === 0) {
        if (from < filled) yield bytes.toString("utf8", from, filled);
        return;
      }
      if (from === 0 && filled === bytes.length) {
        bytes = Buffer.concat([bytes], bytes.length * 2);
      } else {
        bytes.copyWithin(0, from, filled);
        filled -= from;
      }
    }
  } finally {
    closeSync(file);
  }
}

export function* rowsOfRun(run: RowRun): Generator<ShapeRow> {
  for (const line of linesOf(run)) yield JSON.parse(line) as ShapeRow;
}

interface Head {
  row: ShapeRow;
  readonly rest: Iterator<ShapeRow>;
}

/** The rows of several sources that are in the order of their ids, in that order: those of one id summed. */
export function* mergeRows(sources: readonly Iterable<ShapeRow>[]): Generator<ShapeRow> {
  const iterators = sources.map((source) => source[Symbol.iterator]());
  try {
    const heap: Head[] = [];
    for (const rest of iterators) {
      const next = rest.next();
      if (next.done !== true) heap.push({ row: next.value, rest });
    }
    heap.sort((left, right) => (left.row.shape < right.row.shape ? -1 : 1));
    let sum = heap[0]?.row;
    if (heap[0] !== undefined) advance(heap, heap[0]);
    for (let [least] = heap; least !== undefined; [least] = heap) {
      const { row }: Head = least;
      advance(heap, least);
      if (sum?.shape === row.shape) sum = addRows(sum, row);
      else {
        if (sum !== undefined) yield sum;
        sum = row;
      }
    }
    if (sum !== undefined) yield sum;
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

/** Replaces the least of a heap by its next row, and lets that sink to its place. */
function advance(heap: Head[], least: Head): void {
  const next = least.rest.next();
  if (next.done !== true) least.row = next.value;
  else {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
  }
  let at = 0;
  for (;;) {
    const here = heap[at];
    const left = heap[at * 2 + 1];
    const right = heap[at * 2 + 2];
    if (here === undefined || left === undefined) return;
    const child = right !== undefined && right.row.shape < left.row.shape ? right : left;
    if (here.row.shape <= child.row.shape) return;
    heap[at] = child;
    at = child === left ? at * 2 + 1 : at * 2 + 2;
    heap[at] = here;
  }
}
