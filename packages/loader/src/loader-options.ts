import type { DataLoader } from "./data-loader.ts";
import { enqueuePostPromiseJob } from "./post-promise-job.ts";

export interface ValidOptions<K, V, C> {
  readonly maxBatchSize: number;
  readonly batchScheduleFn: (callback: () => void) => void;
  readonly cacheKeyFn: ((key: K) => C) | undefined;
  /** `undefined`: the loader's own. `null`: none. */
  readonly cacheMap: DataLoader.CacheMap<C, Promise<V>> | null | undefined;
  readonly name: string | null;
}

/** Throws the `TypeError`s of `dataloader`, word for word. */
export function readOptions<K, V, C>(
  batchLoadFn: unknown,
  options: DataLoader.Options<K, V, C> | null | undefined,
): ValidOptions<K, V, C> {
  if (typeof batchLoadFn !== "function")
    throw new TypeError(
      `DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>, but got: ${String(batchLoadFn)}.`,
    );
  return {
    maxBatchSize: readMaxBatchSize(options ?? {}),
    batchScheduleFn:
      readFunction("batchScheduleFn", options?.batchScheduleFn) ?? enqueuePostPromiseJob,
    cacheKeyFn: readFunction("cacheKeyFn", options?.cacheKeyFn),
    cacheMap: readCacheMap(options ?? {}),
    name: options?.name ? options.name : null,
  };
}

function readMaxBatchSize({
  batch,
  maxBatchSize,
}: {
  readonly batch?: boolean;
  readonly maxBatchSize?: number;
}): number {
  if (batch === false) return 1;
  if (maxBatchSize === undefined) return Infinity;
  if (typeof maxBatchSize !== "number" || maxBatchSize < 1)
    throw new TypeError(`maxBatchSize must be a positive number: ${String(maxBatchSize)}`);
  return maxBatchSize;
}

function readFunction<F>(option: string, value: F | undefined): F | undefined {
  if (value !== undefined && typeof value !== "function")
    throw new TypeError(`${option} must be a function: ${String(value)}`);
  return value;
}

function readCacheMap<K, V, C>({
  cache,
  cacheMap,
}: DataLoader.Options<K, V, C>): DataLoader.CacheMap<C, Promise<V>> | null | undefined {
  if (cache === false) return null;
  if (cacheMap === undefined) return undefined;
  if (!cacheMap) return null;
  const missing = (["get", "set", "delete", "clear"] as const).filter(
    (method) => typeof cacheMap[method] !== "function",
  );
  if (missing.length > 0)
    throw new TypeError(`Custom cacheMap missing methods: ${missing.join(", ")}`);
  return cacheMap;
}
