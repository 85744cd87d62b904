import { describe, expect, test } from "vitest";
import type { Column, Index, Table } from "../catalog/catalog.ts";
import type { ColumnStatistics } from "../catalog/snapshot.ts";
import { aColumn, aCatalog, anIndex, aQuery, aTable } from "../findings/testing/builders.ts";
import { mysqlDdl } from "../mysql/ddl.ts";
import { mysqlIndexForms } from "../mysql/index-forms.ts";
import type { Predicate, SortKey, TableUse } from "../workload/statement.ts";
import { generateCandidates } from "./generate-candidates.ts";

const MYSQL = { engine: "MySQL", version: "9.7.4", versionNumber: 90_704, database: "public" };
const MARIADB_10_6 = { ...MYSQL, product: "MariaDB", version: "10.6.20", versionNumber: 100_620 };

const NO_VALUES = {
  commonValues: null,
  commonFrequencies: null,
  histogram: null,
  commonElements: null,
  commonElementFrequencies: null,
  elementCountHistogram: null,
  rangeLengthHistogram: null,
  rangeEmptyFraction: null,
  rangeBoundsHistogram: null,
};

const primary = keyed({ name: "PRIMARY", unique: true, primary: true }, "id");

const COLUMNS: readonly Column[] = [
  ...["id", "a", "b", "c"].map((name) => aColumn(name, { type: "int" })),
  aColumn("note", { type: "text", collation: "utf8mb4_0900_ai_ci", length: -1 }),
  aColumn("doc", { type: "json", length: -1 }),
];

/** An index with keys as MySQL has them: NULLs first. */
function keyed(
  index: Partial<Index> & { readonly name: string },
  ...names: readonly string[]
): Index {
  const made = anIndex(index, ...names);
  return {
    ...made,
    keys: made.keys.map((key) => ({
      ...key,
      expression: key.column === null ? key.expression : `\`${key.column}\``,
      nulls: key.direction === "asc" ? "first" : "last",
    })),
  };
}

function equal(column: string): Predicate {
  return {
    role: "equality",
    column,
    expression: `\`${column}\``,
    operator: "=",
    joins: null,
    value: "parameter",
  };
}

function order(column: string, direction: "asc" | "desc" = "asc"): SortKey {
  return {
    column,
    expression: `\`${column}\``,
    direction,
    nulls: direction === "asc" ? "first" : "last",
  };
}

/** `a, note(8)`, and behind a bar the keys that are only there to be read. */
function proposed(
  use: Partial<TableUse>,
  {
    indexes = [primary],
    server = MYSQL,
    statistics = [],
    ...table
  }: Partial<Table> & {
    readonly server?: typeof MYSQL;
    readonly statistics?: readonly ColumnStatistics[];
  } = {},
): readonly string[] {
  const rows = { rows: 1_000_000, pages: 20_000, allVisiblePages: 20_000, currentPages: 20_000 };
  const made = aTable({ columns: COLUMNS, rowIndex: "PRIMARY", ...rows, indexes, ...table });
  const facts = { catalog: aCatalog([made]), statistics, prelude: [], server };
  const { candidates } = generateCandidates([aQuery("t", "select", use)], facts, {
    ddl: mysqlDdl(facts),
    forms: mysqlIndexForms(facts),
  });
  return candidates.map(({ candidate, stored = 0 }) => {
    expect(candidate).toMatchObject({ include: [], predicate: null });
    const keys = candidate.keys.map(
      ({ column, expression, prefix, direction }) =>
        `${column ?? expression}${prefix === undefined ? "" : `(${prefix})`}${direction === "desc" ? " desc" : ""}`,
    );
    const searched = keys.slice(0, keys.length - stored).join(", ");
    return stored === 0 ? searched : `${searched} | ${keys.slice(-stored).join(", ")}`;
  });
}

describe("where rows are stored in the primary key", () => {
  test("what a query reads beside its conditions becomes keys, but for the primary key's columns", () => {
    expect(proposed({ predicates: [equal("a")], columns: ["id", "a", "b", "c"] })).toEqual([
      "a",
      "a | b, c",
    ]);
    expect(proposed({ predicates: [equal("a")], columns: ["id", "a"] })).toEqual(["a"]);
  });

  test("an order by the primary key behind other keys is there already", () => {
    expect(proposed({ predicates: [equal("a")], order: [order("id")], limited: true })).toEqual([
      "a",
    ]);
    const both = { predicates: [equal("a")], order: [order("b", "desc"), order("id", "desc")] };
    expect(proposed(both)).toContain("a, b");
  });

  test("an index serves what the primary key at its end adds, and the primary key what begins with it", () => {
    const own = keyed({ name: "i" }, "a");
    const use = { predicates: [equal("a"), equal("id")] };
    expect(proposed(use, { indexes: [primary, own] })).not.toContain("a");
    expect(proposed(use)).not.toContain("id");
    expect(proposed(use)).not.toContain("id, a");
  });

  test("elsewhere all of that is told", () => {
    const apart = { rowIndex: undefined } as unknown as Partial<Table>;
    const use = { predicates: [equal("a")], order: [order("id")], columns: ["id", "a", "b"] };
    expect(proposed(use, apart)).toContain("a, id | b");
  });
});

describe("what the server's indexes can't be", () => {
  const lower: Predicate = { ...equal("a"), column: null, expression: "(lower(`note`))" };

  test("an expression is a key on MySQL, and none on MariaDB", () => {
    expect(proposed({ predicates: [lower] })).toEqual(["(lower(`note`))"]);
    expect(proposed({ predicates: [lower] }, { server: MARIADB_10_6 })).toEqual([]);
  });

  test("directions that differ are not proposed where none descends", () => {
    const use = { order: [order("a"), order("b", "desc")], limited: true };
    expect(proposed(use)).toContain("a, b desc");
    expect(proposed(use, { server: MARIADB_10_6 })).toEqual([]);
  });

  test("no index on a document, no condition, no block ranges", () => {
    expect(proposed({ predicates: [equal("doc")] })).toEqual([]);
    const constant: Predicate = { ...equal("b"), value: "constant", literal: "7" };
    expect(proposed({ predicates: [constant, equal("a")] })).not.toEqual([]);
  });
});

describe("beginnings of values", () => {
  const statistics = (values: readonly string[]): readonly ColumnStatistics[] => [
    {
      relation: { schema: "public", name: "t" },
      column: "note",
      inherited: false,
      nullFraction: 0,
      averageWidth: 40,
      distinct: -1,
      correlation: null,
      ...NO_VALUES,
      histogram: `{${values.join(",")}}`,
    },
  ];
  const names = Array.from(
    { length: 50 },
    (_, at) => `customer-${String(at).padStart(3, "0")}-rest`,
  );

  test("as long as tells the known values apart", () => {
    const use = { predicates: [equal("note")] };
    expect(proposed(use, { statistics: statistics(names) })).toEqual(["note(12)"]);
    expect(proposed(use)).toEqual(["note(64)"]);
  });

  test("they find rows, but neither sort nor cover", () => {
    expect(proposed({ order: [order("note")], limited: true })).toEqual([]);
    expect(proposed({ predicates: [equal("note")], columns: ["note", "a"] })).toEqual(["note(64)"]);
    expect(proposed({ predicates: [equal("a")], columns: ["note", "a"] })).toEqual(["a"]);
  });

  test("an index on longer beginnings serves, one on shorter ones does not", () => {
    const use = { predicates: [equal("note")] };
    const on = (prefix: number): readonly Index[] => {
      const index = keyed({ name: "i" }, "note");
      return [primary, { ...index, keys: index.keys.map((key) => ({ ...key, prefix })) }];
    };
    expect(proposed(use, { indexes: on(100) })).toEqual([]);
    expect(proposed(use, { indexes: on(10) })).toEqual(["note(64)"]);
  });
});

test("an index that is hidden from plans serves nothing", () => {
  const own = keyed({ name: "i", visible: false }, "a");
  expect(proposed({ predicates: [equal("a")] }, { indexes: [primary, own] })).toEqual(["a"]);
});

test("two queries share one index though each reads other columns", () => {
  const rows = { rows: 1_000_000, pages: 20_000, allVisiblePages: 20_000, currentPages: 20_000 };
  const made = aTable({ columns: COLUMNS, rowIndex: "PRIMARY", ...rows, indexes: [primary] });
  const facts = { catalog: aCatalog([made]), statistics: [], prelude: [], server: MYSQL };
  const use = { predicates: [equal("a")] };
  const { candidates } = generateCandidates(
    [
      aQuery("t", "one", { ...use, columns: ["a", "b"] }),
      aQuery("t", "two", { ...use, columns: ["a", "c"] }),
    ],
    facts,
    { ddl: mysqlDdl(facts), forms: mysqlIndexForms(facts) },
  );
  const keys = candidates.map(({ candidate }) => candidate.keys.map(({ column }) => column).join());
  expect(keys).toEqual(expect.arrayContaining(["a", "a,b", "a,c"]));
  expect(keys.some((list) => ["a,b,c", "a,c,b"].includes(list))).toBe(true);
});
