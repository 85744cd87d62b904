import { describe, expect, test } from "vitest";
import type { Index, Table } from "../catalog/catalog.ts";
import { postgres } from "../postgres/engine.ts";
import type { Finding } from "./finding.ts";
import { missingPrimaryKey } from "./missing-primary-key.ts";
import {
  aColumn,
  aContext,
  aKey,
  anIndex,
  aPrimaryKey,
  aTable,
  publicName,
} from "./testing/builders.ts";

function find(...tables: readonly Partial<Table>[]): Promise<readonly Finding[]> {
  return missingPrimaryKey(aContext(postgres, tables.map(aTable)));
}

const columns = [aColumn("a", { notNull: true }), aColumn("b", { notNull: true }), aColumn("n")];
const unique = anIndex(
  {
    name: "t_a_key",
    unique: true,
    definition: "CREATE UNIQUE INDEX t_a_key ON public.t USING btree (a)",
  },
  "a",
);

test("a table without any key: told, with no statement that would be safe to give", async () => {
  expect(await find({ columns, indexes: [anIndex({ name: "i" }, "a")] })).toMatchObject([
    {
      code: "missing-primary-key",
      severity: "warning",
      confidence: "verified",
      object: { type: "table", table: "t", name: null, columns: [] },
      message: "public.t has no primary key and no other key: two equal rows can't be told apart.",
      ddl: null,
    },
  ]);
});

describe("a unique index of NOT NULL columns", () => {
  test("can become the key", async () => {
    const [finding] = await find({ columns, indexes: [unique] });
    expect(finding).toMatchObject({
      severity: "info",
      object: { columns: ["a"] },
      ddl: {
        apply: ["ALTER TABLE public.t ADD PRIMARY KEY USING INDEX t_a_key;"],
        undo: [
          "ALTER TABLE public.t DROP CONSTRAINT t_a_key;",
          "CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON public.t USING btree (a);",
        ],
      },
    });
  });

  test("of two the one with fewer columns", async () => {
    const wide = anIndex({ name: "wide", unique: true }, "a", "b");
    expect((await find({ columns, indexes: [wide, unique] }))[0]?.object.columns).toEqual(["a"]);
  });

  test.each<[string, Partial<Index>]>([
    ["a condition", { predicate: "(a > 0)" }],
    ["a column that may be NULL", { keys: [aKey("n")] }],
    ["an expression", { keys: [aKey("abs(a)")] }],
    ["a failed build", { valid: false }],
  ])("but not with %s: that is no key of all rows", async (_, more) => {
    expect((await find({ columns, indexes: [{ ...unique, ...more }] }))[0]).toMatchObject({
      severity: "warning",
      ddl: null,
    });
  });

  test.each<[string, Partial<Index>]>([
    ["a constraint of its own", { constraint: "t_a_key" }],
    ["a descending key", { keys: [aKey("a desc")] }],
    ["another operator class", { keys: [{ ...aKey("a"), operatorClass: "int4_other_ops" }] }],
    ["another collation", { keys: [{ ...aKey("a"), collation: '"C"' }] }],
  ])("with %s identifies rows but can't be promoted", async (_, more) => {
    const [finding] = await find({ columns, indexes: [{ ...unique, ...more }] });
    expect(finding).toMatchObject({ severity: "info", ddl: null });
    expect(finding?.message).toContain("t_a_key (a) identifies its rows");
  });

  test("of a partitioned table can't be promoted", async () => {
    expect((await find({ kind: "partitioned", columns, indexes: [unique] }))[0]?.ddl).toBeNull();
  });
});

describe("no finding", () => {
  test.each<[string, Partial<Table>]>([
    ["with a primary key", { indexes: [aPrimaryKey("a")] }],
    [
      "that is a partition: the parent's key is its own",
      { partitionOf: { parent: publicName("p"), bound: "" } },
    ],
    ["that is a materialized view", { kind: "materialized-view" }],
    ["that is foreign", { kind: "foreign" }],
  ])("for a table %s", async (_, table) => {
    expect(await find({ columns, ...table })).toEqual([]);
  });
});

test("a tiny table is told mildly", async () => {
  expect((await find({ rows: 3, pages: 1, currentPages: 1 }))[0]?.severity).toBe("info");
});

test.each([
  ["default", "for"],
  ["nothing", "for"],
  ["full", "for"],
  ["index", "against"],
] as const)(
  "what replica identity %s means for logical replication is told",
  async (replicaIdentity, verdict) => {
    const [finding] = await find({ replicaIdentity });
    expect(finding?.evidence.find((line) => line.check === "logical-replication")?.verdict).toBe(
      verdict,
    );
  },
);
