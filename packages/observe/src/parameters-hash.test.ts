import { expect, test } from "vitest";
import { parametersHash } from "./parameters-hash.ts";

test("lists with the same content have one hash, others have their own", () => {
  const lists = (): unknown[][] => [
    [],
    [1],
    [2],
    ["1"],
    [1, 2],
    [2, 1],
    [12],
    [null],
    [null, null],
    [[1, 2]],
    [[1], 2],
    ["ab", "c"],
    ["a", "bc"],
    [new Date(0)],
    [new Date(1)],
    [Buffer.from("a")],
    [Buffer.from("b")],
    [{ a: 1 }],
    [{ a: 2 }],
    [10n ** 20n],
    [true],
    ["x".repeat(5000)],
    ["x".repeat(5001)],
  ];
  const hashes = lists().map((list) => parametersHash(list));
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(lists().map((list) => parametersHash(list))).toEqual(hashes);
});

test("an object that can't be read is like no other", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  expect(parametersHash([cyclic])).not.toBe(parametersHash([cyclic]));
});
