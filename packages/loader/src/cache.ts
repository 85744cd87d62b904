import { Pending, type Result } from "./result.ts";

/** Slots of an empty table: a power of two. */
const SLOTS = 16;
/** As long as there are fewer, they are made eight times as many when they are taken, and then twice. */
const MANY_SLOTS = 1024;
/** 2^32 divided by the golden ratio: spreads integers over the slots, whatever the steps between them. */
const SPREAD = 0x9e_37_79_b1;
/** In the place of an id: the key was cleared. */
const CLEARED = -1;

/**
 * What a loader knows, by key. Each key has an id, at which `keys` and `results` have it and its result: no object per key,
 * and the keys of a batch have ids in a row, so that they go out, and its answers come in, without looking for keys. An id
 * is never used again.
 *
 * Keys are compared as those of a `Map`. Integers of 32 bits, as most ids in a database are, have a hash table of their own
 * with open addressing, which takes half the time of a `Map`.
 */
export class Cache<V> {
  /** By id. Longer than there are ids. Those of keys that were cleared stay, for a batch that was not sent yet. */
  readonly keys: unknown[] = [];
  /** By id. Longer than there are ids. */
  readonly results: Result<V>[] = [];
  /** How many ids there are, and so the next one. */
  size = 0;
  #cleared = 0;
  /** How long `keys` and `results` are made. */
  #width: number = SLOTS;
  /** The ids of integers, by slot. A slot without an id is free. */
  #ids: number[] = Array<number>(SLOTS);
  /** With so many ids there are more slots: each id may have taken one. */
  #limit: number = roomOf(SLOTS);
  /** The ids of all keys that are not integers. */
  #others: Map<unknown, number> | undefined = undefined;

  /** Whether most of the results are those of keys that were cleared. */
  get isMostlyCleared(): boolean {
    return this.#cleared * 2 > this.size;
  }

  has(key: unknown): boolean {
    return isInteger(key)
      ? this.#ids[this.#slotOf(key)] !== undefined
      : this.#others?.has(key) === true;
  }

  /** The id of a key. A key that had none gets the next one, and the caller puts its result there. */
  add(key: unknown): number {
    if (!isInteger(key)) return this.#addOther(key);
    const slot = this.#slotOf(key);
    const id = this.#ids[slot];
    if (id !== undefined) return id;
    const next = this.size;
    this.#ids[slot] = next;
    // As a small integer of V8's, also where it was computed as a double. But -0 goes out as it came.
    const integer = key | 0;
    this.keys[next] = integer === 0 ? key : integer;
    this.size = next + 1;
    if (this.size >= this.#limit) this.#grow();
    return next;
  }

  /** A key that is not looked for: it gets the next id. */
  append(key: unknown): number {
    const next = this.size;
    if (next >= this.#width) this.#widen(next * (next < MANY_SLOTS ? 8 : 2));
    this.keys[next] = key;
    this.size = next + 1;
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
    this.#ids = Array<number>(SLOTS);
    this.#limit = this.size + roomOf(SLOTS);
    this.#others = undefined;
  }

  /** The same cache without results of keys that were cleared, and with other ids. */
  compacted(): Cache<V> {
    const kept = new Cache<V>();
    const keep = (id: number): void => {
      const result = this.results[id] as Result<V>;
      // The batch will put its answers at the ids that it knows.
      kept.results[kept.add(this.keys[id])] =
        result instanceof Pending ? result.promiseOf(id) : result;
    };
    for (const id of this.#ids) if (id !== undefined && id !== CLEARED) keep(id);
    this.#others?.forEach(keep);
    return kept;
  }

  /** The slot of the key's id, or the free one where it belongs. */
  #slotOf(key: number): number {
    const { keys } = this;
    const ids = this.#ids;
    const last = ids.length - 1;
    let slot = slotOf(key, ids.length);
    for (;;) {
      const id = ids[slot];
      if (id === undefined || (id !== CLEARED && keys[id] === key)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #addOther(key: unknown): number {
    this.#others ??= new Map();
    const id = this.#others.get(key);
    if (id !== undefined) return id;
    const next = this.append(key);
    this.#others.set(key, next);
    return next;
  }

  #grow(): void {
    const { keys } = this;
    const old = this.#ids;
    const length = old.length * (old.length < MANY_SLOTS ? 8 : 2);
    const ids = Array<number>(length);
    this.#ids = ids;
    let taken = 0;
    for (let from = 0; from < old.length; from += 1) {
      const id = old[from];
      if (id === undefined || id === CLEARED) continue;
      let slot = slotOf(keys[id] as number, length);
      while (ids[slot] !== undefined) slot = (slot + 1) & (length - 1);
      ids[slot] = id;
      taken += 1;
    }
    this.#limit = this.size + roomOf(length) - taken;
    this.#widen(this.#limit);
  }

  /** At once, rather than step by step. */
  #widen(width: number): void {
    if (width <= this.#width) return;
    this.#width = width;
    this.keys.length = width;
    this.results.length = width;
  }
}

/** More than that, and looking for a key takes long. */
function roomOf(length: number): number {
  return (length / 4) * 3;
}

function isInteger(key: unknown): key is number {
  return typeof key === "number" && (key | 0) === key;
}

/** Where to look for a key first. */
function slotOf(key: number, length: number): number {
  return (Math.imul(key, SPREAD) >>> 8) & (length - 1);
}
