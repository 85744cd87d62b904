import { describe, expect, test } from "vitest";
import { addHistory } from "../catalog/add-history.ts";
import { type Index, type Table, tableKey } from "../catalog/catalog.ts";
import type { UsageRecord } from "../catalog/usage-history.ts";
import { postgres } from "../postgres/engine.ts";
import type { Evidence } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { findingNotes } from "./finding-notes.ts";
import {
  aCatalog,
  aContext,
  aForeignKey,
  aNode,
  anIndex,
  aPrimaryKey,
  aQuery,
  aTable,
  daysAgo,
  fakePlanner,
  publicName,
} from "./testing/builders.ts";
import { unusedIndex } from "./unused-index.ts";

/** One table with the index, judged by one primary's counters of 35 days unless told otherwise. */
function contextOf(
  index: Index,
  parts: {
    readonly table?: Partial<Table>;
    readonly node?: Parameters<typeof aNode>[1];
    readonly more?: Parameters<typeof aContext>[2];
  } = {},
): FindingContext {
  const tables = [aTable({ indexes: [aPrimaryKey("id"), index], ...parts.table })];
  return aContext(postgres, tables, {
    nodes: [aNode(aCatalog(tables), parts.node)],
    ...parts.more,
  });
}

const idle = anIndex(
  { name: "t_a_idx", definition: "CREATE INDEX t_a_idx ON public.t USING btree (a)" },
  "a",
);

describe("a drop is advised", () => {
  test("of an index without a scan on any server over long enough, and its undo is the stored definition", async () => {
    const [finding, ...rest] = await unusedIndex(contextOf(idle));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      code: "unused-index",
      severity: "warning",
      confidence: "estimated",
      bytes: -1_000 * 8192,
      object: { type: "index", schema: "public", table: "t", name: "t_a_idx", columns: ["a"] },
      ddl: {
        apply: ["DROP INDEX CONCURRENTLY public.t_a_idx;"],
        undo: ["CREATE INDEX CONCURRENTLY t_a_idx ON public.t USING btree (a);"],
      },
    });
    expect(finding?.message).toBe(
      "public.t_a_idx (7.8 MB) looks unused: 0 scans on db1:5432/shop, and the counters of db1:5432/shop cover 35 days.",
    );
  });

  test("where the replicas that were given do not scan it either", async () => {
    const catalog = aCatalog([aTable({ indexes: [idle] })]);
    const nodes = [
      aNode(catalog, { standbys: 1 }),
      aNode(catalog, { node: "db2:5432/shop", role: "replica", standbys: 0 }),
    ];
    const [finding] = await unusedIndex(aContext(postgres, catalog.tables, { nodes }));
    expect(finding?.confidence).toBe("estimated");
    expect(finding?.message).toContain("db2:5432/shop");
  });

  test("of the partitioned index, with the sum of its partitions' sizes", async () => {
    const [finding, ...rest] = await unusedIndex(aContext(postgres, partitioned(), {}));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      object: { name: "p_a_idx", table: "p" },
      bytes: -300 * 8192,
      ddl: { apply: ["DROP INDEX public.p_a_idx;"] },
    });
  });
});

describe("no finding", () => {
  test.each<[string, Partial<Index>]>([
    [
      "a primary key: uniqueness checks are no scans",
      { primary: true, unique: true, constraint: "pk" },
    ],
    ["a unique constraint", { unique: true, constraint: "uq" }],
    ["a unique index without a constraint: it is a rule all the same", { unique: true }],
    ["an exclusion constraint", { method: "gist", constraint: "no_overlap" }],
    ["the replica identity", { replicaIdentity: true }],
    ["the clustering index", { clustered: true }],
    ["an invalid index: that is another finding", { valid: false }],
    ["an index that is being built", { valid: false, building: true }],
    ["a part of a partitioned index", { parent: publicName("parent_idx") }],
  ])("for %s", async (_, more) => {
    expect(await unusedIndex(contextOf({ ...idle, ...more }))).toEqual([]);
  });

  test("for an index that is scanned", async () => {
    const node = { scans: { t_a_idx: { scans: 1, tuplesRead: 4_000_000 } } };
    expect(await unusedIndex(contextOf(idle, { node }))).toEqual([]);
  });

  test("for an index that only a replica scans", async () => {
    const catalog = aCatalog([aTable({ indexes: [idle] })]);
    const nodes = [
      aNode(catalog, { standbys: 1 }),
      aNode(catalog, { node: "db2", role: "replica", scans: { t_a_idx: { scans: 9 } } }),
    ];
    expect(await unusedIndex(aContext(postgres, catalog.tables, { nodes }))).toEqual([]);
  });

  test("for a partitioned index that one partition uses", async () => {
    const tables = partitioned();
    const nodes = [aNode(aCatalog(tables), { scans: { p2_a_idx: { scans: 5 } } })];
    expect(await unusedIndex(aContext(postgres, tables, { nodes }))).toEqual([]);
  });

  test("for a partitioned index that does the work of a scanned one on a partition", async () => {
    const tables = partitioned().map((table) =>
      table.name === "p1"
        ? { ...table, indexes: [...table.indexes, { ...idle, name: "p1_own" }] }
        : table,
    );
    const nodes = [aNode(aCatalog(tables), { scans: { p1_own: { scans: 100 } } })];
    expect(await unusedIndex(aContext(postgres, tables, { nodes }))).toEqual([]);
  });

  test("on a table too small to matter, which a note tells", async () => {
    const context = contextOf(idle, { table: { rows: 500, pages: 10, currentPages: 10 } });
    expect(await unusedIndex(context)).toEqual([]);
    expect(findingNotes(context).join()).toContain("public.t_a_idx");
  });

  test("without any counters, which a note tells", async () => {
    const context = contextOf(idle, { more: { nodes: [] } });
    expect(await unusedIndex(context)).toEqual([]);
    expect(findingNotes(context).join()).toContain("no usage counters");
  });

  test("for one of two twins while the other is scanned: the planner uses either", async () => {
    const tables = [
      aTable({
        indexes: [
          { ...idle, name: "a" },
          { ...idle, name: "b_longer", expressionStatistics: true },
        ],
      }),
    ];
    const nodes = [aNode(aCatalog(tables), { scans: { a: { scans: 100 } } })];
    expect(await unusedIndex(aContext(postgres, tables, { nodes }))).toEqual([]);
  });
});

describe("insufficient evidence", () => {
  /** The line of `check` in the one finding, which must name it and advise nothing. */
  async function undecided(context: FindingContext, check: string): Promise<Evidence | undefined> {
    const [finding] = await unusedIndex(context);
    expect(finding).toMatchObject({
      severity: "info",
      confidence: "insufficient-evidence",
      ddl: null,
    });
    const line = finding?.evidence.find((each) => each.check === check);
    expect(finding?.message).toContain(line?.detail);
    return line;
  }

  test("with counters younger than a week", async () => {
    const context = contextOf(idle, { node: { since: daysAgo(6.9) } });
    expect(await undecided(context, "statistics-age")).toMatchObject({
      verdict: "unknown",
      detail: expect.stringContaining("6 days; at least 7 days are needed"),
    });
  });

  test("with counters whose start nobody knows, unless something they remember is old enough", async () => {
    const unknown = { since: null, rows: { t: { lastAnalyze: daysAgo(2) } } };
    expect(await undecided(contextOf(idle, { node: unknown }), "statistics-age")).toMatchObject({
      verdict: "unknown",
      detail: expect.stringContaining("at least 2 days"),
    });
    const old = { since: null, rows: { t: { lastAnalyze: daysAgo(20) } } };
    expect((await unusedIndex(contextOf(idle, { node: old })))[0]?.confidence).toBe("estimated");
  });

  test("when one of several servers was reset lately", async () => {
    const catalog = aCatalog([aTable({ indexes: [idle] })]);
    const nodes = [
      aNode(catalog, { standbys: 1 }),
      aNode(catalog, { node: "db2", role: "replica", since: daysAgo(1) }),
    ];
    expect(
      await undecided(aContext(postgres, catalog.tables, { nodes }), "statistics-age"),
    ).toMatchObject({ verdict: "unknown" });
  });

  test("with replicas that were not given", async () => {
    const context = contextOf(idle, { node: { standbys: 2 } });
    expect(await undecided(context, "replicas")).toMatchObject({
      verdict: "unknown",
      detail: expect.stringContaining("--url"),
    });
  });

  test("of a replica alone", async () => {
    expect(
      await undecided(contextOf(idle, { node: { role: "replica" } }), "replicas"),
    ).toMatchObject({ verdict: "unknown" });
  });

  test("where nobody knows whether there are replicas", async () => {
    const context = contextOf(idle);
    const nodes = context.snapshot.nodes.map((node) => {
      const { standbys, ...rest } = node;
      return standbys === undefined ? node : rest;
    });
    const blind = { ...context, snapshot: { ...context.snapshot, nodes } };
    expect(await undecided(blind, "replicas")).toMatchObject({ verdict: "unknown" });
  });

  test("without a counter of this index", async () => {
    const context = contextOf(idle);
    const nodes = context.snapshot.nodes.map((node) => ({
      ...node,
      indexes: node.indexes.map((usage) => ({ ...usage, index: publicName("another") })),
    }));
    expect(
      await undecided({ ...context, snapshot: { ...context.snapshot, nodes } }, "scans"),
    ).toMatchObject({ verdict: "unknown" });
  });

  test("where a server counts no index at all nothing is judged, and that is said", async () => {
    const context = contextOf(idle);
    const nodes = context.snapshot.nodes.map((node) => ({ ...node, indexes: [] }));
    const blind = { ...context, snapshot: { ...context.snapshot, nodes } };
    expect(await unusedIndex(blind)).toEqual([]);
    expect(findingNotes(blind)).toContain(
      "unused-index: no usage counters were read, so no index was judged",
    );
  });

  test("when it was scanned long ago: a yearly job may want it", async () => {
    const node = {
      scans: { t_a_idx: { scans: 3, tuplesRead: 9_000_000, lastScan: daysAgo(200) } },
    };
    expect(await undecided(contextOf(idle, { node }), "scans")).toMatchObject({
      verdict: "against",
      detail: expect.stringContaining("9000000 entries"),
    });
    const recent = { scans: { t_a_idx: { scans: 3, lastScan: daysAgo(90) } } };
    expect(await unusedIndex(contextOf(idle, { node: recent }))).toEqual([]);
  });

  test("when the planner uses the statistics of its expression", async () => {
    expect(
      await undecided(contextOf({ ...idle, expressionStatistics: true }), "expression-statistics"),
    ).toMatchObject({ verdict: "against" });
  });

  test("when it is the only index of a foreign key", async () => {
    expect(
      await undecided(
        contextOf(idle, { table: { foreignKeys: [aForeignKey(["a"])] } }),
        "foreign-key",
      ),
    ).toMatchObject({ verdict: "against" });
  });

  test("when a logged query would cost more without it; the query is listed with both costs", async () => {
    const planner = fakePlanner((sql, hidden) =>
      sql === "q1" && hidden.has("t_a_idx") ? 900 : 10,
    );
    const more = {
      planner,
      queries: [aQuery("t", "q1"), aQuery("t", "q2"), aQuery("other", "q3")],
    };
    const context = contextOf(idle);
    const withWorkload = {
      ...context,
      ...aContext(postgres, context.snapshot.catalog.tables, more),
    };
    expect(await undecided(withWorkload, "replan")).toMatchObject({
      verdict: "against",
      detail: expect.stringContaining("90 times"),
    });
    const [finding] = await unusedIndex(withWorkload);
    expect(finding?.queries).toMatchObject([{ fingerprint: "q1", costBefore: 10, costAfter: 900 }]);
    expect(finding?.planner).toBe("fake planner");
  });
});

test("a query that can't be planned is told, and the counters decide", async () => {
  const more = {
    planner: fakePlanner(() => "function f() is unknown"),
    queries: [aQuery("t", "q1")],
  };
  const [finding] = await unusedIndex(aContext(postgres, [aTable({ indexes: [idle] })], more));
  expect(finding?.confidence).toBe("estimated");
  expect(finding?.evidence.find((line) => line.check === "replan")).toMatchObject({
    verdict: "unknown",
    detail: expect.stringContaining("function f() is unknown"),
  });
});

test("twins that nobody scans are judged with both out of sight", async () => {
  const tables = [
    aTable({
      indexes: [
        { ...idle, name: "a1" },
        { ...idle, name: "a2" },
      ],
    }),
  ];
  // Either of them serves the query: hiding one shows nothing.
  const planner = fakePlanner((_, hidden) => (hidden.has("a1") && hidden.has("a2") ? 900 : 10));
  const [finding] = await unusedIndex(
    aContext(postgres, tables, { planner, queries: [aQuery("t", "q")] }),
  );
  expect(finding).toMatchObject({ object: { name: "a1" }, ddl: null });
});

test("a query on the partitioned parent counts for an index of one partition", async () => {
  const [, partition] = partitioned();
  const tables = [
    aTable({ name: "p", kind: "partitioned" }),
    aTable({ name: "p1", partitionOf: partition?.partitionOf ?? null, indexes: [idle] }),
  ];
  const planner = fakePlanner((_, hidden) => (hidden.has("t_a_idx") ? 900 : 10));
  const [finding] = await unusedIndex(
    aContext(postgres, tables, { planner, queries: [aQuery("p", "q")] }),
  );
  expect(finding?.ddl).toBeNull();
});

describe("with a usage history", () => {
  /** `t_a_idx` and a busy index, counted so many days before the capture; by default since long before. */
  function recorded(
    days: number,
    scans: number | null,
    more: Partial<UsageRecord> = {},
  ): UsageRecord {
    const counts = { scans: scans ?? 0, tuplesRead: 0, lastScan: null };
    return {
      node: "db1:5432/shop",
      role: "primary",
      at: daysAgo(days),
      since: daysAgo(400),
      incarnation: null,
      standbys: 0,
      indexes: new Map(scans === null ? [] : [[tableKey(publicName("t_a_idx")), counts]]),
      sequences: new Map(),
      ...more,
    };
  }

  /** As `analyze` joins them: the counters of now, reset `reset` days ago, after those of the history. */
  function withHistory(reset: number, records: readonly UsageRecord[], scans = 0): FindingContext {
    const context = contextOf(idle, {
      node: { since: daysAgo(reset), scans: { t_a_idx: { scans } } },
    });
    return { ...context, ...addHistory(context.snapshot, records) };
  }

  function ageLine(findings: readonly { readonly evidence: readonly Evidence[] }[]): unknown {
    return findings[0]?.evidence.find((line) => line.check === "statistics-age");
  }

  test("35 quiet days before a reset are evidence, though the counters are young", async () => {
    const findings = await unusedIndex(
      withHistory(1, [
        recorded(36.5, 0, { since: daysAgo(36.5) }),
        recorded(1.5, 0, { since: daysAgo(36.5) }),
      ]),
    );
    expect(findings[0]?.ddl).not.toBeNull();
    expect(ageLine(findings)).toMatchObject({
      verdict: "for",
      detail:
        "the usage history of db1:5432/shop has no scan in 35 days (2026-04-25 to 2026-05-30, none since either, though not all of the time until 2026-06-01 was counted)",
    });
  });

  test("two short spans are not joined to a long one", async () => {
    const findings = await unusedIndex(
      withHistory(4, [
        recorded(9, 0, { since: daysAgo(9) }),
        recorded(4.5, 0, { since: daysAgo(9) }),
      ]),
    );
    expect(findings).toMatchObject([{ ddl: null }]);
    expect(ageLine(findings)).toMatchObject({ verdict: "unknown" });
  });

  test("a scan that the reset made the server forget still counts", async () => {
    const used = [recorded(60, 5), recorded(40, 6), recorded(31, 6)];
    expect(await unusedIndex(withHistory(30, used))).toEqual([]);
  });

  test("an index that an earlier record lacks is as young as that", async () => {
    const findings = await unusedIndex(withHistory(400, [recorded(3, null), recorded(2, 0)]));
    expect(findings).toMatchObject([{ ddl: null }]);
    expect(ageLine(findings)).toMatchObject({
      detail: expect.stringContaining("has the index for 2 days only"),
    });
    const older = await unusedIndex(withHistory(400, [recorded(20, null), recorded(19, 0)]));
    expect(older[0]?.ddl).not.toBeNull();
    expect(ageLine(older)).toMatchObject({ detail: expect.stringContaining("cover 19 days") });
  });

  test("counters that stand still for long are told, and nothing is advised", async () => {
    const still = withHistory(400, [recorded(120, 7), recorded(60, 7)], 7);
    expect(await unusedIndex(still)).toMatchObject([{ ddl: null }]);
    const shortly = withHistory(400, [recorded(80, 7), recorded(60, 7)], 7);
    expect(await unusedIndex(shortly)).toEqual([]);
  });

  test("a replica that was recorded yesterday counts as read", async () => {
    const replica = { node: "db2:5432/shop", role: "replica" } as const;
    const quiet = [recorded(30, 0, replica), recorded(1, 0, replica)];
    const findings = await unusedIndex(withHistory(35, quiet));
    expect(findings[0]?.ddl).not.toBeNull();
    expect(findings[0]?.message).toContain("db2:5432/shop");
    const busy = [recorded(30, 0, replica), recorded(1, 9, replica)];
    expect(await unusedIndex(withHistory(35, busy))).toEqual([]);
  });

  test("a replica that is missing is named, until it is taken to be gone", async () => {
    const replica = { node: "db2:5432/shop", role: "replica" } as const;
    const findings = await unusedIndex(withHistory(35, [recorded(5, 0, replica)]));
    expect(findings).toMatchObject([{ ddl: null }]);
    expect(findings[0]?.message).toContain("db2:5432/shop (last at 2026-05-27)");
    const gone = await unusedIndex(withHistory(35, [recorded(50, 0, replica)]));
    expect(gone[0]?.ddl).not.toBeNull();
  });
});

/** `p` with two partitions, each with its part of the index `p_a_idx`. */
function partitioned(): readonly Table[] {
  const parent = { parent: publicName("p"), bound: "" };
  const part = { ...idle, parent: publicName("p_a_idx") };
  return [
    aTable({ name: "p", kind: "partitioned", indexes: [{ ...idle, name: "p_a_idx", pages: 0 }] }),
    aTable({
      name: "p1",
      partitionOf: parent,
      indexes: [{ ...part, name: "p1_a_idx", pages: 100 }],
    }),
    aTable({
      name: "p2",
      partitionOf: parent,
      indexes: [{ ...part, name: "p2_a_idx", pages: 200 }],
    }),
  ];
}
