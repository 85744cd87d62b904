import { expect, test } from "vitest";
import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { postgresDdl } from "../postgres/ddl.ts";
import { nameIndexes } from "./name-indexes.ts";
import { aCatalog, aKey, aTable, publicName } from "./testing/builders.ts";

const partition = { parent: publicName("events"), bound: "" };
const catalog = aCatalog([
  aTable({ name: "events", kind: "partitioned" }),
  aTable({ name: "events_1", partitionOf: partition }),
  aTable({ name: "events_2", kind: "partitioned", partitionOf: partition }),
  aTable({ name: "a", partitionOf: { parent: publicName("events_2"), bound: "" } }),
  aTable({ name: "a_b" }),
]);

function on(table: string, ...keys: readonly string[]): CandidateIndex {
  return {
    table: publicName(table),
    method: "btree",
    keys: keys.map((key) => aKey(key)),
    include: [],
    predicate: null,
  };
}

function namesOf(...candidates: readonly CandidateIndex[]): readonly string[] {
  const nameIndex = nameIndexes(postgresDdl, catalog);
  return candidates.flatMap((candidate) =>
    postgresDdl.indexNames(candidate, nameIndex(candidate), catalog),
  );
}

test("names the index of a table, and with it those of its partitions", () => {
  expect(namesOf(on("events", "kind"))).toEqual([
    "events_kind_idx",
    "events_1_kind_idx",
    "events_2_kind_idx",
    "a_kind_idx",
  ]);
});

test.each([
  ["a partitioned table's and its partition's", [on("events", "kind"), on("events_1", "kind")]],
  ["a partition's and its partitioned table's", [on("events_1", "kind"), on("events", "kind")]],
  ["two whose names join alike", [on("events", "b_c"), on("a_b", "c")]],
  ["two whose names join alike, the other way round", [on("a_b", "c"), on("events", "b_c")]],
  ["the same keys in two directions", [on("events", "kind"), on("events", "kind desc")]],
])("gives no two indexes of a report one name: %s", (_, candidates) => {
  const names = namesOf(...candidates);
  expect(new Set(names).size).toBe(names.length);
});

test("keeps to the name it gave", () => {
  const nameIndex = nameIndexes(postgresDdl, catalog);
  expect(nameIndex(on("a_b", "c"))).toBe(nameIndex(on("a_b", "c")));
});
