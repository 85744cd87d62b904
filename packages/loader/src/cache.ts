import { InBatch, type Result, withoutHit } from "./result.ts";

/** Slots of an empty table: a power of two. */
const SLOTS = 16;
/** As long as there are fewer, they are made four times as many when they are taken, and then twice. */
const MANY_SLOTS = 4096;
/** 2^32 divided by the golden ratio: spreads integers over the slots, whatever the steps between them. */
const SPREAD = 0x9e_37_79_b1;
/** In the place of an id: the key was cleared. */
const CLEARED = -1;

/**
 * What a loader knows, by key. Each key has an id, and its result is at that place of `results`: no object per key, and the
 * keys of a batch have ids in a row, so that its answers get there without looking for keys. An id is never used again.
 *
 * Keys are compared as those of a `Map`. Integers of 32 bits, as most ids in a database are, have a hash table of their own
 * with open addressing, which takes half the time of a `Map`.
 */
export class Cache<V> {
  /** By id. Longer than there are ids. */
  readonly results: Result<V>[] = [];
  /** How many ids there are, and so the next one. */
  size = 0;
  #cleared = 0;
  /** By slot. A slot without an id is free. */
  #integers: number[] = slots<number>(SLOTS);
  #ids: (number | undefined)[] = slots<number | undefined>(SLOTS);
  /** How many slots may still be taken before there are more. */
  #room: number = roomOf(SLOTS);
  /** The ids of all keys that are not integers. */
  #others: Map<unknown, number> | undefined = undefined;

  /** Whether most of the results are those of keys that were cleared. */
  get isMostlyCleared(): boolean {
    return this.#cleared * 2 > this.size;
  }

  has(key: unknown): boolean {
    const id = isInteger(key) ? this.#ids[this.#slotOf(key)] : this.#others?.get(key);
    return id !== undefined && id !== CLEARED;
  }

  /** The id of a key. A key that had none gets the next one, and the caller puts its result there. */
  add(key: unknown): number {
    if (!isInteger(key)) return this.#addOther(key);
    const slot = this.#slotOf(key);
    const id = this.#ids[slot];
    if (id !== undefined && id !== CLEARED) return id;
    const next = this.size;
    this.size += 1;
    this.#ids[slot] = next;
    if (id === undefined) {
      // Not -0, which is no integer for V8.
      this.#integers[slot] = key | 0;
      this.#room -= 1;
      if (this.#room === 0) this.#grow();
    }
    return next;
  }

  /** The result stays in its place, for those who wait for it. */
  delete(key: unknown): void {
    if (!this.has(key)) return;
    this.#cleared += 1;
    if (isInteger(key)) this.#ids[this.#slotOf(key)] = CLEARED;
    else this.#others?.delete(key);
  }

  clear(): void {
    this.#cleared = this.size;
    this.#resize(SLOTS);
    this.#others = undefined;
  }

  /** The same cache without results of keys that were cleared, and with other ids. */
  compacted(): Cache<V> {
    const kept = new Cache<V>();
    const keep = (id: number, key: unknown): void => {
      const result = withoutHit(this.results[id] as Result<V>);
      // The batch will put its answers at the ids that it knows.
      kept.results[kept.add(key)] =
        result instanceof InBatch ? (result as InBatch<V>).batch.promiseOf(id) : result;
    };
    for (const [slot, id] of this.#ids.entries())
      if (id !== undefined && id !== CLEARED) keep(id, this.#integers[slot]);
    this.#others?.forEach(keep);
    return kept;
  }

  /** The slot that has the key, or the free one where it belongs. */
  #slotOf(key: number): number {
    const integers = this.#integers;
    const ids = this.#ids;
    const last = ids.length - 1;
    let slot = (Math.imul(key, SPREAD) >>> 8) & last;
    while (ids[slot] !== undefined && integers[slot] !== key) slot = (slot + 1) & last;
    return slot;
  }

  #addOther(key: unknown): number {
    this.#others ??= new Map();
    const id = this.#others.get(key);
    if (id !== undefined) return id;
    const next = this.size;
    this.size += 1;
    this.#others.set(key, next);
    return next;
  }

  #grow(): void {
    const integers = this.#integers;
    const ids = this.#ids;
    this.#resize(ids.length * (ids.length < MANY_SLOTS ? 4 : 2));
    for (let from = 0; from < ids.length; from += 1) {
      const id = ids[from];
      if (id === undefined || id === CLEARED) continue;
      const key = integers[from] as number;
      const slot = this.#slotOf(key);
      this.#ids[slot] = id;
      this.#integers[slot] = key;
      this.#room -= 1;
    }
    // At once, rather than step by step.
    const { results } = this;
    results.length = Math.max(results.length, this.size + this.#room);
  }

  #resize(length: number): void {
    this.#integers = slots<number>(length);
    this.#ids = slots<number | undefined>(length);
    this.#room = roomOf(length);
  }
}

/** More than that, and looking for a key takes long. */
function roomOf(length: number): number {
  return (length / 4) * 3;
}

function slots<T>(length: number): T[] {
  const free: T[] = [];
  free.length = length;
  return free;
}

function isInteger(key: unknown): key is number {
  return typeof key === "number" && (key | 0) === key;
}
