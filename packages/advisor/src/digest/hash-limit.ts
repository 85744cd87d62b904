/**
 * Texts of which at most `limit` are kept, and always the same ones, however they come: those with the smallest hashes.
 * When there are more, the bound on the hashes is halved. Those with the hash 0 are kept besides, and not counted.
 */
export interface HashLimit {
  /** The kept texts and their hashes, unsigned 32-bit. */
  readonly kept: ReadonlyMap<string, number>;
  /** How often the bound was halved. */
  readonly halvings: number;
  accepts(hash: number): boolean;
  /** Keeps a text if it is accepted. Returns false when some text isn't accepted any more: this one, or others. */
  add(text: string, hash: number): boolean;
  /** Nothing above the bound of another one is accepted any more. */
  halve(halvings: number): void;
}

export function createHashLimit(limit: number): HashLimit {
  const kept = new Map<string, number>();
  let counted = 0;
  let bound = 2 ** 32;
  let halvings = 0;

  const halve = (times: number): void => {
    if (times <= halvings) return;
    halvings = times;
    bound = 2 ** (32 - halvings);
    for (const [text, hash] of kept) {
      if (hash < bound) continue;
      kept.delete(text);
      counted -= 1;
    }
  };

  return {
    kept,
    get halvings() {
      return halvings;
    },
    accepts: (hash) => hash < bound,
    add(text, hash) {
      if (hash >= bound) return false;
      if (hash > 0 && !kept.has(text)) counted += 1;
      kept.set(text, hash);
      if (counted <= limit) return true;
      // 32 halvings leave hash 0 alone.
      for (let times = halvings + 1; times <= 32; times += 1) {
        halve(times);
        if (counted <= limit) break;
      }
      return false;
    },
    halve,
  };
}
