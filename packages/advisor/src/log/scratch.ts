import { NO_BYTES } from "./byte-span.ts";
import { viewOf } from "./word-view.ts";

const FIRST_BYTES = 64 * 1024;

/** Holds texts that a log has in another form: those of one record lie behind each other. */
export interface Scratch {
  bytes: Buffer;
  /** The same bytes. */
  words: DataView;
  /** The text put here last. */
  from: number;
  to: number;
}

export function createScratch(): Scratch {
  return { bytes: NO_BYTES, words: viewOf(NO_BYTES), from: 0, to: 0 };
}

/** Makes room for `length` bytes behind the last text. The texts before stay where they are, in an old buffer maybe. */
export function reserve(scratch: Scratch, length: number): void {
  if (scratch.bytes.length - scratch.to >= length) return;
  scratch.bytes = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * length));
  scratch.words = viewOf(scratch.bytes);
  scratch.to = 0;
}
