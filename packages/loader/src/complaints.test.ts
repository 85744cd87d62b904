/** What users of dataloaders complain of, by issue: mended, or how to get it where a drop-in must not differ. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Real from "dataloader";
import { expect, test } from "vitest";
import { type BatchMessage, DataLoader, onBatch } from "./index.ts";

const echo = async (keys: readonly number[]): Promise<number[]> => [...keys];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("graphql/dataloader #377: however often a cached key is loaded, a batch has one promise for it", async () => {
  const loader = new DataLoader(echo);
  await loader.loadMany([1, 2]);
  const promises = Array.from({ length: 10_000 }, (_, index) => loader.load(1 + (index % 2)));
  expect(new Set(promises).size).toBe(2);
  expect(new Set(await Promise.all(promises))).toEqual(new Set([1, 2]));
});

test("graphql/dataloader #377: one's own map gives the cached promise itself", async () => {
  // `load` must not: by contract a hit waits for the batch that gathers.
  const cache = new Map<number, Promise<number>>();
  const loader = new DataLoader(echo, { cacheMap: cache });
  const first = loader.load(1);
  expect(cache.get(1) ?? loader.load(1)).toBe(first);
  expect(await first).toBe(1);
});

test("graphql/dataloader #238: less memory per key", async () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  const bytesPerKey = async (Loader: typeof Real): Promise<number> => {
    const keys = Array.from({ length: 50_000 }, (_, index) => index);
    const loader = new Loader<number, number>(async (asked) => [...asked]);
    if (typeof collect === "function") collect();
    const before = process.memoryUsage().heapUsed;
    for (const key of keys) void loader.load(key);
    await loader.load(0);
    await pause(1);
    if (typeof collect === "function") collect();
    const bytes = (process.memoryUsage().heapUsed - before) / keys.length;
    expect(await loader.load(1)).toBe(1);
    return bytes;
  };
  const real = await bytesPerKey(Real);
  const ours = await bytesPerKey(DataLoader);
  expect(ours, `${ours} and ${real} bytes per key`).toBeLessThan(real * 0.7);
});

test("graphql/dataloader #238: what is cleared goes, while batches gather and are under way too", async () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  let alive = 0;
  const registry = new FinalizationRegistry(() => (alive -= 1));
  const loader = new DataLoader<number, object>(async (keys) => {
    await pause(1);
    return keys.map((key) => {
      const value = { key };
      registry.register(value, undefined);
      alive += 1;
      return value;
    });
  });
  for (let round = 0; round < 50; round += 1) {
    const loads = [loader.load(1), loader.load(round)];
    loader.clear(1);
    loads.push(loader.load(1));
    await Promise.all(loads);
    loader.clear(1).clear(round);
  }
  await loader.load(0);
  if (typeof collect === "function") collect();
  await pause(10);
  expect(alive).toBeLessThan(10);
});

test("graphql/dataloader #276: leaves below levels that don't load at once batch with a window", async () => {
  // The contract sends a batch after the tick: leaves that are reached in several make several batches. A window gathers
  // them, for its time; coalescing at the database gathers only while its connections are busy.
  const batches = async (options?: DataLoader.Options<number, number>): Promise<number> => {
    let calls = 0;
    const leaves = new DataLoader<number, number>((keys) => {
      calls += 1;
      return echo(keys);
    }, options);
    const parents = Array.from({ length: 10 }, (_, index) => index);
    await Promise.all(
      parents.map(async (parent) => {
        for (let turn = 0; turn <= parent; turn += 1)
          await new Promise((resolve) => setImmediate(resolve));
        return leaves.load(parent);
      }),
    );
    return calls;
  };
  expect(await batches()).toBe(10);
  expect(await batches({ batchScheduleFn: (send) => setTimeout(send, 500) })).toBe(1);
});

test("graphql/dataloader #243: the scheduler runs on hits, and one's own map goes without", async () => {
  // It has to: a later load may join the batch that a hit waits for, and a hand-driven scheduler counts on its callback.
  let scheduled = 0;
  const cache = new Map<number, Promise<number>>();
  const loader = new DataLoader(echo, {
    cacheMap: cache,
    batchScheduleFn: (send) => {
      scheduled += 1;
      setImmediate(send);
    },
  });
  await loader.load(1);
  await loader.load(1);
  expect(scheduled).toBe(2);
  expect(await (cache.get(1) ?? loader.load(1))).toBe(1);
  expect(scheduled).toBe(2);
});

test("graphql/dataloader #393: each batch is told to whoever listens, with no patching", async () => {
  const batches: BatchMessage[] = [];
  const stop = onBatch((batch) => batches.push(batch));
  try {
    const users = new DataLoader(echo, { name: "users" });
    await Promise.all([users.load(1), users.load(2), users.load(1)]);
    await users.loadMany([1, 2]);
    const down = new Error("down");
    const failing = new DataLoader<number, number>(() => Promise.reject(down));
    await failing.loadMany([1]);
    expect(
      batches.map(({ durationMs, ...batch }) => ({ ...batch, timed: durationMs >= 0 })),
    ).toEqual([
      { loader: "users", keys: 2, hits: 1, error: undefined, timed: true },
      { loader: "users", keys: 0, hits: 2, error: undefined, timed: true },
      { loader: null, keys: 1, hits: 0, error: down, timed: true },
    ]);
  } finally {
    stop();
  }
  await new DataLoader(echo).load(1);
  expect(batches.length).toBe(3);
});

test.each([{}, { maxBatchSize: 1 }, { maxBatchSize: 2, cache: false }])(
  "graphql-java #1078: loaders in chains, in batch functions and in themselves never hang, with %o",
  async (options) => {
    const leaf = new DataLoader<number, number>(echo, options);
    // A batch function that loads one by one from another loader.
    const middle = new DataLoader<number, number>(
      (keys) => Promise.all(keys.map((key) => leaf.load(key))),
      options,
    );
    // One that loads from its own loader, down to the root. (It must not wait for a key of the batch that it is answering.)
    const depth: DataLoader<number, number> = new DataLoader<number, number>(
      (keys) =>
        Promise.all(keys.map(async (key) => (key === 0 ? 0 : 1 + (await depth.load(key - 1))))),
      options,
    );
    const chain = async (start: number): Promise<number> => {
      const first = await leaf.load(start);
      const second = await middle.load(first + 1);
      const [third] = await middle.loadMany([second + 1, first]);
      return Number(third);
    };
    expect(await depth.load(25)).toBe(25);
    expect(await Promise.all(Array.from({ length: 20 }, (_, index) => chain(index)))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 2),
    );
  },
);
