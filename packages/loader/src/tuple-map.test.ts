import { expect, test } from "vitest";
import { DataLoader, TupleMap } from "./index.ts";

test("holds values by the parts of tuples, of any length and type", () => {
  const map = new TupleMap<readonly unknown[], string>();
  const tuples: (readonly unknown[])[] = [
    [],
    [1],
    ["1"],
    [1, 2],
    [1, "2"],
    ["1,2"],
    [1, 2, 3],
    [[1, 2]],
    [Number.NaN],
    [undefined],
    [null],
    [true],
    [1n],
  ];
  for (const [index, tuple] of tuples.entries()) expect(map.set(tuple, `v${index}`)).toBe(map);
  for (const [index, tuple] of tuples.entries()) expect(map.get(tuple)).toBe(`v${index}`);
  // Equal parts, another array.
  expect(map.get([1, 2])).toBe("v3");
  // A part that is an object is compared by identity.
  expect(map.get([[1, 2]])).toBeUndefined();
  expect(map.get([1, 2, 3, 4])).toBeUndefined();
});

test("deletes one tuple and keeps those that it is the beginning of", () => {
  const map = new TupleMap<readonly number[], string>();
  map.set([1], "a").set([1, 2], "b").set([1, 3], "c");
  expect(map.delete([1])).toBe(true);
  expect(map.delete([1])).toBe(false);
  expect(map.delete([9, 9])).toBe(false);
  expect(map.get([1])).toBeUndefined();
  expect(map.get([1, 2])).toBe("b");
  expect(map.delete([1, 2])).toBe(true);
  expect(map.get([1, 3])).toBe("c");
  map.clear();
  expect(map.get([1, 3])).toBeUndefined();
});

test("is the cache of a loader by composite keys", async () => {
  const batches: (readonly (readonly [number, string])[])[] = [];
  const loader = new DataLoader<readonly [number, string], string>(
    async (keys) => {
      batches.push(keys);
      return keys.map(([tenant, user]) => `${tenant}/${user}`);
    },
    { cacheMap: new TupleMap() },
  );
  expect(
    await Promise.all([loader.load([1, "a"]), loader.load([1, "a"]), loader.load([2, "a"])]),
  ).toEqual(["1/a", "1/a", "2/a"]);
  expect(
    await loader.loadMany([
      [1, "a"],
      [2, "b"],
    ]),
  ).toEqual(["1/a", "2/b"]);
  loader.clear([1, "a"]).prime([2, "c"], "primed");
  expect(
    await loader.loadMany([
      [1, "a"],
      [2, "a"],
      [2, "c"],
    ]),
  ).toEqual(["1/a", "2/a", "primed"]);
  expect(batches).toEqual([
    [
      [1, "a"],
      [2, "a"],
    ],
    [[2, "b"]],
    [[1, "a"]],
  ]);
});
