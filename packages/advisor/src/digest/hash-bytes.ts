/** Two hashes of 32 bits each, of the bytes that were hashed last. */
export interface BytesHash {
  high: number;
  low: number;
  /** Whether all bytes were ASCII. */
  ascii: boolean;
}

export function newBytesHash(): BytesHash {
  return { high: 0, low: 0, ascii: true };
}

/** Hashes `bytes[from, to)` into `hash`: for short texts, a byte at a time. */
export function hashBytes(hash: BytesHash, bytes: Uint8Array, from: number, to: number): void {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  let all = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    all |= byte;
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x5bd1e995);
    low ^= low >>> 15;
  }
  hash.high = mix32(high ^ (to - from));
  hash.low = mix32(low);
  hash.ascii = all < 128;
}

/** Spreads the bits of a number over all 32 bits (the finalizer of MurmurHash3). Returns an unsigned number. */
export function mix32(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 16 hexadecimal digits of two unsigned numbers of 32 bits. */
export function hexOf(high: number, low: number): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
