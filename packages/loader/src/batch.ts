import { batchesAreObserved, publishBatch } from "./batch-channel.ts";
import type { Cache } from "./cache.ts";
import { CacheHits } from "./cache-hits.ts";
import { isArrayLike } from "./is-array-like.ts";
import { isThenable } from "./is-thenable.ts";
import { Part, type PendingMany } from "./pending-many.ts";
import { Failure, Pending, type Result, valueOf } from "./result.ts";

/** What a batch asks of its loader. */
export interface BatchOwner<K> {
  readonly name: string | null;
  clear(key: K): unknown;
}

type BatchLoadFn<K, V> = (keys: readonly K[]) => PromiseLike<ArrayLike<V | Error>>;

const EXPECTED =
  "DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>";

/** Keys that go to the batch function together, and all who wait for it. */
export class Batch<K, V> extends Pending<V> {
  /** Where the results go. */
  readonly cache: Cache<V>;
  /** How many keys. */
  size = 0;
  readonly #owner: BatchOwner<K>;
  readonly #batchLoadFn: BatchLoadFn<K, V>;
  readonly #results: Result<V>[];
  /** The id of the first key. Those of the others follow, unless they are listed. */
  readonly #firstId: number;
  /** By position. */
  #listed: { readonly keys: K[]; readonly ids: number[] } | undefined = undefined;
  /** What the batch function was called with. */
  #keys: readonly K[] = [];
  /** The promises of all loads derive from this one. */
  readonly #answered: Promise<void>;
  readonly #answer: () => void;
  #failure: Failure | undefined = undefined;
  /** The position whose promise is next. */
  #turn = 0;
  /** There are ids in a row, and values at them: nothing to do but to take those in turn. */
  #inTurn = false;
  /** For keys of `loadMany` that were loaded again while a later batch gathered. */
  #later: Map<number, PromiseWithResolvers<V>> | undefined = undefined;
  /** Up to which position these are settled. */
  #laterSettled = 0;
  #loadedBy: PendingMany<V> | undefined = undefined;
  /** The last keys, if `#loadedBy` has loaded them. */
  #part: Part = new Part();
  #partEnd = 0;
  #hits: CacheHits<V> | undefined = undefined;
  #dispatched = false;
  #startedAt: number | undefined = undefined;

  constructor(owner: BatchOwner<K>, batchLoadFn: BatchLoadFn<K, V>, cache: Cache<V>) {
    super();
    this.cache = cache;
    this.#results = cache.results;
    this.#firstId = cache.size;
    this.#owner = owner;
    this.#batchLoadFn = batchLoadFn;
    ({ promise: this.#answered, resolve: this.#answer } = Promise.withResolvers<void>());
  }

  /** A key that is not cached. `id`: where its result goes. */
  load(key: K, id: number): Promise<V> {
    const promise = this.#answered.then(this.#take);
    this.#add(key, id);
    // Hits follow it, which makes them the ones who have to handle its error.
    this.#results[id] = promise;
    return promise;
  }

  /** The same for the key at `index` of a `loadMany`. */
  loadOfMany(key: K, id: number, pending: PendingMany<V>, index: number): void {
    if (this.#loadedBy !== pending || this.#partEnd !== this.size) {
      this.#loadedBy = pending;
      const part = new Part();
      this.#part = part;
      const settled = this.#answered.then(() => this.#passOver(part.size));
      pending.addPart(part, this.#results, settled);
    }
    this.#add(key, id);
    this.#results[id] = this;
    this.#partEnd = this.size;
    this.#part.add(index, id);
  }

  /** Ids of keys to come need not follow those of the keys so far: others get some between them. */
  list(): void {
    if (this.#listed !== undefined) return;
    const keys = this.#keysInRow();
    this.#listed = { keys, ids: keys.map((_key, position) => this.#firstId + position) };
  }

  /** A key that is cached. */
  hit(id: number): Promise<V> {
    return this.#openHits().promiseOf(id);
  }

  /** The same for the key at `index` of a `loadMany`. */
  hitOfMany(id: number, pending: PendingMany<V>, index: number): void {
    this.#openHits().addTo(pending, index, id);
  }

  /** A key that is cached as a promise, in a map of the user's. */
  hitPromise(cached: Promise<V>): Promise<V> {
    return this.#openHits().follow(cached);
  }

  promiseOf(id: number): Promise<V> {
    this.#later ??= new Map();
    const known = this.#later.get(id);
    if (known !== undefined) return known.promise;
    const deferred = Promise.withResolvers<V>();
    // Handled by whoever gets the promise that follows this one.
    deferred.promise.catch(nothing);
    this.#later.set(id, deferred);
    return deferred.promise;
  }

  /** Calls the batch function, the first time that it is called. */
  dispatch(): void {
    if (this.#dispatched) return;
    this.#dispatched = true;
    if (batchesAreObserved()) this.#startedAt = performance.now();
    if (this.size === 0) {
      this.#settle();
      return;
    }
    this.#keys = this.#listed?.keys ?? this.#keysInRow();
    let answer: PromiseLike<ArrayLike<V | Error>>;
    try {
      answer = this.#batchLoadFn.call(this.#owner, this.#keys);
    } catch (error) {
      this.#fail(unexpected(`the function errored synchronously: ${String(error)}.`));
      return;
    }
    if (!isThenable(answer)) {
      this.#fail(unexpected(`the function did not return a Promise: ${String(answer)}.`));
      return;
    }
    // What is merely thenable may have no `catch`.
    Promise.resolve(answer)
      .then((values) => this.#succeed(values))
      .catch((error: unknown) => this.#fail(error));
  }

  #succeed(values: ArrayLike<V | Error>): void {
    if (!isArrayLike(values))
      throw unexpected(`the function did not return a Promise of an Array: ${String(values)}.`);
    if (values.length !== this.#keys.length)
      throw unexpected(
        "the function did not return a Promise of an Array of the same length as the Array of keys." +
          `\n\nKeys:\n${String(this.#keys)}\n\nValues:\n${Array.prototype.toString.call(values)}`,
      );
    const results = this.#results;
    const firstId = this.#firstId;
    const ids = this.#listed?.ids;
    let errors = 0;
    for (let position = 0; position < this.size; position += 1) {
      let value = values[position] as Result<V>;
      if (value instanceof Error) errors += 1;
      // A thenable is asked once, for all who load the key.
      else if (isThenable(value)) value = promiseOf(value as PromiseLike<V>);
      results[ids === undefined ? firstId + position : (ids[position] as number)] = value;
    }
    this.#inTurn = errors === 0 && ids === undefined && this.#later === undefined;
    this.#settle();
  }

  /** Rejects every load. None of the keys stays cached. */
  #fail(error: unknown): void {
    const failure = new Failure(error);
    this.#failure = failure;
    for (let position = 0; position < this.size; position += 1)
      this.#results[this.#idAt(position)] = failure;
    this.#settle();
    for (const key of this.#keys) this.#owner.clear(key);
  }

  /**
   * The promises' one handler: called in the order in which they were derived, it knows whose turn it is. What it needs is in
   * fields: with variables of a closure, V8 13.6 moved a quarter of what loads allocate to the old generation.
   */
  readonly #take = (): V | Promise<V> => {
    const turn = this.#turn++;
    if (this.#inTurn) return this.#results[this.#firstId + turn] as V;
    if (this.#later !== undefined) this.#settleLater(turn);
    return valueOf(this.#results[this.#idAt(turn)] as Result<V>);
  };

  #passOver(keys: number): void {
    this.#turn += keys;
  }

  /** Those of positions before `end`, between the promises of loads: each in its place. */
  #settleLater(end: number): void {
    for (; this.#laterSettled < end; this.#laterSettled += 1) {
      const id = this.#idAt(this.#laterSettled);
      const deferred = this.#later?.get(id);
      if (deferred === undefined) continue;
      try {
        deferred.resolve(valueOf(this.#results[id] as Result<V>));
      } catch (error) {
        deferred.reject(error);
      }
    }
  }

  /** At the next position. */
  #add(key: K, id: number): void {
    if (this.#listed !== undefined) {
      this.#listed.keys.push(key);
      this.#listed.ids.push(id);
    }
    this.size += 1;
  }

  #idAt(position: number): number {
    return this.#listed === undefined
      ? this.#firstId + position
      : (this.#listed.ids[position] as number);
  }

  #keysInRow(): K[] {
    return this.cache.keys.slice(this.#firstId, this.#firstId + this.size) as K[];
  }

  #openHits(): CacheHits<V> {
    return (this.#hits ??= new CacheHits<V>(this, this.#results));
  }

  /** Hits in one promise job, then each load in one. */
  #settle(): void {
    if (this.#hits !== undefined) void now.then(this.#hits.settle);
    this.#answer();
    if (this.#later !== undefined) void now.then(() => this.#settleLater(this.size));
    if (this.#startedAt === undefined) return;
    publishBatch({
      loader: this.#owner.name,
      keys: this.size,
      hits: this.#hits?.count ?? 0,
      durationMs: performance.now() - this.#startedAt,
      error: this.#failure?.reason,
    });
  }
}

const now = Promise.resolve();

/** The promise of a value that is thenable. */
export function promiseOf<V>(value: PromiseLike<V>): Promise<V> {
  const promise = Promise.resolve(value);
  // Handled by whoever loads the key.
  promise.catch(nothing);
  return promise;
}

function unexpected(what: string): TypeError {
  return new TypeError(`${EXPECTED}, but ${what}`);
}

function nothing(): void {}
