/** A text of four bytes or more that is looked for four bytes at a time. */
export interface Spelled {
  readonly length: number;
  /** The last one may overlap the one before. */
  readonly words: Int32Array;
}

export function spelled(text: string): Spelled {
  const bytes = Buffer.from(text, "latin1");
  const last = bytes.length - 4;
  const places = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, word) =>
    Math.min(word * 4, last),
  );
  return { length: bytes.length, words: Int32Array.from(places, (at) => bytes.readInt32LE(at)) };
}

/** Whether a text begins at `at` and ends before `to`. */
export function isSpelledAt(
  bytes: DataView,
  at: number,
  to: number,
  { length, words }: Spelled,
): boolean {
  const last = at + length - 4;
  if (last + 4 > to) return false;
  let word = 0;
  for (let next = at; next < last; next += 4) {
    if (bytes.getInt32(next, true) !== words[word++]) return false;
  }
  return bytes.getInt32(last, true) === words[word];
}
