import { batchesAreObserved, publishBatch } from "./batch-channel.ts";
import type { Cache } from "./cache.ts";
import { CacheHits } from "./cache-hits.ts";
import { isArrayLike } from "./is-array-like.ts";
import { isThenable } from "./is-thenable.ts";
import type { PendingMany } from "./pending-many.ts";
import { Failure, Hit, InBatch, type Result, takeResult } from "./result.ts";

/** What a batch asks of its loader. */
export interface BatchOwner<K> {
  readonly name: string | null;
  clear(key: K): unknown;
}

type BatchLoadFn<K, V> = (keys: readonly K[]) => PromiseLike<ArrayLike<V | Error>>;

const EXPECTED =
  "DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>";

/** Keys that go to the batch function together, and all who wait for it. */
export class Batch<K, V> {
  readonly keys: K[] = [];
  /** Where the results go. `undefined`: nowhere. */
  readonly cache: Cache<V> | undefined;
  readonly #owner: BatchOwner<K>;
  readonly #batchLoadFn: BatchLoadFn<K, V>;
  /** By id. Those of the cache, or else for `loadMany` alone. */
  readonly #results: Result<V>[];
  /** The id of the first key. Those of the others follow, unless they are listed. */
  readonly #firstId: number;
  /** By the position of the key. */
  #ids: number[] | undefined = undefined;
  /** The promises of all loads derive from this one. */
  readonly #answered: Promise<void>;
  readonly #answer: () => void;
  /** By the position of the key. */
  #values: readonly (V | Error)[] = [];
  #failure: Failure | undefined = undefined;
  /** Whose promise is next. */
  #turn = 0;
  /** `#values`, if there is nothing to do but to take them in turn. */
  #valuesInTurn: readonly V[] | undefined = undefined;
  /** Positions of the keys that have promises, once there are others: those of `loadMany`. */
  #positions: number[] | undefined = undefined;
  readonly #inBatch: InBatch<V> = new InBatch<V>(this);
  /** For keys of `loadMany` that were loaded again while a later batch gathered. */
  #later: Map<number, PromiseWithResolvers<V>> | undefined = undefined;
  /** Up to which position these are settled. */
  #laterSettled = 0;
  #loadedBy: PendingMany<V> | undefined = undefined;
  /** Where `#loadedBy` takes what is answered. */
  #places: number[] = [];
  #hits: CacheHits<V> | undefined = undefined;
  #dispatched = false;
  #startedAt: number | undefined = undefined;

  constructor(owner: BatchOwner<K>, batchLoadFn: BatchLoadFn<K, V>, cache: Cache<V> | undefined) {
    this.cache = cache;
    this.#results = cache === undefined ? [] : cache.results;
    this.#firstId = cache === undefined ? 0 : cache.size;
    this.#owner = owner;
    this.#batchLoadFn = batchLoadFn;
    ({ promise: this.#answered, resolve: this.#answer } = Promise.withResolvers<void>());
  }

  /** A key that is not cached. `id`: where its result goes. */
  load(key: K, id: number): Promise<V> {
    const promise = this.#answered.then(this.#take);
    const position = this.#add(key, id);
    this.#positions?.push(position);
    return promise;
  }

  /** The same for the key at `index` of a `loadMany`. */
  loadOfMany(key: K, id: number, pending: PendingMany<V>, index: number): void {
    if (this.#loadedBy !== pending) {
      this.#loadedBy = pending;
      this.#positions ??= [...this.keys.keys()];
      this.#places = pending.addPart(this.#results, this.#answered.then(nothing));
    }
    this.#add(key, id);
    this.#results[id] = this.#inBatch;
    this.#places.push(index, id);
  }

  /** Ids of keys to come need not follow those of the keys so far: others get some between them. */
  listIds(): void {
    this.#ids ??= this.keys.map((_key, position) => this.#firstId + position);
  }

  /** A key that is cached. */
  hit(id: number): Promise<V> {
    const result = this.#results[id];
    if (!(result instanceof Hit) || result.batch !== this) return this.#openHits().promiseOf(id);
    if (this.#hits !== undefined) this.#hits.count += 1;
    return (result as Hit<V>).promise;
  }

  /** The same for the key at `index` of a `loadMany`. */
  hitOfMany(id: number, pending: PendingMany<V>, index: number): void {
    this.#openHits().addTo(pending, index, id);
  }

  /** A key that is cached as a promise, in a map of the user's. */
  hitPromise(cached: Promise<V>): Promise<V> {
    return this.#openHits().follow(cached);
  }

  /** The promise of a key of this batch, which settles in its place among others that are asked for here. */
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
    if (this.keys.length === 0) {
      this.#settle();
      return;
    }
    let answer: PromiseLike<ArrayLike<V | Error>>;
    try {
      answer = this.#batchLoadFn.call(this.#owner, this.keys);
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
    if (values.length !== this.keys.length)
      throw unexpected(
        "the function did not return a Promise of an Array of the same length as the Array of keys." +
          `\n\nKeys:\n${String(this.keys)}\n\nValues:\n${Array.prototype.toString.call(values)}`,
      );
    // As they are now: the promises take theirs one job later.
    const answers = Array.prototype.slice.call(values) as (V | Error)[];
    let errors = 0;
    for (let position = 0; position < answers.length; position += 1) {
      const answer = answers[position] as V | Error;
      if (answer instanceof Error) errors += 1;
      // A thenable is asked once, for all who load the key.
      else if (isThenable(answer)) answers[position] = promiseOf(answer) as V;
      this.#results[this.#idAt(position)] = answers[position] as V | Error;
    }
    this.#values = answers;
    if (errors === 0 && this.#positions === undefined && this.#later === undefined)
      this.#valuesInTurn = answers as V[];
    this.#settle();
  }

  /** Rejects every load. None of the keys stays cached. */
  #fail(error: unknown): void {
    const failure = new Failure(error);
    this.#failure = failure;
    for (let position = 0; position < this.keys.length; position += 1)
      this.#results[this.#idAt(position)] = failure;
    this.#settle();
    for (const key of this.keys) this.#owner.clear(key);
  }

  /** The promises' one handler: called in the order in which they were derived, it knows whose turn it is. */
  readonly #take = (): V => {
    const turn = this.#turn++;
    if (this.#valuesInTurn !== undefined) return this.#valuesInTurn[turn] as V;
    const position = this.#positions === undefined ? turn : (this.#positions[turn] as number);
    if (this.#later !== undefined) this.#settleLater(position);
    if (this.#failure !== undefined) throw this.#failure.reason;
    const value = this.#values[position] as V | Error;
    if (value instanceof Error) throw value;
    return value;
  };

  /** Those of positions before `end`, between the promises of loads: each in its place. */
  #settleLater(end: number): void {
    for (; this.#laterSettled < end; this.#laterSettled += 1) {
      const id = this.#idAt(this.#laterSettled);
      const deferred = this.#later?.get(id);
      if (deferred === undefined) continue;
      try {
        deferred.resolve(takeResult(this.#results, id));
      } catch (error) {
        deferred.reject(error);
      }
    }
  }

  /** The position of a key that is new. */
  #add(key: K, id: number): number {
    const position = this.keys.length;
    // Other than `push`, which V8 calls rather than inlines once it has seen arrays of several kinds.
    this.keys[position] = key;
    this.#ids?.push(id);
    return position;
  }

  #idAt(position: number): number {
    return this.#ids === undefined ? this.#firstId + position : (this.#ids[position] as number);
  }

  #openHits(): CacheHits<V> {
    return (this.#hits ??= new CacheHits<V>(this, this.#results));
  }

  /** Hits in one promise job, then each load in one. */
  #settle(): void {
    if (this.#hits !== undefined) void now.then(this.#hits.settle);
    this.#answer();
    if (this.#later !== undefined) void now.then(() => this.#settleLater(this.keys.length));
    if (this.#startedAt === undefined) return;
    publishBatch({
      loader: this.#owner.name,
      keys: this.keys.length,
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
