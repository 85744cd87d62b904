/** Bytes `[from, to)` of a buffer, UTF-8 as a rule. Readers use one span again and again: copy what you keep. Empty: none. */
export interface ByteSpan {
  bytes: Buffer;
  from: number;
  to: number;
}

export const NO_BYTES: Buffer = Buffer.alloc(0);

/** A span of nothing. */
export function emptySpan(): ByteSpan {
  return { bytes: NO_BYTES, from: 0, to: 0 };
}

/** Makes a span one of `bytes[from, to)`. */
export function setSpan(span: ByteSpan, bytes: Buffer, from: number, to: number): void {
  span.bytes = bytes;
  span.from = from;
  span.to = to;
}
