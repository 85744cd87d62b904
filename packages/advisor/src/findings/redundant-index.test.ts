import { describe, expect, test } from "vitest";
import type { Index, Table } from "../catalog/catalog.ts";
import { postgres } from "../postgres/engine.ts";
import type { Evidence, Finding } from "./finding.ts";
import { redundantIndex } from "./redundant-index.ts";
import {
  aCatalog,
  aContext,
  aForeignKey,
  aNode,
  anIndex,
  aQuery,
  aTable,
  fakePlanner,
  publicName,
} from "./testing/builders.ts";

type Cost = Parameters<typeof fakePlanner>[0];

/** All indexes are scanned, and one query on the table is planned at `cost`. */
function find(
  indexes: readonly Index[],
  cost: Cost | null = () => 10,
  table: Partial<Table> = {},
): Promise<readonly Finding[]> {
  const tables = [aTable({ indexes, ...table })];
  const scans = Object.fromEntries(indexes.map(({ name }) => [name, { scans: 5 }]));
  return redundantIndex(
    aContext(postgres, tables, {
      nodes: [aNode(aCatalog(tables), { scans })],
      ...(cost === null ? {} : { planner: fakePlanner(cost), queries: [aQuery("t", "q")] }),
    }),
  );
}

const narrow = anIndex({ name: "narrow", pages: 300 }, "a");
const wide = anIndex({ name: "wide", pages: 800 }, "a", "b");

describe("a drop is advised", () => {
  test("of a prefix that the workload's plans do without", async () => {
    const [finding, ...rest] = await find([narrow, wide], (_, hidden) =>
      hidden.has("narrow") ? 10.5 : 10,
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      code: "redundant-index",
      severity: "warning",
      confidence: "verified",
      bytes: -300 * 8192,
      planner: "fake planner",
      object: { name: "narrow" },
      queries: [{ costBefore: 10, costAfter: 10.5 }],
      ddl: { apply: ["DROP INDEX CONCURRENTLY public.narrow;"] },
    });
    expect(finding?.message).toContain("wide (a, b; 6.3 MB)");
  });

  test.each<[string, Index, Index]>([
    ["a prefix read backwards", anIndex({ name: "narrow" }, "a desc"), wide],
    ["a prefix of a unique index", narrow, { ...wide, unique: true }],
    [
      "the same keys without the other's INCLUDE",
      narrow,
      anIndex({ name: "wide", include: ["b"] }, "a"),
    ],
    ["INCLUDE columns that are the other's keys", { ...narrow, include: ["b"] }, wide],
    ["a part of a partitioned index", narrow, { ...wide, parent: publicName("p_idx") }],
    ["the same condition", { ...narrow, predicate: "(x > 0)" }, { ...wide, predicate: "(x > 0)" }],
  ])("of %s", async (_, one, other) => {
    expect(
      (await find([one, other])).map(({ object, ddl }) => [object.name, ddl !== null]),
    ).toEqual([["narrow", true]]);
  });
});

describe("no finding", () => {
  test.each<[string, Index, Index]>([
    ["a unique prefix: it says more than the wider one", { ...narrow, unique: true }, wide],
    ["a constraint's index", { ...narrow, constraint: "c" }, wide],
    ["keys that are not the first ones", anIndex({ name: "narrow" }, "b"), wide],
    [
      "another direction in the second key",
      anIndex({ name: "narrow" }, "a", "b desc"),
      anIndex({ name: "wide" }, "a", "b", "c"),
    ],
    ["another condition", { ...narrow, predicate: "(x > 0)" }, wide],
    ["a wider partial index", narrow, { ...wide, predicate: "(x > 0)" }],
    ["an INCLUDE column that the wider one lacks", { ...narrow, include: ["z"] }, wide],
    ["another access method", { ...narrow, method: "hash" }, wide],
    [
      "a part of a partitioned index, which can't go alone",
      { ...narrow, parent: publicName("p_idx") },
      wide,
    ],
    ["a wider index that is invalid", narrow, { ...wide, valid: false }],
    ["an exact duplicate, which is another finding", narrow, { ...narrow, name: "wide" }],
  ])("for %s", async (_, one, other) => {
    expect(await find([one, other])).toEqual([]);
  });
});

describe("insufficient evidence", () => {
  /** The line of `check` in the one finding, which must advise nothing. */
  async function undecided(
    findings: readonly Finding[],
    check: string,
  ): Promise<Evidence | undefined> {
    expect(findings).toMatchObject([
      { confidence: "insufficient-evidence", severity: "info", ddl: null },
    ]);
    return findings[0]?.evidence.find((line) => line.check === check);
  }

  test("without a workload: how much dearer the wider index reads is not known", async () => {
    expect(await undecided(await find([narrow, wide], null), "replan")).toMatchObject({
      verdict: "unknown",
    });
  });

  test("when a query gets dearer by more than 10 %: a narrow index reads cheaper", async () => {
    const findings = await find([narrow, wide], (_, hidden) => (hidden.has("narrow") ? 11.2 : 10));
    expect(await undecided(findings, "replan")).toMatchObject({ verdict: "against" });
    expect(findings[0]?.queries).toMatchObject([{ costBefore: 10, costAfter: 11.2 }]);
  });

  test("when the values that a query was logged with make it dearer, though its shape does not", async () => {
    const query = { ...aQuery("t", "a = $1"), samples: [{ sql: "a = 'secret'", durationMs: 5 }] };
    const planner = fakePlanner((sql, hidden) =>
      sql === "a = 'secret'" && hidden.has("narrow") ? 90 : 10,
    );
    const tables = [aTable({ indexes: [narrow, wide] })];
    const findings = await redundantIndex(
      aContext(postgres, tables, { nodes: [], planner, queries: [query] }),
    );
    expect(await undecided(findings, "replan")).toMatchObject({ verdict: "against" });
    expect(findings[0]?.queries).toMatchObject([{ sql: "a = $1", costBefore: 10, costAfter: 90 }]);
    // Logged values never reach the output.
    expect(JSON.stringify(findings)).not.toContain("secret");
  });

  test("when a range is searched by values that nobody logged: its width is a guess", async () => {
    const range = {
      role: "range",
      column: "a",
      expression: "a",
      operator: "<",
      joins: null,
      value: "parameter",
    } as const;
    const tables = [aTable({ indexes: [narrow, wide] })];
    const queries = [aQuery("t", "a < $1", { predicates: [range] })];
    const findings = await redundantIndex(
      aContext(postgres, tables, { nodes: [], planner: fakePlanner(() => 10), queries }),
    );
    expect(await undecided(findings, "replan")).toMatchObject({ verdict: "unknown" });
  });

  test("when a query on its table can't be planned", async () => {
    expect(
      await undecided(await find([narrow, wide], () => "no such function"), "replan"),
    ).toMatchObject({ verdict: "unknown" });
  });

  test("when the planner uses the statistics of its expression", async () => {
    const lower = anIndex({ name: "narrow", expressionStatistics: true }, "lower(a)");
    expect(
      await undecided(
        await find([lower, anIndex({ name: "wide" }, "lower(a)", "b")]),
        "expression-statistics",
      ),
    ).toMatchObject({ verdict: "against" });
  });
});

test("the wider index serves a foreign key as well", async () => {
  const [finding] = await find([narrow, wide], undefined, { foreignKeys: [aForeignKey(["a"])] });
  expect(finding?.ddl).not.toBeNull();
});

test("in a chain each is judged without those that go before it", async () => {
  const chain = [narrow, wide, anIndex({ name: "widest" }, "a", "b", "c")];
  // Either narrow or wide must stay for the query to be cheap.
  const findings = await find(chain, (_, hidden) =>
    hidden.has("narrow") && hidden.has("wide") ? 100 : 10,
  );
  expect(findings.map(({ object, ddl }) => [object.name, ddl !== null])).toEqual([
    ["narrow", true],
    ["wide", false],
  ]);
});

test("a duplicate that is to go does not prop the proof up", async () => {
  const twin = { ...narrow, name: "narrow_twin" };
  const findings = await find([narrow, twin, wide], (_, hidden) =>
    hidden.has("narrow") && hidden.has("narrow_twin") ? 100 : 10,
  );
  expect(findings).toMatchObject([{ object: { name: "narrow" }, ddl: null }]);
});

test("an index is not redundant to one that is advised away as unused", async () => {
  const tables = [aTable({ indexes: [narrow, wide] })];
  const nodes = [aNode(aCatalog(tables), { scans: { narrow: { scans: 50 } } })];
  const context = aContext(postgres, tables, {
    nodes,
    planner: fakePlanner(() => 10),
    queries: [aQuery("t", "q")],
  });
  expect(await redundantIndex(context)).toEqual([]);
});
