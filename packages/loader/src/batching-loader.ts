import { Batch, type BatchOwner, resultOf } from "./batch.ts";
import { Cell } from "./cell.ts";
import type { DataLoader } from "./data-loader.ts";
import { isArrayLike } from "./is-array-like.ts";
import { readOptions } from "./loader-options.ts";
import { PendingMany } from "./pending-many.ts";

/** `DataLoader`. */
export class BatchingLoader<K, V, C = K> implements DataLoader<K, V, C>, BatchOwner<K> {
  name: string | null;
  readonly #batchLoadFn: DataLoader.BatchLoadFn<K, V>;
  readonly #maxBatchSize: number;
  readonly #batchScheduleFn: (callback: () => void) => void;
  readonly #cacheKeyFn: ((key: K) => C) | undefined;
  /** The cache, unless it is the user's or there is none. */
  readonly #cells: Map<unknown, Cell<V>> | null;
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
    this.#cells = valid.cacheMap === undefined ? new Map() : null;
    this.#cacheMap = valid.cacheMap ?? null;
    this.name = valid.name;
  }

  load(key: K): Promise<V> {
    requireKey(key);
    const batch = this.#batch ?? this.#startBatch();
    if (this.#cells !== null) {
      const cacheKey = this.#cacheKey(key);
      const cached = this.#cells.get(cacheKey);
      if (cached !== undefined) return batch.hit(cached);
      const cell = new Cell<V>();
      this.#cells.set(cacheKey, cell);
      return this.#join(batch, key, cell);
    }
    if (this.#cacheMap === null) return this.#join(batch, key, undefined);
    const cacheKey = this.#cacheKey(key) as C;
    const cached = this.#cacheMap.get(cacheKey);
    if (cached) return batch.hitPromise(cached);
    const promise = this.#join(batch, key, undefined);
    this.#cacheMap.set(cacheKey, promise);
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
      requireKey(key);
      const batch = this.#batch ?? this.#startBatch();
      const cacheKey = this.#cells === null ? undefined : this.#cacheKey(key);
      const cached = this.#cells?.get(cacheKey);
      if (cached !== undefined) {
        pending.cells[index] = batch.hitOfMany(cached, pending);
        continue;
      }
      const cell = new Cell<V>();
      this.#cells?.set(cacheKey, cell);
      pending.cells[index] = cell;
      batch.loadOfMany(key, cell, pending);
      this.#endIfFull(batch);
    }
    return pending.promise;
  }

  clear(key: K): this {
    if (this.#cells !== null) this.#cells.delete(this.#cacheKey(key));
    else this.#cacheMap?.delete(this.#cacheKey(key) as C);
    return this;
  }

  clearAll(): this {
    this.#cells?.clear();
    this.#cacheMap?.clear();
    return this;
  }

  prime(key: K, value: V | PromiseLike<V> | Error): this {
    if (this.#cells !== null) {
      const cacheKey = this.#cacheKey(key);
      if (!this.#cells.has(cacheKey)) this.#cells.set(cacheKey, new Cell<V>(resultOf<V>(value)));
    } else if (this.#cacheMap !== null) {
      const cacheKey = this.#cacheKey(key) as C;
      if (this.#cacheMap.get(cacheKey) === undefined)
        this.#cacheMap.set(cacheKey, promiseOf(value));
    }
    return this;
  }

  #startBatch(): Batch<K, V> {
    const batch = new Batch<K, V>(this, this.#batchLoadFn);
    this.#batch = batch;
    this.#batchScheduleFn.call(this, () => {
      // Nothing of a batch that was sent stays in memory.
      if (this.#batch === batch) this.#batch = null;
      batch.dispatch();
    });
    return batch;
  }

  #join(batch: Batch<K, V>, key: K, cell: Cell<V> | undefined): Promise<V> {
    const promise = batch.load(key, cell);
    this.#endIfFull(batch);
    return promise;
  }

  /** What is loaded next starts a batch then, if only with a hit. */
  #endIfFull(batch: Batch<K, V>): void {
    if (!(batch.keys.length < this.#maxBatchSize)) this.#batch = null;
  }

  #cacheKey(key: K): unknown {
    return this.#cacheKeyFn === undefined ? key : this.#cacheKeyFn.call(this, key);
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

function requireKey(key: unknown): void {
  if (key === null || key === undefined)
    throw new TypeError(
      `The loader.load() function must be called with a value, but got: ${String(key)}.`,
    );
}

function promiseOf<V>(value: V | PromiseLike<V> | Error): Promise<V> {
  if (!(value instanceof Error)) return Promise.resolve(value);
  const promise = Promise.reject<V>(value);
  // Who loads it handles the error. Until then nobody has to.
  promise.catch(() => {});
  return promise;
}
