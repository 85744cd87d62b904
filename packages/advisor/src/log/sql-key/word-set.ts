/** Words to look up by their bytes. */
export interface WordSet {
  has(bytes: Uint8Array, from: number, to: number): boolean;
}

export function wordSet(words: readonly string[]): WordSet {
  const entries = words.map((word) => Buffer.from(word));
  const mask = 2 ** Math.ceil(Math.log2(entries.length * 4)) - 1;
  /** Entry plus one; 0: free. */
  const slots = new Uint16Array(mask + 1);
  for (const [index, entry] of entries.entries()) {
    let slot = hash(entry, 0, entry.length) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = index + 1;
  }
  return {
    has(bytes, from, to) {
      let slot = hash(bytes, from, to) & mask;
      for (let entry = slots[slot] as number; entry !== 0; entry = slots[slot] as number) {
        if (sameBytes(bytes, from, to, entries[entry - 1] as Buffer)) return true;
        slot = (slot + 1) & mask;
      }
      return false;
    },
  };
}

function hash(bytes: Uint8Array, from: number, to: number): number {
  let sum = to - from;
  for (let i = from; i < to; i++) sum = Math.imul(sum ^ (bytes[i] as number), 0x01000193);
  return sum ^ (sum >>> 15);
}

function sameBytes(bytes: Uint8Array, from: number, to: number, word: Uint8Array): boolean {
  if (to - from !== word.length) return false;
  for (let i = from; i < to; i++) if (bytes[i] !== word[i - from]) return false;
  return true;
}
