import { expect, test } from "vitest";
import type { Table } from "../catalog/catalog.ts";
import { postgres } from "../postgres/engine.ts";
import { allFindings } from "./all-findings.ts";
import type { Finding } from "./finding.ts";
import {
  aContext,
  aForeignKey,
  anIndex,
  aPrimaryKey,
  aQuery,
  aTable,
  fakePlanner,
} from "./testing/builders.ts";

const DROPS = new Set(["duplicate-index", "redundant-index", "unused-index"]);

/** What is said of each index that is unused, redundant or duplicate; by default each query costs 10. */
async function drops(
  table: Partial<Table>,
  cost: Parameters<typeof fakePlanner>[0] | null = () => 10,
): Promise<readonly Finding[]> {
  const planned =
    cost === null
      ? {}
      : { planner: fakePlanner(cost), queries: [aQuery("t", "q1"), aQuery("t", "q2")] };
  const findings = await allFindings(aContext(postgres, [aTable(table)], planned));
  return findings.filter(({ code }) => DROPS.has(code));
}

function advised(findings: readonly Finding[]): readonly (string | null)[] {
  return findings.flatMap(({ object, ddl }) => (ddl === null ? [] : [object.name]));
}

const a = anIndex({ name: "a_idx", pages: 500 }, "a");
const b = anIndex({ name: "b_idx", pages: 300 }, "b");
const c = anIndex({ name: "c_idx", pages: 900 }, "c");

test("two that cover for each other: one stays, the one that costs least to keep", async () => {
  const findings = await drops({ indexes: [aPrimaryKey("id"), a, b, c] }, (sql, hidden) =>
    sql === "q2" && hidden.has("a_idx") && hidden.has("b_idx") ? 300 : 10,
  );
  expect(advised(findings)).toEqual(["a_idx", "c_idx"]);
  const kept = findings.find(({ object }) => object.name === "b_idx");
  expect(kept).toMatchObject({ severity: "info", confidence: "insufficient-evidence", ddl: null });
  expect(kept?.message).toContain(
    "Keep it all the same: with public.a_idx, public.c_idx gone too, a query of the workload would cost 30 times as much without it.",
  );
});

test("small losses add up: each within the tolerance, all together beyond it", async () => {
  const findings = await drops(
    { indexes: [aPrimaryKey("id"), a, b, c] },
    (_, hidden) => 10 + 0.6 * ["a_idx", "b_idx", "c_idx"].filter((name) => hidden.has(name)).length,
  );
  // 10 % is one loss of 0.6: a second would be 12 %.
  expect(advised(findings)).toHaveLength(1);
});

test("where nothing speaks against it, each is told to have been planned with the others gone", async () => {
  const findings = await drops({ indexes: [aPrimaryKey("id"), a, b] });
  expect(advised(findings)).toEqual(["a_idx", "b_idx"]);
  for (const { evidence } of findings) {
    expect(evidence.find(({ check }) => check === "together")).toMatchObject({
      verdict: "for",
      detail: expect.stringContaining("2 queries planned"),
    });
  }
});

test("without a workload what they do together is unknown, and said", async () => {
  const [finding] = await drops({ indexes: [aPrimaryKey("id"), a, b] }, null);
  expect(finding?.evidence.find(({ check }) => check === "together")).toMatchObject({
    verdict: "unknown",
  });
});

test("a single drop needs no second proof", async () => {
  const [finding] = await drops({ indexes: [aPrimaryKey("id"), a] });
  expect(finding?.evidence.find(({ check }) => check === "together")).toBeUndefined();
});

test("of two that serve one foreign key, one stays", async () => {
  const findings = await drops({
    indexes: [
      aPrimaryKey("id"),
      anIndex({ name: "fk_a", pages: 900 }, "k", "a"),
      anIndex({ name: "fk_b", pages: 300 }, "k", "b"),
    ],
    foreignKeys: [aForeignKey(["k"])],
  });
  expect(advised(findings)).toEqual(["fk_a"]);
  expect(findings.find(({ object }) => object.name === "fk_b")?.message).toContain("k_fkey");
});
