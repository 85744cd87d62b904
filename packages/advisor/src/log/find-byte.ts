import { viewOf } from "./word-view.ts";

/** Distances up to which a loop is quicker than a native call. */
const NEAR = 32;

/** Finds one byte again and again in one buffer, and never scans a stretch twice where it isn't. */
export interface ByteFinder {
  /** Position of the first such byte at or after `from`; the buffer's length where there is none. */
  next(from: number): number;
  /** As {@link next}, quicker where the byte is as a rule a few bytes away. */
  near(from: number): number;
}

export function createByteFinder(bytes: Buffer, byte: number): ByteFinder {
  const words = viewOf(bytes);
  const pattern = byte * 0x01010101;
  const end = bytes.length;
  const lastWord = end - 3;
  // No such byte is in [asked, found).
  let asked = 0;
  let found = -1;

  const next = (from: number): number => {
    if (from > found || from < asked) {
      asked = from;
      found = bytes.indexOf(byte, from);
      if (found === -1) found = end;
    }
    return found;
  };

  return {
    next,
    near(from) {
      const far = Math.min(from + NEAR, lastWord);
      let at = from;
      for (; at < far; at += 4) {
        const different = words.getInt32(at, true) ^ pattern;
        // The lowest bit that is set tells the first byte that is zero.
        const zero = (different - 0x01010101) & ~different & 0x80808080;
        if (zero !== 0) return at + ((31 - Math.clz32(zero & -zero)) >> 3);
      }
      return next(at);
    },
  };
}
