import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { newIndexes, replanEvidence, usedIndexEvidence } from "./rewrite-evidence.ts";
import { reviewsOf } from "./query-reviews.ts";
import { costText, gainImpact, rewriteGain } from "./rewrite-gain.ts";

/** A deep page that is found by counting rows from the first one. */
export async function offsetPagination(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { query, review } of await reviewsOf(context, "offset-pagination")) {
    if (review.rewrite === null) continue;
    const gain = await rewriteGain(context, query, review.rewrite);
    if (gain === null) continue;
    const { table } = review;
    findings.push({
      code: "offset-pagination",
      severity: "warning",
      object: {
        type: "table",
        schema: table.schema,
        table: table.name,
        name: null,
        columns: review.columns,
      },
      message: `${review.part}, the deepest that was logged, reads and throws away that many rows of ${table.schema}.${table.name}; a page that starts behind the last row of the one before would cut its estimated cost from ${costText(gain.before.cost, gain.after.cost)}.`,
      confidence: "estimated",
      evidence: [
        { check: "same-rows", verdict: "unknown", detail: review.reason },
        replanEvidence(gain),
        ...usedIndexEvidence(gain, context),
      ],
      queries: [gainImpact(gain, review.rewrite.sql)],
      bytes: null,
      savedMsPerDay: null,
      ddl: newIndexes(gain, context),
      planner: context.planner?.name ?? null,
    });
  }
  return findings;
}
