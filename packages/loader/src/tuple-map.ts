/** One level of the nesting: what is stored for the tuple that ends here, and the ways to longer ones. */
interface Level<V> {
  value: V | undefined;
  next: Map<unknown, Level<V>> | undefined;
}

/**
 * A `cacheMap` for keys that are tuples, such as `[tenantId, userId]`: two with equal parts are the same key. Parts are
 * compared as the keys of a `Map` are, so that nothing is turned to text: `1` and `"1"` differ, and so do two dates.
 * A tuple of any length is a key of its own. Other than a `Map`, it can't hold `undefined`.
 */
export class TupleMap<K extends readonly unknown[], V> {
  #root: Level<V> = { value: undefined, next: undefined };

  get(key: K): V | undefined {
    let level = this.#root;
    for (let part = 0; part < key.length; part += 1) {
      const next = level.next?.get(key[part]);
      if (next === undefined) return undefined;
      level = next;
    }
    return level.value;
  }

  set(key: K, value: V): this {
    let level = this.#root;
    for (let part = 0; part < key.length; part += 1) {
      level.next ??= new Map();
      let next = level.next.get(key[part]);
      if (next === undefined) {
        next = { value: undefined, next: undefined };
        level.next.set(key[part], next);
      }
      level = next;
    }
    level.value = value;
    return this;
  }

  /** Also lets go of the parts that no other tuple shares. */
  delete(key: K): boolean {
    return remove(this.#root, key, 0);
  }

  clear(): void {
    this.#root = { value: undefined, next: undefined };
  }
}

function remove<V>(level: Level<V>, key: readonly unknown[], part: number): boolean {
  if (part === key.length) {
    const held = level.value !== undefined;
    level.value = undefined;
    return held;
  }
  const next = level.next?.get(key[part]);
  if (next === undefined || !remove(next, key, part + 1)) return false;
  if (next.value === undefined && next.next === undefined) level.next?.delete(key[part]);
  if (level.next?.size === 0) level.next = undefined;
  return true;
}
