import { Batch, type BatchOwner, promiseOf } from "./batch.ts";
import { Cache } from "./cache.ts";
import type { DataLoader } from "./data-loader.ts";
import { isArrayLike } from "./is-array-like.ts";
import { isThenable } from "./is-thenable.ts";
import { readOptions } from "./loader-options.ts";
import { PendingMany } from "./pending-many.ts";

/** `DataLoader`. */
export class BatchingLoader<K, V, C = K> implements DataLoader<K, V, C>, BatchOwner<K> {
  name: string | null;
  readonly #batchLoadFn: DataLoader.BatchLoadFn<K, V>;
  readonly #maxBatchSize: number;
  readonly #batchScheduleFn: (callback: () => void) => void;
  readonly #cacheKeyFn: ((key: K) => C) | undefined;
  /** `undefined`: it is the user's, or there is none. */
  #cache: Cache<V> | undefined;
  /** The cache of the user. */
  readonly #cacheMap: DataLoader.CacheMap<C, Promise<V>> | null;
  /** The one that gathers. */
  #batch: Batch<K, V> | null = null;

  constructor(batchLoadFn: DataLoader.BatchLoadFn<K, V>, options?: DataLoader.Options<K, V, C>) {
    const valid = readOptions(batchLoadFn, options);
    this.#batchLoadFn = batchLoadFn;
    this.#maxBatchSize = valid.maxBatchSize;
    this.#batchScheduleFn = valid.batchScheduleFn;
    this.#cacheKeyFn = valid.cacheKeyFn;
    this.#cache = valid.cacheMap === undefined ? new Cache() : undefined;
    this.#cacheMap = valid.cacheMap ?? null;
    this.name = valid.name;
  }

  load(key: K): Promise<V> {
    if (key === null || key === undefined) throw noKey(key);
    if (this.#cache === undefined) return this.#loadElsewhere(key);
    // Before the batch, which it might fill: the ids of a batch's keys follow each other.
    const cacheKey = this.#cacheKeyFn === undefined ? key : this.#cacheKeyFn(key);
    const batch = this.#batch ?? this.#startBatch();
    const { cache } = batch;
    const next = cache.size;
    const id = cache.add(cacheKey);
    if (id !== next) return batch.hit(id);
    const promise = batch.load(key, id);
    // What is loaded next starts a batch then, if only with a hit.
    if (!(batch.size < this.#maxBatchSize)) this.#batch = null;
    return promise;
  }

  loadMany(keys: ArrayLike<K>): Promise<(V | Error)[]> {
    if (!isArrayLike(keys))
      throw new TypeError(
        `The loader.loadMany() function must be called with Array<key> but got: ${String(keys)}.`,
      );
    if (keys.length === 0) return Promise.resolve([]);
    // A subclass sees each load, a map of the user's gets each promise.
    if (this.load !== BatchingLoader.prototype.load || this.#cacheMap !== null)
      return this.#loadEach(keys);
    const pending = new PendingMany<V>(keys.length);
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as K;
      if (key === null || key === undefined) throw noKey(key);
      const isCached = this.#cache !== undefined;
      const cacheKey = isCached ? this.#cacheKey(key) : key;
      const batch = this.#batch ?? this.#startBatch();
      const { cache } = batch;
      const next = cache.size;
      const id = isCached ? cache.add(cacheKey) : cache.append(cacheKey);
      if (id === next) {
        batch.loadOfMany(key, id, pending, index);
        if (!(batch.size < this.#maxBatchSize)) this.#batch = null;
      } else batch.hitOfMany(id, pending, index);
    }
    return pending.promise;
  }

  clear(key: K): this {
    if (this.#cache === undefined) this.#cacheMap?.delete(this.#cacheKey(key) as C);
    else {
      const cacheKey = this.#cacheKey(key);
      this.#cache.delete(cacheKey);
      this.#compactCache();
    }
    return this;
  }

  clearAll(): this {
    this.#cache?.clear();
    this.#compactCache();
    this.#cacheMap?.clear();
    return this;
  }

  prime(key: K, value: V | PromiseLike<V> | Error): this {
    if (this.#cache !== undefined) {
      const cacheKey = this.#cacheKey(key);
      if (this.#cache.has(cacheKey)) return this;
      const result = !(value instanceof Error) && isThenable(value) ? promiseOf(value) : value;
      this.#batch?.list();
      this.#cache.results[this.#cache.add(cacheKey)] = result;
    } else if (this.#cacheMap !== null) {
      const cacheKey = this.#cacheKey(key) as C;
      if (this.#cacheMap.get(cacheKey) === undefined)
        this.#cacheMap.set(
          cacheKey,
          value instanceof Error ? rejection(value) : Promise.resolve(value),
        );
    }
    return this;
  }

  #startBatch(): Batch<K, V> {
    const batch = new Batch<K, V>(this, this.#batchLoadFn, this.#cache ?? new Cache());
    // The cache has other keys than the batch function.
    if (this.#cacheKeyFn !== undefined) batch.list();
    this.#batch = batch;
    this.#batchScheduleFn.call(this, () => {
      // Nothing of a batch that was sent stays in memory.
      if (this.#batch === batch) this.#batch = null;
      this.#compactCache();
      batch.dispatch();
    });
    // The scheduler loaded keys itself, which filled the batch or another one.
    if (this.#batch !== batch) batch.list();
    return batch;
  }

  /** Without a cache, or with that of the user. */
  #loadElsewhere(key: K): Promise<V> {
    const batch = this.#batch ?? this.#startBatch();
    if (this.#cacheMap === null) return this.#loadUncached(batch, key);
    const cacheKey = this.#cacheKey(key) as C;
    const cached = this.#cacheMap.get(cacheKey);
    if (cached) return batch.hitPromise(cached);
    const promise = this.#loadUncached(batch, key);
    this.#cacheMap.set(cacheKey, promise);
    return promise;
  }

  #loadUncached(batch: Batch<K, V>, key: K): Promise<V> {
    const promise = batch.load(key, batch.cache.append(key));
    if (!(batch.size < this.#maxBatchSize)) this.#batch = null;
    return promise;
  }

  /** Lets go of what was cleared, once that is more than what was not. Not while ids are given to the keys of a batch. */
  #compactCache(): void {
    if (this.#batch === null && this.#cache?.isMostlyCleared === true)
      this.#cache = this.#cache.compacted();
  }

  #cacheKey(key: K): unknown {
    return this.#cacheKeyFn === undefined ? key : this.#cacheKeyFn(key);
  }

  #loadEach(keys: ArrayLike<K>): Promise<(V | Error)[]> {
    const results: Promise<V | Error>[] = [];
    for (let index = 0; index < keys.length; index += 1)
      results.push(this.load(keys[index] as K).catch((error: unknown) => error as Error));
    return Promise.all(results);
  }
}
// The name that users know, in what they log.
Object.defineProperty(BatchingLoader, "name", { value: "DataLoader" });

function noKey(key: unknown): TypeError {
  return new TypeError(
    `The loader.load() function must be called with a value, but got: ${String(key)}.`,
  );
}

function rejection<V>(reason: Error): Promise<V> {
  const promise = Promise.reject<V>(reason);
  // Who loads it handles the error. Until then nobody has to.
  promise.catch(nothing);
  return promise;
}

function nothing(): void {}
