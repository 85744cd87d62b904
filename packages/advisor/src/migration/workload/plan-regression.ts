import { countText, factorText } from "../../findings/drop-evidence.ts";
import type { Evidence } from "../../findings/finding.ts";
import type { ComparedQuery } from "./compare-plans.ts";
import { placeOf } from "./place-finding.ts";
import {
  callSitesText,
  executionsText,
  impactOf,
  percentText,
  timesDearer,
} from "./query-impact.ts";
import { isRegression, REGRESSION_FACTOR } from "./regression.ts";
import { ddlStatements, statementsOn } from "./statement-tables.ts";
import { tablesOf } from "./touched-tables.ts";
import type { WorkloadCheck, WorkloadFinding } from "./workload-check.ts";

/** Queries whose plans are dearer after the change by more than estimates waver. `told`: those another finding names. */
export async function planRegression(
  check: WorkloadCheck,
  told: ReadonlySet<ComparedQuery>,
): Promise<readonly WorkloadFinding[]> {
  const { comparison, statements } = check;
  const groups = new Map<number, Regression[]>();
  for (const compared of comparison.queries) {
    const { after } = compared;
    if (told.has(compared) || !after.ok) continue;
    if (!isRegression(compared, after.plan, comparison.total)) continue;
    const { position, searched } = await causeOf(compared, check);
    const regression = { compared, searched, added: after.plan.cost - compared.before.cost };
    groups.set(position, [...(groups.get(position) ?? []), regression]);
  }
  return [...groups].flatMap(([position, regressions]) => {
    const checked = statements[position];
    return checked === undefined
      ? []
      : [{ ...placeOf(checked), ...regressionFinding(regressions, check) }];
  });
}

interface Regression {
  readonly compared: ComparedQuery;
  /** False where the statement was not searched for to the end. */
  readonly searched: boolean;
  /** Cost that one execution adds. */
  readonly added: number;
}

async function causeOf(
  compared: ComparedQuery,
  { statements, changed, causes, before, comparison }: WorkloadCheck,
): Promise<{ readonly position: number; readonly searched: boolean }> {
  const own = statementsOn(tablesOf(compared.query, before), statements, changed.changes);
  const candidates = own.length > 0 ? own : ddlStatements(statements);
  const position = await causes.find(candidates, async (planner) => {
    const result = await compared.planBy(planner);
    return result.ok && isRegression(compared, result.plan, comparison.total);
  });
  return position === null
    ? { position: candidates.at(-1) ?? 0, searched: false }
    : { position, searched: true };
}

function regressionFinding(
  regressions: readonly Regression[],
  { comparison, workload, planner }: WorkloadCheck,
): Omit<WorkloadFinding, keyof ReturnType<typeof placeOf>> {
  const sorted = regressions.toSorted(
    (a, b) => b.added * b.compared.weight - a.added * a.compared.weight,
  );
  const queries = sorted.map(({ compared }) => compared.query);
  const impacts = sorted.map(({ compared: { query, before, after } }) =>
    impactOf(query, before, after),
  );
  const worst = Math.max(...impacts.map(timesDearer));
  const added = sorted.reduce((sum, { compared, added: one }) => sum + one * compared.weight, 0);
  const table = queries[0]?.statement.tables[0]?.table;
  const unsure = regressions.some(({ searched }) => !searched);
  return {
    code: "plan-regression",
    severity: "warning",
    object: {
      type: "table",
      schema: table?.schema ?? "",
      table: table?.name ?? "",
      name: null,
      columns: [],
    },
    message: `${countText(queries.length, "query", "queries")} of the workload (${executionsText(queries, workload.seconds)}${callSitesText(queries)}) ${queries.length === 1 ? "gets a plan" : "get plans"} up to ${factorText(worst)} times as dear, ${percentText(added / comparison.total)} of the workload's estimated cost.`,
    evidence: [
      {
        check: "replan",
        verdict: "for",
        detail: `planned by ${planner.before.name} before and after the change, statistics held fixed: nothing but the change can move the cost`,
      },
      ...(unsure ? [UNSURE] : []),
    ],
    advice:
      "Compare the plans: what the former one rests on (an index, a constraint, a column's type) has to be there after the change too.",
    alternative: [],
    queries: impacts,
  };
}

const UNSURE: Evidence = {
  check: "cause",
  verdict: "unknown",
  detail:
    "the change has many statements on these tables: which of them it is was not searched for to the end",
};

/** What the change makes cheaper, one sentence; none where nothing is. */
export function improvementNotes({ comparison }: WorkloadCheck): readonly string[] {
  const cheaper = comparison.queries.filter(
    ({ before, after }) => after.ok && after.plan.cost * REGRESSION_FACTOR <= before.cost,
  );
  if (cheaper.length === 0) return [];
  const saved = cheaper.reduce(
    (sum, { before, after, weight }) =>
      sum + (after.ok ? (before.cost - after.plan.cost) * weight : 0),
    0,
  );
  return [
    `the change makes ${countText(cheaper.length, "query", "queries")} of the workload cheaper, by ${percentText(saved / comparison.total)} of its estimated cost`,
  ];
}
