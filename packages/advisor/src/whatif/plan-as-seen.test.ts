import { expect, test } from "vitest";
import type { Query, QuerySample } from "../workload/workload.ts";
import type { Plan } from "./plan.ts";
import { planAsSeen, valueKinds } from "./plan-as-seen.ts";
import type { IndexConfiguration, Planner } from "./planner.ts";

const NONE: IndexConfiguration = { add: [], hide: [] };

function queryWith(samples: readonly QuerySample[]): Query {
  return {
    fingerprint: "f",
    sql: "shape",
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples,
    sources: [],
    callSites: [],
    statement: { kind: "select", tables: [], unresolved: [] },
  };
}

function sample(sql: string, calls?: number): QuerySample {
  return { sql, durationMs: undefined, ...(calls === undefined ? {} : { calls }) };
}

/** Costs by text, `hidden` with anything hidden; the texts that were planned are written down. */
function plannerOf(
  costs: Readonly<
    Record<string, { readonly cost: number; readonly hidden?: number; rows?: number }>
  >,
): { readonly planner: Planner; readonly planned: string[] } {
  const planned: string[] = [];
  const planner: Planner = {
    name: "costs",
    capabilities: { hypotheticalIndexes: false, hideIndexes: true, verifies: true },
    gaps: [],
    propose: async () => [],
    plan: async (query, configuration, one) => {
      const text = one?.sql ?? query.sql;
      const known = costs[text];
      if (known === undefined) return { ok: false, reason: `no plan for ${text}` };
      const cost = configuration.hide.length > 0 ? (known.hidden ?? known.cost) : known.cost;
      planned.push(text);
      const lines = [`Scan (cost=0..${cost} rows=${known.rows ?? 1})`];
      const plan: Plan = {
        cost,
        rows: known.rows ?? 1,
        indexes: [],
        candidates: [],
        scans: [],
        lines,
      };
      return { ok: true, plan };
    },
    calls: () => ({ requests: 0, planned: 0, milliseconds: 0 }),
    close: async () => {},
  };
  return { planner, planned };
}

async function costOf(planner: Planner, query: Query, configuration = NONE): Promise<number> {
  const result = await planAsSeen(planner, query, configuration);
  return result.ok ? result.plan.cost : Number.NaN;
}

test("the cost is the mean over the executions that the samples stand for", async () => {
  const { planner } = plannerOf({ rare: { cost: 10 }, common: { cost: 1000 } });
  const query = queryWith([sample("rare", 99), sample("common", 1)]);
  expect(await costOf(planner, query)).toBeCloseTo((99 * 10 + 1000) / 100);
});

test("a sample without a count stands for one execution", async () => {
  const { planner } = plannerOf({ a: { cost: 10 }, b: { cost: 1000 } });
  expect(await costOf(planner, queryWith([sample("a"), sample("b")]))).toBe(505);
});

test("values that the planner treats alike are planned once for a further configuration", async () => {
  const { planner, planned } = plannerOf({
    a: { cost: 10 },
    b: { cost: 10.1 },
    c: { cost: 900, hidden: 5000 },
  });
  const query = queryWith([sample("a", 3), sample("b", 2), sample("c", 5)]);
  const kinds = await valueKinds(planner, query);
  expect(kinds.map(({ calls, sample: one }) => [one.sql, calls])).toEqual([
    ["a", 5],
    ["c", 5],
  ]);
  planned.length = 0;
  const hide = [{ schema: "public", name: "i" }];
  expect(await costOf(planner, query, { add: [], hide })).toBe((5 * 10 + 5 * 5000) / 10);
  expect(planned).toEqual(["a", "c"]);
});

test("values of equal cost but of other numbers of rows are kept apart: an index would serve one and not the other", async () => {
  const { planner } = plannerOf({ few: { cost: 500, rows: 3 }, many: { cost: 500, rows: 90_000 } });
  expect(await valueKinds(planner, queryWith([sample("few"), sample("many")]))).toHaveLength(2);
});

test("without samples that can be planned the shape is", async () => {
  const { planner } = plannerOf({ shape: { cost: 7 } });
  expect(await costOf(planner, queryWith([]))).toBe(7);
  expect(await costOf(planner, queryWith([sample("unknown")]))).toBe(7);
});
