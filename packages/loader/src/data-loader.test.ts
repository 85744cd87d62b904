/** The contract of `dataloader` 2.2.3, of which both packages must hold every line. */
import Real from "dataloader";
import { describe, expect, test } from "vitest";
import Ours, { DataLoader } from "./index.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => `no error but ${String(value)}`,
    (error: unknown) => String(error),
  );
const thrown = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return "nothing";
};
const CONSTRUCTED =
  "TypeError: DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>, but";

test("is the default export and a named one", () => {
  expect(Ours).toBe(DataLoader);
  expect(DataLoader.name).toBe("DataLoader");
});

test("sends a batch once, however often its callback is called", async () => {
  // dataloader calls the batch function again, with keys whose loads are settled.
  let calls = 0;
  const loader = new DataLoader<number, number>(
    async (keys) => {
      calls += 1;
      return [...keys];
    },
    {
      batchScheduleFn: (send) => {
        setImmediate(send);
        setImmediate(send);
      },
    },
  );
  expect(await loader.load(1)).toBe(1);
  await nextTurn();
  expect(calls).toBe(1);
});

test("asks a thenable that is a value once, as dataloader does for each key", async () => {
  // Such as a query of Knex, which runs each time that it is asked.
  for (const Loader of [Real, DataLoader]) {
    let asked = 0;
    const loader = new Loader<number, number>((async (keys: readonly number[]) =>
      keys.map((key) => {
        const lazy = {};
        Reflect.set(lazy, "then", (resolve: (value: number) => void) => {
          asked += 1;
          resolve(key);
        });
        return lazy;
      })) as never);
    expect(await Promise.all([loader.load(1), loader.loadMany([1, 2])])).toEqual([1, [1, 2]]);
    expect(await Promise.all([loader.load(2), loader.load(1)])).toEqual([2, 1]);
    expect(asked).toBe(2);
  }
});

// The same type for both: whatever compiles with one does with the other.
const implementations: [string, typeof Real][] = [
  ["dataloader", Real],
  ["ours", Ours],
];

describe.each(implementations)("%s", (_name, Loader) => {
  /** A loader that answers each key with itself, and what it was asked. */
  function identity<K, C = K>(
    options?: Real.Options<K, K, C>,
  ): { loader: Real<K, K, C>; batches: (readonly K[])[] } {
    const batches: (readonly K[])[] = [];
    const loader = new Loader<K, K, C>((keys) => {
      batches.push([...keys]);
      return Promise.resolve([...keys]);
    }, options);
    return { loader, batches };
  }

  describe("load and loadMany", () => {
    test("batch what one tick asks for, and answer with promises", async () => {
      const { loader, batches } = identity<number>();
      const one = loader.load(1);
      expect(one).toBeInstanceOf(Promise);
      const many = loader.loadMany([2, 3]);
      expect(many).toBeInstanceOf(Promise);
      expect(await Promise.all([one, many, loader.load(4)])).toEqual([1, [2, 3], 4]);
      expect(batches).toEqual([[1, 2, 3, 4]]);
    });

    test("loadMany of nothing asks nothing", async () => {
      const { loader, batches } = identity<number>();
      expect(await loader.loadMany([])).toEqual([]);
      await nextTurn();
      expect(batches).toEqual([]);
    });

    test("loadMany takes what is like an array", async () => {
      const { loader } = identity<number>();
      expect(await loader.loadMany(new Uint8Array([5, 6]))).toEqual([5, 6]);
      expect(await loader.loadMany({ length: 2, 0: 7, 1: 8 })).toEqual([7, 8]);
    });

    test("loadMany has errors in their places, of single keys and of the batch", async () => {
      const odd = new Loader<number, number>(async (keys) =>
        keys.map((key) => (key % 2 === 0 ? key : new Error(`odd ${key}`))),
      );
      expect(await odd.loadMany([2, 3, 4, 3])).toEqual([
        2,
        new Error("odd 3"),
        4,
        new Error("odd 3"),
      ]);
      const failing = new Loader<number, number>(() => Promise.reject("not an error"));
      expect(await failing.loadMany([1, 2, 1])).toEqual([
        "not an error",
        "not an error",
        "not an error",
      ]);
    });

    test("calls the overridden load of a subclass for each key", async () => {
      class Doubling extends Loader<number, number> {
        override load(key: number): Promise<number> {
          return super.load(key * 2);
        }
      }
      const loader = new Doubling(async (keys) => keys.map((key) => key));
      expect(loader).toBeInstanceOf(Loader);
      expect(await loader.loadMany([1, 2])).toEqual([2, 4]);
    });

    test("a bad key of loadMany throws after those before it were asked for", async () => {
      const { loader, batches } = identity<number>();
      expect(thrown(() => loader.loadMany([1, 2, null as never]))).toContain("but got: null.");
      await nextTurn();
      expect(batches).toEqual([[1, 2]]);
      expect(await loader.load(1)).toBe(1);
    });

    test("keep `this` in the functions of the user", async () => {
      const seen: unknown[] = [];
      const loader = new Loader<number, number>(
        async function (this: unknown, keys) {
          seen.push(this);
          return keys.map((key) => key);
        },
        {
          cacheKeyFn(this: unknown, key: number) {
            seen.push(this);
            return key;
          },
          batchScheduleFn(this: unknown, callback) {
            seen.push(this);
            setImmediate(callback);
          },
        },
      );
      await loader.load(1);
      expect(seen.length).toBe(3);
      expect(new Set(seen)).toEqual(new Set([loader]));
    });

    test("a batch function may answer with promises and with any thenable", async () => {
      const inPlaces = new Loader<number, number>((async (keys: readonly number[]) =>
        keys.map((key) =>
          key === 9 ? Promise.reject(new Error("nine")) : Promise.resolve(key),
        )) as never);
      expect(await Promise.all([inPlaces.load(1), inPlaces.load(1), inPlaces.load(2)])).toEqual([
        1, 1, 2,
      ]);
      expect(await inPlaces.loadMany([3, 1, 9, 9])).toEqual([
        3,
        1,
        new Error("nine"),
        new Error("nine"),
      ]);
      expect(await messageOf(inPlaces.load(9))).toBe("Error: nine");
      const thenable = new Loader<number, number>((keys) => {
        const answer = Promise.resolve([...keys]);
        const like = {};
        Reflect.set(like, "then", answer.then.bind(answer));
        return like as never;
      });
      expect(await thenable.loadMany([1, 2])).toEqual([1, 2]);
    });

    test("a cacheKeyFn may load, in the middle of loadMany too", async () => {
      const inner: Promise<number>[] = [];
      const { loader, batches } = identity<number>({
        cacheKeyFn: (key) => {
          if (key < 100) inner.push(loader.load(key + 100));
          return key;
        },
      });
      const [one, many] = await Promise.all([loader.load(1), loader.loadMany([2, 1, 3, 4])]);
      expect([one, many]).toEqual([1, [2, 1, 3, 4]]);
      expect(await Promise.all(inner)).toEqual([101, 102, 101, 103, 104]);
      expect(batches).toEqual([[101, 1, 102, 2, 103, 3, 104, 4]]);
    });

    test("an array-like of values will do", async () => {
      const loader = new Loader<number, number>(async (keys) => ({ length: keys.length, 0: 7 }));
      expect(await loader.load(1)).toBe(7);
    });
  });

  describe("batches", () => {
    test("hold what follows in promise jobs of the same tick", async () => {
      const { loader, batches } = identity<string>();
      const later = async (jobs: number, key: string): Promise<void> => {
        for (let job = 0; job < jobs; job += 1) await Promise.resolve();
        await loader.load(key);
      };
      await Promise.all([later(0, "a"), later(1, "b"), later(7, "c"), later(40, "d")]);
      expect(batches).toEqual([["a", "b", "c", "d"]]);
    });

    test.each([
      [{ maxBatchSize: 2 }, [[1, 2], [3, 4], [5]]],
      [
        { maxBatchSize: 2.5 },
        [
          [1, 2, 3],
          [4, 5],
        ],
      ],
      [{ maxBatchSize: Number.NaN }, [[1], [2], [3], [4], [5]]],
      [{ maxBatchSize: Infinity }, [[1, 2, 3, 4, 5]]],
      [{ batch: false }, [[1], [2], [3], [4], [5]]],
      [{ batch: false, maxBatchSize: 0 }, [[1], [2], [3], [4], [5]]],
      [{ batch: true }, [[1, 2, 3, 4, 5]]],
    ])("are as large as %o lets them be", async (options, expected) => {
      const keys = [1, 2, 1, 3, 2, 4, 5];
      const single = identity<number>(options);
      expect(await Promise.all(keys.map((key) => single.loader.load(key)))).toEqual(keys);
      expect(single.batches).toEqual(expected);
      const many = identity<number>(options);
      expect(await many.loader.loadMany(keys)).toEqual(keys);
      expect(many.batches).toEqual(expected);
    });

    test("are sent when the user's scheduler says so, once", async () => {
      const callbacks: (() => void)[] = [];
      const { loader, batches } = identity<string>({
        batchScheduleFn: (callback) => callbacks.push(callback),
      });
      const a = loader.load("A");
      void loader.load("B");
      callbacks[0]?.();
      expect(batches).toEqual([["A", "B"]]);
      void loader.load("C");
      callbacks[1]?.();
      void loader.load("never");
      await a;
      expect(batches).toEqual([["A", "B"], ["C"]]);
      expect(callbacks.length).toBe(3);
    });

    test("of one loader can ask another, and those of several make one batch there", async () => {
      const deep = identity<readonly string[]>();
      const first = new Loader<string, string>((keys) => deep.loader.load(keys));
      const second = new Loader<string, string>((keys) => deep.loader.load(keys));
      expect(
        await Promise.all([first.load("a"), second.load("b"), first.load("c"), second.load("d")]),
      ).toEqual(["a", "b", "c", "d"]);
      expect(deep.batches).toEqual([
        [
          ["a", "c"],
          ["b", "d"],
        ],
      ]);
    });
  });

  describe("the cache", () => {
    test.each<[string, unknown, unknown]>([
      ["numbers", 1, 2],
      ["zero and text", 0, "0"],
      ["empty text and false", "", false],
      ["NaN", Number.NaN, 1],
      ["objects by identity", { id: 1 }, { id: 1 }],
      ["symbols", Symbol("a"), Symbol("a")],
      ["bigints", 1n, 1],
      ["functions", () => 1, () => 1],
    ])("tells keys apart: %s", async (_case, a, b) => {
      const { loader, batches } = identity<unknown>();
      expect(await loader.loadMany([a, b, a])).toEqual([a, b, a]);
      expect(await Promise.all([loader.load(b), loader.load(a)])).toEqual([b, a]);
      expect(batches).toEqual([[a, b]]);
    });

    test("-0 and 0 are one key", async () => {
      const { loader, batches } = identity<number>();
      await loader.loadMany([0, -0]);
      expect(batches).toEqual([[0]]);
      const negative = identity<number>();
      await negative.loader.loadMany([-0, 0]);
      expect(negative.batches).toEqual([[-0]]);
    });

    test("keeps values that are empty", async () => {
      for (const value of [undefined, null, 0, "", false, Number.NaN]) {
        let calls = 0;
        const loader = new Loader<number, unknown>(async (keys) => {
          calls += 1;
          return keys.map(() => value);
        });
        expect([await loader.load(1), await loader.load(1)]).toEqual([value, value]);
        expect(await loader.loadMany([1, 1])).toEqual([value, value]);
        expect(calls).toBe(1);
      }
    });

    test("a hit settles with the batch that gathers, whichever was first", async () => {
      const answers: (() => void)[] = [];
      const loader = new Loader<number, number>(
        (keys) => new Promise((resolve) => answers.push(() => resolve([...keys]))),
      );
      loader.prime(1, 1);
      const settled: number[] = [];
      const note = (key: number) => async (): Promise<void> => {
        settled.push(await loader.load(key));
      };
      void note(1)();
      void note(2)();
      void note(1)();
      await nextTurn();
      expect(settled).toEqual([]);
      answers[0]?.();
      await nextTurn();
      expect(settled).toEqual([2, 1, 1]);
    });

    test("a hit settles although its batch fails, and one on the failed key fails", async () => {
      const loader = new Loader<number, number>(async () => {
        throw new Error("down");
      });
      loader.prime(1, 1);
      expect(
        await Promise.all([loader.load(2), loader.load(1), loader.load(2)].map(messageOf)),
      ).toEqual(["Error: down", "no error but 1", "Error: down"]);
    });

    test("keeps errors of keys, and not those of batches", async () => {
      let calls = 0;
      const ofKeys = new Loader<number, number>(async (keys) => {
        calls += 1;
        return keys.map((key) => new Error(`key ${key}`));
      });
      expect(await messageOf(ofKeys.load(1))).toBe("Error: key 1");
      expect(await messageOf(ofKeys.load(1))).toBe("Error: key 1");
      expect(calls).toBe(1);
      ofKeys.clear(1);
      expect(await messageOf(ofKeys.load(1))).toBe("Error: key 1");
      expect(calls).toBe(2);
      const ofBatches = new Loader<number, number>(async () => {
        calls += 1;
        throw new Error("down");
      });
      await messageOf(ofBatches.load(1));
      expect(await ofBatches.loadMany([1])).toEqual([new Error("down")]);
      expect(calls).toBe(4);
    });

    test("is cleared by key and as a whole, while a batch is under way too", async () => {
      const { loader, batches } = identity<string>();
      await loader.loadMany(["a", "b"]);
      expect(loader.clear("a")).toBe(loader);
      await loader.loadMany(["a", "b"]);
      expect(loader.clearAll()).toBe(loader);
      const [first] = [loader.load("a"), loader.clearAll(), loader.load("a")];
      expect(await first).toBe("a");
      expect(batches).toEqual([["a", "b"], ["a"], ["a", "a"]]);
    });

    test("is primed with values, promises and errors, where it has nothing", async () => {
      const { loader, batches } = identity<string>();
      expect(loader.prime("a", "X")).toBe(loader);
      loader.prime("a", "Y").prime("b", Promise.resolve("Z")).prime("c", new Error("no c"));
      loader.clear("c").prime("c", new Error("still no c"));
      await nextTurn();
      expect(await loader.loadMany(["a", "b", "c", "d"])).toEqual([
        "X",
        "Z",
        new Error("still no c"),
        "d",
      ]);
      expect(await messageOf(loader.load("c"))).toBe("Error: still no c");
      loader.prime("d", "late");
      expect(await loader.load("d")).toBe("d");
      expect(batches).toEqual([["d"]]);
    });

    test("goes by the cache key", async () => {
      const { loader, batches } = identity<{ id: number }, number>({ cacheKeyFn: ({ id }) => id });
      const first = { id: 1 };
      expect(await loader.load(first)).toBe(first);
      expect(await loader.load({ id: 1 })).toBe(first);
      loader.clear({ id: 1 }).prime({ id: 1 }, { id: 7 });
      expect(await loader.load(first)).toEqual({ id: 7 });
      expect(batches).toEqual([[first]]);
    });

    test.each([{ cache: false }, { cacheMap: null }, { cache: false, cacheMap: new Map() }])(
      "is off with %o: keys are asked for as often as they are loaded",
      async (options) => {
        const { loader, batches } = identity<string>(options);
        loader.prime("A", "other").clear("A").clearAll();
        expect(
          await Promise.all([loader.load("A"), loader.loadMany(["B", "A"]), loader.load("A")]),
        ).toEqual(["A", ["B", "A"], "A"]);
        expect(batches).toEqual([["A", "B", "A", "A"]]);
      },
    );

    test("may be the user's, and holds promises then", async () => {
      const stash: Record<string, Promise<string>> = {};
      const { loader, batches } = identity<string>({
        cacheMap: {
          get: (key) => stash[key],
          set: (key, value) => (stash[key] = value),
          delete: (key) => delete stash[key],
          clear: () => Object.keys(stash).forEach((key) => delete stash[key]),
        },
      });
      const a = loader.load("a");
      expect(stash["a"]).toBe(a);
      expect(await Promise.all([a, loader.load("b"), loader.loadMany(["b", "c"])])).toEqual([
        "a",
        "b",
        ["b", "c"],
      ]);
      stash["d"] = Promise.resolve("by the user");
      loader.clear("b").prime("e", "E");
      expect(await loader.loadMany(["a", "b", "c", "d", "e"])).toEqual([
        "a",
        "b",
        "c",
        "by the user",
        "E",
      ]);
      expect(batches).toEqual([["a", "b", "c"], ["b"]]);
      loader.clearAll();
      expect(stash).toEqual({});
    });
  });

  describe("errors", () => {
    const load = (batch: unknown): Promise<string> =>
      messageOf(new Loader(batch as Real.BatchLoadFn<number, number>).load(1));

    test.each<[string, unknown, string]>([
      ["undefined", undefined, "got: undefined."],
      ["an object", {}, "got: [object Object]."],
    ])("of a loader constructed with %s", (_case, batch, message) => {
      expect(thrown(() => new Loader(batch as never))).toBe(`${CONSTRUCTED} ${message}`);
    });

    test.each<[string, unknown, string]>([
      ["answers null", () => null, "the function did not return a Promise: null."],
      ["answers the keys", (keys: unknown) => keys, "the function did not return a Promise: 1."],
      ["answers zero", () => 0, "the function did not return a Promise: 0."],
      [
        "throws",
        () => {
          throw new Error("down");
        },
        "the function errored synchronously: Error: down.",
      ],
      [
        "promises null",
        async () => null,
        "the function did not return a Promise of an Array: null.",
      ],
      ["promises text", async () => "a", "the function did not return a Promise of an Array: a."],
      [
        "promises a hole",
        async () => ({ length: 1 }),
        "the function did not return a Promise of an Array: [object Object].",
      ],
      [
        "promises too little",
        async () => [],
        "the function did not return a Promise of an Array of the same length as the Array of keys.\n\nKeys:\n1\n\nValues:\n",
      ],
      [
        "promises too much",
        async () => ["a", "b"],
        "the function did not return a Promise of an Array of the same length as the Array of keys.\n\nKeys:\n1\n\nValues:\na,b",
      ],
    ])("of a batch function that %s", async (_case, batch, message) => {
      expect(await load(batch)).toBe(`${CONSTRUCTED} ${message}`);
    });

    test.each([[undefined], [null]])("of load(%s)", (key) => {
      const { loader } = identity<number>();
      expect(thrown(() => loader.load(key as never))).toBe(
        `TypeError: The loader.load() function must be called with a value, but got: ${String(key)}.`,
      );
    });

    test.each<[unknown]>([[undefined], [null], [1], ["ab"], [{ length: 1 }], [{ length: "1" }]])(
      "of loadMany(%j)",
      (keys) => {
        const { loader } = identity<number>();
        expect(thrown(() => loader.loadMany(keys as never))).toBe(
          `TypeError: The loader.loadMany() function must be called with Array<key> but got: ${String(keys)}.`,
        );
      },
    );

    test.each<[object, string]>([
      [{ maxBatchSize: null }, "maxBatchSize must be a positive number: null"],
      [{ maxBatchSize: 0 }, "maxBatchSize must be a positive number: 0"],
      [{ maxBatchSize: -1 }, "maxBatchSize must be a positive number: -1"],
      [{ maxBatchSize: "5" }, "maxBatchSize must be a positive number: 5"],
      [{ cacheKeyFn: null }, "cacheKeyFn must be a function: null"],
      [{ cacheKeyFn: 5 }, "cacheKeyFn must be a function: 5"],
      [{ batchScheduleFn: null }, "batchScheduleFn must be a function: null"],
      [{ cacheMap: {} }, "Custom cacheMap missing methods: get, set, delete, clear"],
      [{ cacheMap: { get: () => {} } }, "Custom cacheMap missing methods: set, delete, clear"],
    ])("of the options %j", (options, message) => {
      expect(thrown(() => identity(options))).toBe(`TypeError: ${message}`);
    });

    test("a loader without options and with empty ones is the same", async () => {
      for (const options of [undefined, {}, { cacheMap: undefined, name: "" }]) {
        const { loader } = identity<number>(options as never);
        expect(loader.name).toBeNull();
        expect(await loader.load(1)).toBe(1);
      }
      expect(identity<number>({ name: "users" }).loader.name).toBe("users");
    });

    test("of the user's own functions come through", () => {
      const { loader } = identity<number>({
        cacheKeyFn: () => {
          throw new Error("no key");
        },
      });
      expect(thrown(() => loader.load(1))).toBe("Error: no key");
      expect(thrown(() => loader.clear(1))).toBe("Error: no key");
    });
  });
});
