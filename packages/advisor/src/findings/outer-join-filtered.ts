import { planAsSeen } from "../whatif/plan-as-seen.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { reviewsOf } from "./query-reviews.ts";
import { gainImpact } from "./rewrite-gain.ts";

/** A LEFT JOIN whose rows without a match a condition of WHERE takes away again: one of the two was not meant. */
export async function outerJoinFiltered(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { query, review } of await reviewsOf(context, "outer-join-filtered")) {
    if (review.rewrite === null || context.planner === null) continue;
    const { planner } = context;
    const none = { add: [], hide: [] };
    const asIs = { ...query, samples: review.rewrite.samples.map(({ before }) => before) };
    const inner = {
      ...query,
      sql: review.rewrite.sql,
      samples: review.rewrite.samples.map(({ after }) => after),
    };
    const before = await planAsSeen(planner, asIs, none);
    const after = await planAsSeen(planner, inner, none);
    if (!before.ok || !after.ok) continue;
    const { table } = review;
    const gain = { query, before: before.plan, after: after.plan, added: [], beforeWithAdded: 0 };
    findings.push({
      code: "outer-join-filtered",
      severity: "info",
      object: {
        type: "table",
        schema: table.schema,
        table: table.name,
        name: null,
        columns: review.columns,
      },
      message: `WHERE ${review.part} takes away every row that the LEFT JOIN of ${table.schema}.${table.name} keeps without a match: the query is an inner join.`,
      confidence: "verified",
      evidence: [
        {
          check: "same-rows",
          verdict: "for",
          detail: `an inner join gives the same rows: ${review.reason}`,
        },
        {
          check: "intent",
          verdict: "unknown",
          detail: `if rows without a match were meant to stay, ${review.part} belongs into the join's ON: that query gives other rows`,
        },
        replan(before.plan.cost, after.plan.cost),
      ],
      queries: [gainImpact(gain, review.rewrite.sql)],
      bytes: null,
      savedMsPerDay: null,
      ddl: null,
      planner: planner.name,
    });
  }
  return findings;
}

/** Most planners see it too: then nothing is saved, and nothing is claimed. */
function replan(before: number, after: number): Evidence {
  return before === after
    ? {
        check: "replan",
        verdict: "unknown",
        detail:
          "both are planned alike: this is about what the query means, not about what it costs",
      }
    : {
        check: "replan",
        verdict: "for",
        detail: `planned as it is: cost ${before}; as an inner join: ${after}`,
      };
}
