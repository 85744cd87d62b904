import { type ByteSpan, NO_BYTES } from "../byte-span.ts";

/** Puts lines of a text together that don't stand together in the log. */
export interface LineJoiner {
  /** Appends a line break and `bytes[from, to)` to a span, which the joiner's own memory holds from then on. */
  append(span: ByteSpan, bytes: Buffer, from: number, to: number): void;
  /** Spans joined before may be overwritten. */
  clear(): void;
}

const FIRST_BYTES = 64 * 1024;
/** Shorter copies are made faster here than by a call. */
const SHORT = 48;

export function createLineJoiner(): LineJoiner {
  let memory: Buffer = NO_BYTES;
  let used = 0;

  const copy = (bytes: Buffer, from: number, to: number): void => {
    if (to - from < SHORT) {
      for (let at = from; at < to; at++) memory[used++] = bytes[at] ?? 0;
    } else {
      bytes.copy(memory, used, from, to);
      used += to - from;
    }
  };

  return {
    append(span, bytes, from, to) {
      const isLast = span.bytes === memory && span.to === used;
      const length = span.to - span.from;
      const more = to - from + 1;
      if (used + more + (isLast ? 0 : length) > memory.length) {
        // Spans that were joined before keep the memory that they have.
        memory = Buffer.allocUnsafeSlow(
          Math.max(2 * (length + more), 2 * memory.length, FIRST_BYTES),
        );
        used = 0;
      }
      if (span.bytes !== memory || !isLast) {
        const start = used;
        copy(span.bytes, span.from, span.to);
        span.bytes = memory;
        span.from = start;
      }
      memory[used++] = 10;
      copy(bytes, from, to);
      span.to = used;
    },
    clear() {
      used = 0;
    },
  };
}
