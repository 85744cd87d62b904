import { writeFile } from "node:fs/promises";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgres } from "../postgres/engine.ts";
import { addHistory } from "../catalog/add-history.ts";
import type { NodeUsage, Snapshot } from "../catalog/snapshot.ts";
import { type UsageRecord, usageRecord } from "../catalog/usage-history.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { invalidIndex } from "./invalid-index.ts";
import { redundantIndex } from "./redundant-index.ts";
import { DROP_TRAPS, TRAP_TABLE } from "./testing/drop-traps.ts";
import { realContext, withOldCounters } from "./testing/real-context.ts";
import { unusedIndex } from "./unused-index.ts";
import { verifyTogether } from "./verify-together.ts";

// Schemas on a real server, captured once and planned by one sandbox. Only the counters are made up: a test can't wait weeks.
const traps = DROP_TRAPS.map((trap, position) => ({ ...trap, schema: `trap_${position}` }));

let database: TestDatabase;
let client: pg.Client;
let context: FindingContext;
let close: () => Promise<void>;
let advised: ReadonlySet<string>;
let falseDrops = 0;
let passed = 0;
let serverVersion = "";

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const { schema, sql } of traps) {
    await client.query(`create schema ${schema}; set search_path = ${schema}`);
    await client.query(`${TRAP_TABLE} ${sql}`);
  }
  await client.query("reset search_path");
  await client.query("vacuum analyze");
  const statements = traps.flatMap(({ schema, queries = [] }) =>
    [...queries, "select * from S.t where id = 7"].map((sql) =>
      sql.replaceAll(/\bS\./g, `${schema}.`),
    ),
  );
  ({ context, close } = await realContext(postgres, database.url, statements, (snapshot) =>
    withOldCounters(withCounters(snapshot)),
  ));
  serverVersion = context.snapshot.server.version;
  advised = droppedBy(await findings(context));
}, 300_000);

afterAll(async () => {
  await close?.();
  await client?.end();
  await database?.close();
  const results = process.env["DBADVISE_DROP_RESULTS"];
  if (results === undefined) return;
  const day = new Date().toISOString().slice(0, 10);
  await writeFile(
    `${results}/precision-drops-${day}.md`,
    `# Precision of drops, ${day}

\`pnpm bench:drops\` on PostgreSQL ${serverVersion}, planner ${context.planner?.name ?? "none"}: schemas and counters in which an index seems to be
free to go and is not (packages/advisor/src/findings/testing/drop-traps.ts, drop-traps.test.ts).

| | |
|-|-|
| Trap cases | ${traps.length + COUNTER_TRAPS.length} |
| of them schemas on a real server | ${traps.length} |
| of them counters and histories | ${COUNTER_TRAPS.length} |
| Cases without a false drop | ${passed} |
| Cases with a false drop | ${falseDrops} |
| Counter-checks (an index that may go, one in each schema) advised | ${traps.filter(({ schema }) => advised.has(`${schema}.ctl`)).length} of ${traps.length} |
`,
  );
});

/** Zero scans of the indexes that the trap says, five of all others; bloat and running builds as it says. */
function withCounters(snapshot: Snapshot): Snapshot {
  const bySchema = new Map(traps.map((trap) => [trap.schema, trap]));
  const idle = (schema: string, name: string): boolean => {
    const trap = bySchema.get(schema);
    const named = trap?.idle ?? [...(trap?.keep ?? []), ...(trap?.keepOneOf ?? [])];
    return name === "ctl" || named.includes(name);
  };
  return {
    ...snapshot,
    nodes: snapshot.nodes.map((node) => ({
      ...node,
      standbys: 0,
      indexes: node.indexes.map((usage) => {
        const scans = idle(usage.index.schema, usage.index.name) ? 0 : 5;
        return { ...usage, scans, tuplesRead: scans, lastScan: null };
      }),
    })),
    catalog: {
      ...snapshot.catalog,
      tables: snapshot.catalog.tables.map((table) => {
        const trap = bySchema.get(table.schema);
        return {
          ...table,
          indexes: table.indexes.map((index) => {
            const building = trap?.building?.includes(index.name) ?? false;
            return {
              ...index,
              pages: index.pages * (trap?.bloat?.[index.name] ?? 1),
              ...(building ? { building, valid: false } : {}),
            };
          }),
        };
      }),
    },
  };
}

/** All that may advise a drop, verified together. */
async function findings(from: FindingContext): Promise<readonly Finding[]> {
  const all = [
    ...(await invalidIndex(from)),
    ...(await duplicateIndex(from)),
    ...(await redundantIndex(from)),
    ...(await unusedIndex(from)),
  ];
  return verifyTogether(all, from);
}

function droppedBy(all: readonly Finding[]): ReadonlySet<string> {
  return new Set(
    all.flatMap(({ object, ddl }) =>
      ddl?.apply.some((statement) => statement.startsWith("DROP INDEX"))
        ? [`${object.schema}.${object.name}`]
        : [],
    ),
  );
}

/** Counts before it judges, so that the record holds what failed, too. */
function expectNoneGone(dropped: readonly string[]): void {
  if (dropped.length === 0) passed++;
  else falseDrops++;
  expect(dropped).toEqual([]);
}

test("everything was captured and planned, and the traps are enough", () => {
  expect(context.snapshot.gaps).toEqual([]);
  expect(context.planner?.gaps.filter(({ object }) => object !== "planner")).toEqual([]);
  expect(context.workload.skipped).toEqual([]);
  expect(new Set(traps.map(({ name }) => name)).size).toBe(traps.length);
  expect(traps.length + COUNTER_TRAPS.length).toBeGreaterThanOrEqual(100);
});

describe("must stay", () => {
  test.each(traps)("$name", ({ schema, keep = [], keepOneOf = [] }) => {
    const known = new Set(
      context.snapshot.catalog.tables
        .filter((table) => table.schema === schema)
        .flatMap((table) => table.indexes.map((index) => index.name)),
    );
    expect([...keep, ...keepOneOf].filter((name) => !known.has(name))).toEqual([]);
    const gone = (name: string): boolean => advised.has(`${schema}.${name}`);
    expectNoneGone([
      ...keep.filter(gone),
      ...(keepOneOf.length > 0 && keepOneOf.every(gone) ? keepOneOf : []),
    ]);
  });
});

test("caution is not the trick: what may go is advised away in every schema", () => {
  expect(
    traps.filter(({ schema }) => !advised.has(`${schema}.ctl`)).map(({ name }) => name),
  ).toEqual([]);
});

describe("where one of a pair may go, it does", () => {
  test.each(
    traps.filter(
      ({ keepOneOf = [], queries = [] }) => keepOneOf.length > 0 && queries.length === 0,
    ),
  )("$name", ({ schema, keepOneOf = [] }) => {
    expect(keepOneOf.some((name) => advised.has(`${schema}.${name}`))).toBe(true);
  });
});

const CTL = { schema: "trap_0", name: "ctl" };

type Nodes = (node: NodeUsage) => readonly NodeUsage[];

function before(node: NodeUsage, days: number): string {
  return new Date(Date.parse(node.capturedAt) - days * 86_400_000).toISOString();
}

/** The node with other counters of the one index. */
function counting(node: NodeUsage, counts: Partial<NodeUsage["indexes"][number]>): NodeUsage {
  return {
    ...node,
    indexes: node.indexes.map((usage) =>
      usage.index.schema === CTL.schema && usage.index.name === CTL.name
        ? { ...usage, ...counts }
        : usage,
    ),
  };
}

function replica(node: NodeUsage, more: Partial<NodeUsage> = {}): NodeUsage {
  return { ...node, node: "db2:5432/shop", role: "replica", standbys: 0, ...more };
}

function without(node: NodeUsage): NodeUsage {
  return {
    ...node,
    indexes: node.indexes.filter(
      ({ index }) => index.schema !== CTL.schema || index.name !== CTL.name,
    ),
  };
}

function at(node: NodeUsage, days: number): UsageRecord {
  return usageRecord({ ...node, capturedAt: before(node, days) });
}

/** Ways in which the counters of an index that nothing rests on, and that is idle at first sight, do not prove it. */
const COUNTER_TRAPS: readonly {
  readonly name: string;
  readonly nodes: Nodes;
  readonly records?: (node: NodeUsage) => readonly UsageRecord[];
}[] = [
  { name: "counters of six days", nodes: (node) => [{ ...node, since: before(node, 6) }] },
  { name: "counters of an hour", nodes: (node) => [{ ...node, since: before(node, 1 / 24) }] },
  {
    name: "counters whose start nobody knows",
    nodes: (node) => [
      {
        ...node,
        since: null,
        tables: node.tables.map((table) => ({ ...table, lastAnalyze: null })),
      },
    ],
  },
  {
    name: "unknown start, and nothing remembered before yesterday",
    nodes: (node) => [
      {
        ...node,
        since: null,
        tables: node.tables.map((table) => ({ ...table, lastAnalyze: before(node, 1) })),
      },
    ],
  },
  { name: "no counters at all", nodes: () => [] },
  { name: "no counter of this index", nodes: (node) => [without(node)] },
  { name: "one scan", nodes: (node) => [counting(node, { scans: 1, tuplesRead: 1 })] },
  {
    name: "few scans that read much",
    nodes: (node) => [counting(node, { scans: 2, tuplesRead: 90_000_000 })],
  },
  {
    name: "last scan within the quarter",
    nodes: (node) => [counting(node, { scans: 3, lastScan: before(node, 80) })],
  },
  {
    name: "last scan in spring: a yearly job",
    nodes: (node) => [counting(node, { scans: 3, lastScan: before(node, 200) })],
  },
  { name: "a replica alone", nodes: (node) => [replica(node)] },
  { name: "replicas that were not given", nodes: (node) => [{ ...node, standbys: 2 }] },
  {
    name: "one of two replicas was given",
    nodes: (node) => [{ ...node, standbys: 2 }, replica(node)],
  },
  {
    name: "used on a replica only",
    nodes: (node) => [{ ...node, standbys: 1 }, counting(replica(node), { scans: 1 })],
  },
  {
    name: "a young replica",
    nodes: (node) => [{ ...node, standbys: 1 }, replica(node, { since: before(node, 2) })],
  },
  {
    name: "a replica without a counter of it",
    nodes: (node) => [{ ...node, standbys: 1 }, without(replica(node))],
  },
  {
    name: "history: scanned before the reset",
    nodes: (node) => [{ ...node, since: before(node, 10) }],
    records: (node) => [at(counting(node, { scans: 8 }), 40), at(counting(node, { scans: 9 }), 20)],
  },
  {
    name: "history: two short spans, one reset",
    nodes: (node) => [{ ...node, since: before(node, 5) }],
    records: (node) => {
      const old = { ...node, since: before(node, 11) };
      return [at(old, 10), at(old, 6)];
    },
  },
  {
    name: "history: made yesterday",
    nodes: (node) => [node],
    records: (node) => [at(without(node), 1.5), at(node, 1)],
  },
  {
    name: "history: made anew after a reset",
    nodes: (node) => [{ ...node, since: before(node, 3) }],
    records: (node) => [at(without(node), 20), at(without(node), 4)],
  },
  {
    name: "history: another server answers since a failover",
    nodes: (node) => [{ ...node, since: before(node, 6), incarnation: "b/2" }],
    records: (node) => {
      const old = { ...node, since: before(node, 12), incarnation: "a/1" };
      return [at(old, 11), at(old, 6.5)];
    },
  },
  {
    name: "history: a replica used it yesterday, and was not read now",
    nodes: (node) => [node],
    records: (node) => [at(replica(node), 2), at(counting(replica(node), { scans: 4 }), 1)],
  },
  {
    name: "history: a replica that was last recorded a week ago",
    nodes: (node) => [node],
    records: (node) => [at(replica(node), 14), at(replica(node), 7)],
  },
  {
    name: "history: quiet for long, but a year ago",
    nodes: (node) => [{ ...node, since: before(node, 2) }],
    records: (node) => {
      const old = { ...node, since: before(node, 460) };
      return [at(old, 460), at(old, 360)];
    },
  },
];

describe("counters that prove nothing", () => {
  const judged = async (
    nodes: Nodes,
    records: (node: NodeUsage) => readonly UsageRecord[] = () => [],
  ): Promise<readonly string[]> => {
    const [node] = context.snapshot.nodes;
    if (node === undefined) throw new Error("no node was captured");
    const snapshot = { ...context.snapshot, nodes: nodes(node) };
    const found = await unusedIndex({
      ...context,
      ...addHistory(
        {
          ...snapshot,
          catalog: {
            ...snapshot.catalog,
            tables: snapshot.catalog.tables.filter(({ schema }) => schema === CTL.schema),
          },
        },
        records(node),
      ),
    });
    return [...droppedBy(found)];
  };

  test("the index may go by the counters as they are", async () => {
    expect(await judged((node) => [node])).toEqual(["trap_0.ctl"]);
  });

  test.each(COUNTER_TRAPS)("$name", async ({ nodes, records }) => {
    expectNoneGone(await judged(nodes, records));
  });
});
