import { expect, test } from "vitest";
import type { Index, Table } from "../catalog/catalog.ts";
import { anIndex } from "../findings/testing/builders.ts";
import type { Predicate, TableUse } from "../workload/statement.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import { mayBeServedBy } from "./may-be-served.ts";
import { plainKey } from "./table-access.ts";

const ready = anIndex(
  { name: "jobs_ready", predicate: `(state = 'ready'::text)` },
  "queue",
  "run_at",
);

function tableWith(index: Index): Table {
  const columns = ["id", "queue", "state", "run_at", "owner", "State"].map((name) => ({
    name,
    type: "text",
    notNull: false,
    collation: null,
    generated: null,
    length: -1,
    alignment: 4,
  }));
  return {
    schema: "public",
    name: "jobs",
    kind: "table",
    columns,
    indexes: [index],
    foreignKeys: [],
    checks: [],
    partitionKey: null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    rows: 100_000,
    pages: 1_000,
    allVisiblePages: 0,
    currentPages: 1_000,
  };
}

function asking(...columns: readonly string[]): TableUse {
  const predicates = columns.map((column): Predicate => ({
    role: "equality",
    column,
    expression: column,
    operator: "=",
    joins: null,
    value: "parameter",
  }));
  return {
    table: { schema: "public", name: "jobs" },
    predicates,
    order: [],
    group: [],
    columns: "*",
    written: [],
    limited: false,
  };
}

function on(...columns: readonly string[]): CandidateIndex {
  return {
    table: { schema: "public", name: "jobs" },
    method: "btree",
    keys: columns.map((column) => plainKey(column, column, "last")),
    include: [],
    predicate: null,
  };
}

test.each([
  ["its keys and the column of its condition", on("state", "queue", "run_at"), ready],
  ["some of its keys", on("run_at"), ready],
  ["a quoted column in its condition", on("State"), { ...ready, predicate: `("State" = 'x')` }],
])("a partial index may serve %s", (_, candidate, index) => {
  expect(mayBeServedBy(candidate, tableWith(index), asking("state", "State", "queue"))).toBe(index);
});

test.each([
  ["a column that it does not hold", on("owner"), ready, asking("state", "owner")],
  ["a query that asks nothing of its condition", on("queue"), ready, asking("queue")],
  ["what has no condition", on("queue"), { ...ready, predicate: null }, asking("state")],
  ["anything while it is invalid", on("queue"), { ...ready, valid: false }, asking("state")],
  [
    "another column of like name",
    on("queue"),
    { ...ready, predicate: `("State" = 'x')` },
    asking("state"),
  ],
])("a partial index does not serve %s", (_, candidate, index, use) => {
  expect(mayBeServedBy(candidate, tableWith(index), use)).toBeUndefined();
});
