import { describe, expect, test } from "vitest";
import type { Catalog, Index, Table } from "../catalog/catalog.ts";
import type { Predicate, SortKey, TableUse } from "../workload/statement.ts";
import type { Query } from "../workload/workload.ts";
import { aColumn, anIndex, aTable } from "../findings/testing/builders.ts";
import { SMALL_TABLE_ROWS } from "../catalog/small-table.ts";
import { postgresDdl } from "../postgres/ddl.ts";
import { postgresIndexForms } from "../postgres/index-forms.ts";
import { type CandidateSet, generateCandidates } from "./generate-candidates.ts";

const NAME = { schema: "public", name: "orders" };

function table(changes: Partial<Table> = {}): Table {
  const columns = ["id", "customer_id", "status", "placed_at", "total"].map((name) =>
    aColumn(name, { notNull: true }),
  );
  const size = { rows: 1_000_000, pages: 10_000, allVisiblePages: 10_000, currentPages: 10_000 };
  return aTable({ ...NAME, columns, ...size, ...changes });
}

function index(columns: readonly string[], changes: Partial<Index> = {}): Index {
  return anIndex({ name: `orders_${columns.join("_")}_idx`, ...changes }, ...columns);
}

function predicate(role: Predicate["role"], column: string): Predicate {
  return { role, column, expression: column, operator: "=", joins: null, value: "parameter" };
}

function descending(column: string): SortKey {
  return { column, expression: column, direction: "desc", nulls: "first" };
}

function query(use: Partial<TableUse>): Query {
  return {
    fingerprint: "0123456789abcdef",
    sql: "select",
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: [],
    sources: [],
    callSites: [],
    statement: {
      kind: "select",
      unresolved: [],
      tables: [
        {
          table: NAME,
          predicates: [],
          order: [],
          group: [],
          columns: "*",
          written: [],
          limited: false,
          ...use,
        },
      ],
    },
  };
}

function generated(use: Partial<TableUse>, on: Table): CandidateSet {
  return generatedFrom(query(use), on);
}

function generatedFrom(asked: Query, on: Table): CandidateSet {
  const catalog: Catalog = { tables: [on], views: [], searchPath: ["public"] };
  const server = {
    engine: "PostgreSQL",
    version: "18.0",
    versionNumber: 180_000,
    database: "shop",
  };
  const facts = { catalog, statistics: [], prelude: [], server };
  return generateCandidates([asked], facts, {
    ddl: { ...postgresDdl, quote: (name) => name },
    forms: postgresIndexForms(),
  });
}

function keysOf(use: Partial<TableUse>, on: Table = table()): readonly string[] {
  return generated(use, on).candidates.map(({ candidate }) =>
    candidate.keys
      .map((key) => (key.direction === "desc" ? `${key.expression} desc` : key.expression))
      .join(", "),
  );
}

describe("generateCandidates", () => {
  test("puts equality columns first, then one range", () => {
    const keys = keysOf({
      predicates: [
        predicate("range", "placed_at"),
        predicate("equality", "customer_id"),
        predicate("equality", "status"),
      ],
    });
    expect(keys).toContain("customer_id, status, placed_at");
    expect(keys).toContain("status, customer_id");
    expect(keys).toContain("placed_at");
    expect(keys.filter((key) => key.startsWith("placed_at,"))).toEqual([]);
  });

  test("puts equality columns first, then the sort order, read forwards", () => {
    const keys = keysOf({
      predicates: [predicate("equality", "customer_id")],
      order: [descending("placed_at"), descending("id")],
    });
    expect(keys).toContain("customer_id, placed_at, id");
    expect(keys.filter((key) => key.includes("desc"))).toEqual([]);
  });

  test("keeps directions that differ from each other", () => {
    const mixed = { ...descending("id"), direction: "asc", nulls: "last" } as const;
    expect(keysOf({ order: [descending("placed_at"), mixed] })).toContain("placed_at, id desc");
  });

  test("leaves a sort key out that an equality fixes", () => {
    const keys = keysOf({
      predicates: [predicate("equality", "status")],
      order: [descending("status"), descending("placed_at")],
    });
    expect(keys).toContain("status, placed_at");
  });

  test("serves joins like equalities, behind the constant ones or in front", () => {
    const keys = keysOf({
      predicates: [predicate("join", "customer_id"), predicate("equality", "status")],
    });
    expect(keys).toEqual(
      expect.arrayContaining([
        "customer_id",
        "status",
        "status, customer_id",
        "customer_id, status",
      ]),
    );
  });

  test("never suggests an index that exists, also as the head of a wider one or read backwards", () => {
    const use = { predicates: [predicate("equality", "customer_id")] };
    expect(keysOf(use, table({ indexes: [index(["customer_id"])] }))).toEqual([]);
    expect(keysOf(use, table({ indexes: [index(["customer_id", "total"])] }))).toEqual([]);
    const backwards = index(["placed_at"]);
    const [key] = backwards.keys;
    if (key === undefined) throw new Error("the builder gives one key");
    const mirrored = {
      ...backwards,
      keys: [{ ...key, direction: "desc", nulls: "first" } as const],
    };
    expect(keysOf({ order: [descending("placed_at")] }, table({ indexes: [mirrored] }))).toEqual(
      [],
    );
  });

  test("an index on other columns, a partial one or another method does not count as existing", () => {
    const use = { predicates: [predicate("equality", "customer_id")] };
    for (const existing of [
      index(["total", "customer_id"]),
      index(["customer_id"], { predicate: "status = 'open'" }),
      index(["customer_id"], { method: "hash" }),
    ])
      expect(keysOf(use, table({ indexes: [existing] }))).toEqual(["customer_id"]);
  });

  test("leaves small and never analysed tables out, and says so", () => {
    const use = { predicates: [predicate("equality", "status")] };
    for (const [small, note] of [
      [table({ rows: SMALL_TABLE_ROWS - 1, pages: 20, currentPages: 20 }), /too small/],
      [table({ rows: -1, pages: 0, currentPages: 500 }), /never analysed/],
    ] as const) {
      const set = generated(use, small);
      expect(set.candidates).toEqual([]);
      expect(set.notes).toEqual([expect.stringMatching(note)]);
    }
  });

  test("never suggests an index with a virtual column, which PostgreSQL refuses", () => {
    const use = { predicates: [predicate("equality", "status"), predicate("equality", "total")] };
    const columns = table().columns.map((column) =>
      column.name === "total" ? { ...column, generated: "id * 2", virtual: true } : column,
    );
    expect(keysOf(use, table({ columns }))).toEqual(["status"]);
  });

  test("counts a table that grew since its last ANALYZE by what its file holds now", () => {
    const use = { predicates: [predicate("equality", "status")] };
    expect(keysOf(use, table({ rows: 500, pages: 5, currentPages: 50 }))).toEqual(["status"]);
  });

  test("names the indexes that find a candidate's rows already, unless the table is there twice", () => {
    const existing = index(["customer_id"], { predicate: "(status = 1)" });
    const use = {
      predicates: [predicate("equality", "status"), predicate("equality", "customer_id")],
    };
    const of = ({ candidates }: CandidateSet): unknown =>
      candidates.find(
        ({ candidate }) => candidate.keys.map((key) => key.column).join() === "status",
      )?.rivals;
    const logged = { ...query(use), samples: [{ sql: "select", durationMs: undefined }] };
    const [first] = logged.statement.tables;
    if (first === undefined) throw new Error("a query without a table");
    const twice = { ...logged, statement: { ...logged.statement, tables: [first, first] } };
    const on = table({ indexes: [existing] });
    expect(of(generatedFrom(logged, on))).toEqual(
      new Map([[logged.fingerprint, ["public.orders_customer_id_idx"]]]),
    );
    expect(of(generatedFrom(twice, on))).toEqual(new Map());
  });
});
