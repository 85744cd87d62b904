import { describe, expect, test } from "vitest";
import type { Index, Table } from "../catalog/catalog.ts";
import { postgres } from "../postgres/engine.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import type { Finding } from "./finding.ts";
import {
  aCatalog,
  aContext,
  aForeignKey,
  aKey,
  aNode,
  anIndex,
  aTable,
  publicName,
} from "./testing/builders.ts";

function find(indexes: readonly Index[], table: Partial<Table> = {}): Promise<readonly Finding[]> {
  return duplicateIndex(aContext(postgres, [aTable({ indexes, ...table })]));
}

async function droppedOf(indexes: readonly Index[]): Promise<readonly (string | null)[]> {
  return (await find(indexes))
    .filter((finding) => finding.ddl !== null)
    .map((finding) => finding.object.name);
}

describe("same work", () => {
  test("of two equal indexes one is named, never both", async () => {
    const [finding, ...rest] = await find([
      anIndex({ name: "one" }, "a", "b"),
      anIndex({ name: "other" }, "a", "b"),
    ]);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      confidence: "verified",
      bytes: -1_000 * 8192,
      object: { name: "other", columns: ["a", "b"] },
      ddl: { apply: ["DROP INDEX CONCURRENTLY public.other;"] },
    });
    expect(finding?.message).toBe(
      "public.other (7.8 MB) holds the same keys as one (a, b): each write maintains both, and one alone is enough.",
    );
  });

  test("of three, two go and one stays", async () => {
    expect(await droppedOf(["x", "y", "z"].map((name) => anIndex({ name }, "a")))).toEqual([
      "y",
      "z",
    ]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["(a) and (a DESC NULLS FIRST)", ["a"], ["a desc"]],
    ["(a, b DESC) and (a DESC, b)", ["a", "b desc"], ["a desc", "b"]],
    ["(a NULLS FIRST) and (a DESC NULLS LAST)", ["a nulls first"], ["a desc nulls last"]],
  ])("%s are one index read backwards", async (_, keys, mirrored) => {
    expect(
      await droppedOf([anIndex({ name: "one" }, ...keys), anIndex({ name: "other" }, ...mirrored)]),
    ).toEqual(["other"]);
  });

  test("INCLUDE columns in another order", async () => {
    const one = anIndex({ name: "one", include: ["b", "c"] }, "a");
    expect(await droppedOf([one, { ...one, name: "other", include: ["c", "b"] }])).toEqual([
      "other",
    ]);
  });
});

describe("not the same work", () => {
  const one = anIndex({ name: "one" }, "a", "b");
  test.each<[string, Index]>([
    ["another order of keys", anIndex({ name: "other" }, "b", "a")],
    [
      "(a DESC NULLS LAST) beside (a)",
      anIndex({ name: "other" }, "a desc nulls last", "b desc nulls last"),
    ],
    ["only one of two directions turned", anIndex({ name: "other" }, "a desc", "b")],
    ["INCLUDE columns, which are no keys", anIndex({ name: "other", include: ["b"] }, "a")],
    ["another access method", { ...one, name: "other", method: "brin" }],
    [
      "another operator class",
      {
        ...one,
        name: "other",
        keys: [{ ...aKey("a"), operatorClass: "text_pattern_ops" }, aKey("b")],
      },
    ],
    [
      "another collation",
      { ...one, name: "other", keys: [{ ...aKey("a"), collation: '"C"' }, aKey("b")] },
    ],
    ["a condition", { ...one, name: "other", predicate: "a > 0" }],
    ["another expression", anIndex({ name: "other" }, "lower(a)", "b")],
    ["a failed build", { ...one, name: "other", valid: false }],
    ["an index that is being built", { ...one, name: "other", valid: false, building: true }],
  ])("%s", async (_, other) => {
    expect(await find([one, other])).toEqual([]);
  });

  test("a hash index is not read backwards", async () => {
    const hash = anIndex({ name: "one", method: "gist" }, "a");
    expect(await find([hash, { ...hash, name: "other", keys: [aKey("a desc")] }])).toEqual([]);
  });

  test("unique indexes that differ in NULLS NOT DISTINCT keep different rules", async () => {
    const unique = anIndex({ name: "one", unique: true }, "a");
    expect(await find([unique, { ...unique, name: "other", nullsNotDistinct: true }])).toEqual([]);
  });
});

describe("which one stays", () => {
  const plain = anIndex({ name: "a" }, "x");
  test.each<[string, Partial<Index>]>([
    ["the primary key", { primary: true, unique: true, constraint: "pk" }],
    ["the one of a constraint", { unique: true, constraint: "uq" }],
    ["the unique one", { unique: true }],
    ["the replica identity", { replicaIdentity: true }],
    ["the clustering one", { clustered: true }],
    ["the one with statistics of its expression", { expressionStatistics: true }],
  ])("%s", async (_, more) => {
    const special = { ...plain, name: "a_much_longer_name", ...more };
    expect(await droppedOf([plain, special])).toEqual(["a"]);
    expect(await droppedOf([special, plain])).toEqual(["a"]);
  });

  test("the part of a partitioned index, which can't go alone", async () => {
    const attached = { ...plain, name: "p1_x_idx", parent: publicName("p_x_idx") };
    expect(await droppedOf([plain, attached])).toEqual(["a"]);
    expect(await droppedOf([attached, { ...attached, name: "p1_x_idx1" }])).toEqual([]);
  });

  test("else the one that is scanned", async () => {
    const tables = [aTable({ indexes: [plain, { ...plain, name: "scanned" }] })];
    const nodes = [aNode(aCatalog(tables), { scans: { scanned: { scans: 7 } } })];
    expect((await duplicateIndex(aContext(postgres, tables, { nodes })))[0]?.object.name).toBe("a");
  });
});

describe("told, but no drop advised", () => {
  test("two constraints: only ALTER TABLE removes one", async () => {
    const unique = anIndex({ name: "pk", unique: true, primary: true, constraint: "pk" }, "x");
    const [finding] = await find([
      unique,
      { ...unique, name: "uq", primary: false, constraint: "uq" },
    ]);
    expect(finding).toMatchObject({
      object: { name: "uq" },
      confidence: "insufficient-evidence",
      severity: "info",
      ddl: null,
    });
    expect(finding?.message).toContain("constraint uq");
  });

  test("a unique index that foreign keys may rest on", async () => {
    const unique = anIndex({ name: "pk", unique: true, primary: true, constraint: "pk" }, "x");
    const tables = [
      aTable({ indexes: [unique, anIndex({ name: "uq", unique: true }, "x")] }),
      aTable({
        name: "child",
        foreignKeys: [
          aForeignKey(["t_x"], { references: publicName("t"), referencedColumns: ["x"] }),
        ],
      }),
    ];
    const [finding] = await duplicateIndex(aContext(postgres, tables));
    expect(finding).toMatchObject({ object: { name: "uq" }, ddl: null });
    expect(finding?.message).toContain("public.child.t_x_fkey");
  });
});

test("a foreign key does not hold a duplicate back: its twin serves it", async () => {
  const indexes = [anIndex({ name: "one" }, "a"), anIndex({ name: "other" }, "a")];
  const [finding] = await find(indexes, { foreignKeys: [aForeignKey(["a"])] });
  expect(finding?.ddl).not.toBeNull();
});

test("duplicates on a small table are mild", async () => {
  const indexes = [anIndex({ name: "one" }, "a"), anIndex({ name: "other" }, "a")];
  const [finding] = await find(indexes, { rows: 10, pages: 1, currentPages: 1 });
  expect(finding).toMatchObject({ severity: "info", confidence: "verified" });
});
