import { BatchingLoader } from "./batching-loader.ts";

/**
 * Loads values by key: loads of one tick go to the batch function together, and each key once as long as it is cached.
 * A cache is meant to live as long as a request. Takes the place of `DataLoader` of the package `dataloader` 2.2.3.
 */
export interface DataLoader<K, V, _C = K> {
  /** Given in the options, for tools that watch. `null` if not. */
  name: string | null;
  /**
   * The value of a key, which is rejected with the key's error or with that of its batch. A key that is cached settles with
   * the batch that gathers at the time of the call. Throws a `TypeError` for `null` and `undefined`.
   */
  load(key: K): Promise<V>;
  /** The values of keys in their order, with errors in the places of those that failed: it is never rejected. */
  loadMany(keys: ArrayLike<K>): Promise<(V | Error)[]>;
  /** Takes a key out of the cache. */
  clear(key: K): this;
  /** Empties the cache. */
  clearAll(): this;
  /** Caches a value, a promise of it or an error, unless the key is cached. */
  prime(key: K, value: V | PromiseLike<V> | Error): this;
}

/** The types of the options, where users of `dataloader` look for them. */
export declare namespace DataLoader {
  /** Values, or errors in their places, in the order of the keys and as many. Called with the loader as `this`. */
  export type BatchLoadFn<K, V> = (keys: readonly K[]) => PromiseLike<ArrayLike<V | Error>>;

  /** The part of a `Map` that a cache needs. */
  export type CacheMap<K, V> = {
    get(key: K): V | void;
    set(key: K, value: V): unknown;
    delete(key: K): unknown;
    clear(): unknown;
  };

  export type Options<K, V, C = K> = {
    /** Whether keys are gathered at all. Default: `true`. `false` is `maxBatchSize: 1`. */
    batch?: boolean;
    /** Most keys of one batch. Default: `Infinity`. */
    maxBatchSize?: number;
    /** Called with a callback that sends the batch. Default: after the current tick and its promise jobs. */
    batchScheduleFn?: (callback: () => void) => void;
    /** Whether keys are cached. Default: `true`. */
    cache?: boolean;
    /** What a key is cached by. Default: the key itself. */
    cacheKeyFn?: (key: K) => C;
    /** Where promises are cached. Default: within the loader. `null`: nowhere. */
    cacheMap?: CacheMap<C, Promise<V>> | null;
    /** Default: `null`. */
    name?: string | null;
  };
}

/** Throws a `TypeError` for a batch function or an option that is not what it has to be. */
interface DataLoaderConstructor {
  new <K, V, C = K>(
    batchLoadFn: DataLoader.BatchLoadFn<K, V>,
    options?: DataLoader.Options<K, V, C>,
  ): DataLoader<K, V, C>;
}

/** Not the class itself, whose private parts would keep a test's stand-in from being a `DataLoader`. */
export const DataLoader: DataLoaderConstructor = BatchingLoader;
