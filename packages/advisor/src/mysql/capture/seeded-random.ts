import { seededRandom as numbered } from "../../random-database/random.ts";

/** Numbers from 0 up to 1, the same for the same seed: a sample of the same rows is the same sample. */
export function seededRandom(seed: string): () => number {
  // FNV-1a.
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return numbered(state).next;
}
