import { expect, test } from "vitest";
import type { Index, Table } from "../catalog/catalog.ts";
import { NO_VALUES } from "../catalog/no-values.ts";
import type { ColumnStatistics } from "../catalog/snapshot.ts";
import { anIndex } from "../findings/testing/builders.ts";
import type { Predicate, TableUse } from "../workload/statement.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import { postgresIndexForms } from "../postgres/index-forms.ts";
import { foundAlready } from "./found-already.ts";
import { plainKey, type TableAccess } from "./table-access.ts";

const NAME = { schema: "public", name: "jobs" };

function index(columns: readonly string[], changes: Partial<Index> = {}): Index {
  return anIndex({ name: "existing", pages: 10, rows: 100, ...changes }, ...columns);
}

function blockRanges(changes: Partial<Index> = {}): Index {
  const definition = "CREATE INDEX e ON jobs USING brin (at) WITH (pages_per_range='16')";
  return index(["at"], { method: "brin", definition, ...changes });
}

function on(columns: readonly string[], changes: Partial<CandidateIndex> = {}): CandidateIndex {
  const keys = columns.map((column) => plainKey(column, column, "last"));
  return { table: NAME, method: "btree", keys, include: [], predicate: null, ...changes };
}

/** `state =` is an equality, `at >=` a range, `read is null` both by their operator. */
function where(...conditions: readonly string[]): readonly Predicate[] {
  return conditions.map((condition) => {
    const [column = "", ...words] = condition.split(" ");
    const operator = words.join(" ");
    const role = /^[<>]|between/.test(operator) ? "range" : "equality";
    return { role, column, expression: column, operator, joins: null, value: "parameter" };
  });
}

interface Facts {
  readonly use?: Partial<TableUse>;
  readonly correlation?: number;
  readonly table?: Partial<Table>;
}

function names(
  existing: Index,
  candidate: CandidateIndex,
  predicates: readonly Predicate[],
  { use = {}, correlation = 1, table = {} }: Facts = {},
): readonly string[] {
  const whole: Table = {
    ...NAME,
    kind: "table",
    columns: [],
    indexes: [existing],
    foreignKeys: [],
    checks: [],
    partitionKey: null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    rows: 100_000,
    pages: 1_000,
    allVisiblePages: 1_000,
    currentPages: 1_000,
    ...table,
  };
  const statistics: ColumnStatistics = {
    relation: NAME,
    column: "at",
    inherited: false,
    nullFraction: 0,
    averageWidth: 8,
    distinct: -1,
    correlation,
    ...NO_VALUES,
  };
  const access: TableAccess = {
    use: {
      table: NAME,
      predicates,
      order: [],
      group: [],
      columns: "*",
      written: [],
      limited: false,
      ...use,
    },
    table: whole,
    storage: [whole],
    reads: true,
    statistics: () => statistics,
    byteOrder: false,
    extensions: new Map(),
    quote: (name) => name,
    forms: postgresIndexForms(),
  };
  return foundAlready(candidate, access);
}

const ready = index(["queue", "run_at"], { predicate: "(state = 'ready'::text)" });
const unread = index(["user_id"], { predicate: "(read_at IS NULL)" });
const two = index(["queue"], { predicate: "((state = 'ready'::text) AND (NOT locked))" });

test.each([
  ["the condition's own column", ready, on(["state"]), where("state =", "queue =")],
  ["a column that is null there", unread, on(["read_at"]), where("user_id =", "read_at is null")],
  ["a key, and a range after it", ready, on(["run_at"]), where("queue =", "run_at <=", "state =")],
  ["one of two conditions", two, on(["locked"]), where("locked is false", "state =")],
  ["the same keys in another order", index(["a", "b"]), on(["b", "a"]), where("a =", "b =")],
  [
    "columns that it holds too",
    index(["a", "b"]),
    on(["b"], { include: ["a"] }),
    where("a =", "b ="),
  ],
])("a btree finds already what would be found by %s", (_, existing, candidate, predicates) => {
  expect(names(existing, candidate, predicates)).toEqual(["public.existing"]);
});

const either = index(["queue"], {
  predicate: "(((state = 'a'::text) AND locked) OR (state = 'b'::text))",
});
const listed = index(["queue"], { predicate: "(state = ANY (ARRAY['a'::text, 'b'::text]))" });
const pattern = index([], {
  keys: [
    { ...plainKey("a", "a", "last"), operatorClass: "text_pattern_ops" },
    plainKey("b", "b", "last"),
  ],
});
const beyond = where("b >").map((predicate): Predicate => ({ ...predicate, value: "column" }));
const joined: Predicate = {
  role: "join",
  column: "a",
  expression: "a",
  operator: "=",
  value: "column",
  joins: { table: NAME, column: "a" },
};

test.each([
  ["a further key", ready, on(["state", "owner"]), where("state =", "owner =")],
  ["a value of several that its condition allows", either, on(["state"]), where("state =")],
  ["a value of a list that its condition allows", listed, on(["state"]), where("state =")],
  ["a key behind one that is not asked for", index(["a", "b"]), on(["b"]), where("b =")],
  ["a key behind a range", index(["a", "b"]), on(["b"]), where("a >", "b =")],
  [
    "a key behind a list, each value of which is a search",
    index(["a", "b"]),
    on(["b"]),
    where("a in", "b ="),
  ],
  ["a key behind one of a join", index(["a", "b"]), on(["b"]), [joined, ...where("b =")]],
  ["a value of a list that the query allows", ready, on(["state"]), where("state in")],
  ["a key that nothing is compared with", index(["a", "b"]), on(["b"]), where("a =")],
  ["a key behind one of another order", pattern, on(["b"]), where("a =", "b =")],
  [
    "a key compared with another table's",
    index(["a", "b"]),
    on(["b"]),
    [...where("a ="), ...beyond],
  ],
  ["columns that it does not hold", ready, on(["state"], { include: ["owner"] }), where("state =")],
  [
    "an index with a condition of its own",
    ready,
    on(["state"], { predicate: "x" }),
    where("state ="),
  ],
  ["anything while it is invalid", index(["a"], { valid: false }), on(["a"]), where("a =")],
])("a btree does not find what would be found by %s", (_, existing, candidate, predicates) => {
  expect(names(existing, candidate, predicates)).toEqual([]);
});

const day = where("at >=", "at <");
const needs = { columns: ["at", "kind"] };

test("fine block ranges find a range that follows the order on disk", () => {
  expect(names(blockRanges(), on(["at"]), day)).toEqual(["public.existing"]);
  expect(names(blockRanges(), on(["at"], { include: ["kind"] }), day, { use: needs })).toEqual([
    "public.existing",
  ]);
});

test.each<[string, Index, CandidateIndex, readonly Predicate[], Facts]>([
  ["its ranges are coarse", blockRanges({ definition: "USING brin (at)" }), on(["at"]), day, {}],
  ["the order on disk is another", blockRanges(), on(["at"]), day, { correlation: 0.9 }],
  ["its column is not asked for", blockRanges(), on(["at"]), where("owner ="), {}],
  ["one value is asked for", blockRanges(), on(["at"]), where("at ="), {}],
  [
    "a sort is spared",
    blockRanges(),
    on(["at"]),
    day,
    {
      use: { order: [{ column: "at", expression: "at", direction: "desc", nulls: "first" }] },
    },
  ],
  ["a grouping is spared", blockRanges(), on(["at"]), day, { use: { group: ["at"] } }],
  [
    "another column is asked for too",
    blockRanges(),
    on(["at", "owner"]),
    [...day, ...where("owner =")],
    {},
  ],
  [
    "wide rows need not be read",
    blockRanges(),
    on(["at"], { include: ["kind"] }),
    day,
    {
      use: needs,
      table: { rows: 10_000 },
    },
  ],
])(
  "a btree may be better than block ranges where %s",
  (_, existing, candidate, predicates, facts) => {
    expect(names(existing, candidate, predicates, facts)).toEqual([]);
  },
);
