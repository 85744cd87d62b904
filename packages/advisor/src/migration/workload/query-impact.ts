import { countText } from "../../findings/drop-evidence.ts";
import type { QueryImpact } from "../../findings/finding.ts";
import { planImpact } from "../../findings/plan-impact.ts";
import type { Plan, PlanResult } from "../../whatif/plan.ts";
import type { Query } from "../../workload/workload.ts";

/** A query with both plans. One that fails has its former cost twice, and what the planner says for the plan after. */
export function impactOf(query: Query, before: Plan, after: PlanResult): QueryImpact {
  const failed = (reason: string) => ({ cost: before.cost, lines: [`fails: ${reason}`] });
  return planImpact(query, before, after.ok ? after.plan : failed(after.reason));
}

/** How often queries run, for a sentence: `1,200 executions a day`. `seconds`: what the workload covers. */
export function executionsText(queries: readonly Query[], seconds: number | undefined): string {
  const calls = queries.reduce((sum, query) => sum + query.calls, 0);
  if (seconds === undefined || seconds <= 0) return `${countText(calls, "execution")} seen`;
  const daily = (calls * 86_400) / seconds;
  const rounded = daily >= 10 ? Math.round(daily) : Number(daily.toFixed(1));
  return `about ${rounded.toLocaleString("en-US")} executions a day`;
}

/** Where the queries are sent from, for a sentence that goes on; empty where nobody knows. */
export function callSitesText(queries: readonly Query[]): string {
  const sites = new Set(
    queries.flatMap(({ callSites }) => callSites.map(({ file, line }) => `${file}:${line}`)),
  );
  const [first, ...more] = sites;
  if (first === undefined) return "";
  return `, sent from ${first}${more.length === 0 ? "" : ` and ${countText(more.length, "other line")}`}`;
}

/** The least cost that a plan is taken to have: one that the planner needs no table for costs nothing. */
const LEAST_COST = 0.01;

export function timesDearer({
  costBefore,
  costAfter,
}: Pick<QueryImpact, "costBefore" | "costAfter">): number {
  return costAfter / Math.max(LEAST_COST, costBefore);
}

export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 ? Math.round(percent) : percent.toFixed(1)} %`;
}
