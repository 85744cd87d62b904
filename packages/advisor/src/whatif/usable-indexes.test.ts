import { expect, test } from "vitest";
import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { plainKey } from "../candidates/table-access.ts";
import type { Query } from "../workload/workload.ts";
import { usableIndexes } from "./usable-indexes.ts";

const table = { schema: "public", name: "jobs" };
const candidate: CandidateIndex = {
  table,
  method: "btree",
  keys: [plainKey("state", "state", "last")],
  include: [],
  predicate: null,
};
const query: Query = {
  fingerprint: "q",
  sql: "select",
  calls: 1,
  totalMs: undefined,
  rows: undefined,
  sources: [],
  callSites: [],
  samples: [],
  statement: { kind: "select", tables: [], unresolved: [] },
};
const entry = { candidate, queries: ["q"] };
const rivals = new Map([["q", ["public.jobs_ready"]]]);

test("a query is not asked about what an index of its plan finds already", () => {
  expect(usableIndexes(query, [{ ...entry, rivals }], ["public.jobs_ready"])).toEqual([]);
  expect(usableIndexes(query, [{ ...entry, rivals }], ["public.jobs_pkey"])).toEqual([0]);
  expect(usableIndexes(query, [{ ...entry, rivals: new Map() }], ["public.jobs_ready"])).toEqual([
    0,
  ]);
});
