import { describe, expect, test } from "vitest";
import type { Index, Table } from "../catalog/catalog.ts";
import { postgres } from "../postgres/engine.ts";
import type { Finding } from "./finding.ts";
import { findingNotes } from "./finding-notes.ts";
import {
  aCatalog,
  aContext,
  aForeignKey,
  aKey,
  aNode,
  anIndex,
  aPrimaryKey,
  aQuery,
  aTable,
  daysAgo,
  publicName,
} from "./testing/builders.ts";
import { unindexedForeignKey } from "./unindexed-foreign-key.ts";

const parent = aTable({ name: "parent", indexes: [aPrimaryKey("k0")] });

function tablesWith(
  indexes: readonly Index[],
  columns: readonly string[],
  more: Partial<Table> = {},
): readonly Table[] {
  return [parent, aTable({ indexes, foreignKeys: [aForeignKey(columns)], ...more })];
}

function find(
  tables: readonly Table[],
  parts?: Parameters<typeof aContext>[2],
): Promise<readonly Finding[]> {
  return unindexedForeignKey(aContext(postgres, tables, parts));
}

test("a foreign key without an index gets one", async () => {
  const tables = tablesWith([aPrimaryKey("id")], ["parent_id"]);
  const nodes = [aNode(aCatalog(tables), { rows: { parent: { deletes: 12 } } })];
  const [finding, ...rest] = await find(tables, { nodes });
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({
    code: "unindexed-foreign-key",
    severity: "warning",
    confidence: "verified",
    object: { type: "constraint", table: "t", name: "parent_id_fkey", columns: ["parent_id"] },
    ddl: {
      apply: ["CREATE INDEX CONCURRENTLY t_parent_id_idx ON public.t (parent_id);"],
      undo: ["DROP INDEX CONCURRENTLY public.t_parent_id_idx;"],
    },
  });
  expect(finding?.message).toBe(
    "Foreign key parent_id_fkey of public.t (parent_id) has no index: each row deleted from public.parent reads all of public.t.",
  );
});

describe("an index counts", () => {
  test.each<[string, Index]>([
    ["that leads with the columns", anIndex({ name: "i" }, "a", "b", "c")],
    ["with the columns in another order", anIndex({ name: "i" }, "b", "a")],
    ["that is a longer primary key", aPrimaryKey("b", "a", "line")],
    [
      "that leaves out rows without a reference",
      anIndex({ name: "i", predicate: "((a IS NOT NULL) AND (b IS NOT NULL))" }, "a", "b"),
    ],
    [
      "with another operator class",
      {
        ...anIndex({ name: "i" }, "a", "b"),
        keys: [{ ...aKey("a"), operatorClass: "text_pattern_ops" }, aKey("b")],
      },
    ],
    ["that is being built", anIndex({ name: "i", valid: false, building: true }, "a", "b")],
    [
      "whose build failed: building it anew is the advice",
      anIndex({ name: "i", valid: false }, "a", "b"),
    ],
  ])("%s", async (_, index) => {
    expect(await find(tablesWith([index], ["a", "b"]))).toEqual([]);
  });

  test("a hash index of the one column", async () => {
    expect(await find(tablesWith([anIndex({ name: "i", method: "hash" }, "a")], ["a"]))).toEqual(
      [],
    );
  });
});

describe("an index does not count", () => {
  test.each<[string, Index]>([
    ["with only some of the columns", anIndex({ name: "i" }, "a")],
    ["with another column before", anIndex({ name: "i" }, "c", "a", "b")],
    ["with a column in INCLUDE", anIndex({ name: "i", include: ["b"] }, "a")],
    ["with another condition", anIndex({ name: "i", predicate: "(active IS NOT NULL)" }, "a", "b")],
    ["with a condition on the value", anIndex({ name: "i", predicate: "(a > 0)" }, "a", "b")],
    ["of an expression", anIndex({ name: "i" }, "abs(a)", "b")],
    ["of another access method", anIndex({ name: "i", method: "brin" }, "a", "b")],
  ])("%s", async (_, index) => {
    expect(await find(tablesWith([index], ["a", "b"]))).toHaveLength(1);
  });
});

describe("how much it matters", () => {
  const tables = tablesWith([], ["a"]);
  const node = (since: string, deletes: number): ReturnType<typeof aNode> =>
    aNode(aCatalog(tables), { since, rows: { parent: { deletes } } });
  const search = aQuery("t", "q", {
    predicates: [
      { role: "join", column: "a", expression: "a", operator: "=", joins: null, value: "column" },
    ],
  });

  test.each([
    ["little when no referenced row was deleted for a long time", node(daysAgo(35), 0), [], "info"],
    ["more when rows are deleted", node(daysAgo(35), 1), [], "warning"],
    ["more when the counters are young", node(daysAgo(3), 0), [], "warning"],
    ["more when queries join by it", node(daysAgo(35), 0), [search], "warning"],
  ] as const)("%s", async (_, usage, queries, severity) => {
    expect((await find(tables, { nodes: [usage], queries }))[0]?.severity).toBe(severity);
  });

  test("a cascade is named", async () => {
    const cascading = [
      parent,
      aTable({ foreignKeys: [aForeignKey(["a"], { onDelete: "cascade" })] }),
    ];
    expect((await find(cascading))[0]?.message).toContain("(ON DELETE CASCADE)");
  });

  test("not at all on a table too small to matter, which a note tells", async () => {
    const small = aContext(
      postgres,
      tablesWith([], ["a"], { rows: 999, pages: 20, currentPages: 20 }),
    );
    expect(await unindexedForeignKey(small)).toEqual([]);
    expect(findingNotes(small).join()).toContain("public.t.a_fkey");
  });

  test("a few wide rows are not small", async () => {
    expect(
      await find(tablesWith([], ["a"], { rows: 500, pages: 5_000, currentPages: 5_000 })),
    ).toHaveLength(1);
  });
});

describe("partitions", () => {
  const partitionOf = { parent: publicName("p"), bound: "" };
  const key = aForeignKey(["a"]);
  const root = aTable({
    name: "p",
    kind: "partitioned",
    foreignKeys: [key],
    rows: -1,
    pages: 0,
    currentPages: 0,
  });

  test("the foreign key is the parent's: one finding, one index over all partitions", async () => {
    const findings = await find([
      parent,
      root,
      aTable({ name: "p1", partitionOf, foreignKeys: [key] }),
    ]);
    expect(findings.map(({ object }) => object.table)).toEqual(["p"]);
    expect(findings[0]?.ddl?.apply).toHaveLength(3);
  });

  test("indexes of all partitions are enough, of one they are not", async () => {
    const indexed = aTable({
      name: "p1",
      partitionOf,
      foreignKeys: [key],
      indexes: [anIndex({ name: "i" }, "a")],
    });
    const bare = aTable({ name: "p2", partitionOf, foreignKeys: [key] });
    expect(await find([parent, root, indexed])).toEqual([]);
    expect(await find([parent, root, indexed, bare])).toHaveLength(1);
  });

  test("a foreign key of one partition alone is its own", async () => {
    const plain = { ...root, foreignKeys: [] };
    expect(
      await find([parent, plain, aTable({ name: "p1", partitionOf, foreignKeys: [key] })]),
    ).toHaveLength(1);
  });
});

test("two foreign keys on the same columns ask for one index", async () => {
  const keys = [
    aForeignKey(["a", "b"]),
    aForeignKey(["b", "a"], { references: publicName("other") }),
  ];
  expect(await find([parent, aTable({ foreignKeys: keys })])).toHaveLength(1);
});

test("the index that the workload gets anyway is named, its statement left to that finding", async () => {
  const candidate = {
    table: publicName("t"),
    method: "btree",
    keys: [aKey("a"), aKey("b")],
    include: [],
    predicate: null,
  };
  const selection = {
    chosen: [{ candidate, bytes: 4096, saved: 1, upkeep: 0, without: [] }],
    planned: [],
    cost: 1,
    complete: true,
    curve: [],
    worse: [],
    unplanned: [],
    refused: [],
  };
  const [finding] = await find(tablesWith([], ["a"]), { selection });
  expect(finding).toMatchObject({
    bytes: null,
    ddl: null,
    message: expect.stringContaining("Index t_a_b_idx, advised for the workload, serves it too."),
  });
  expect(finding?.evidence.map((line) => line.check)).toContain("missing-index");
});
