import type { QueryReview } from "../engine.ts";
import type { Query, Workload } from "../workload/workload.ts";
import type { FindingContext } from "./finding-context.ts";

export interface ReviewedQuery {
  readonly query: Query;
  readonly review: QueryReview;
}

/** Several findings ask: each text is looked through once. */
const known = new WeakMap<Workload, Promise<readonly ReviewedQuery[]>>();

/** What the engine sees in the texts of the workload, of one kind, the heaviest query first. */
export async function reviewsOf(
  context: FindingContext,
  kind: QueryReview["kind"],
): Promise<readonly ReviewedQuery[]> {
  const all = known.get(context.workload) ?? reviewAll(context);
  known.set(context.workload, all);
  return (await all).filter(({ review }) => review.kind === kind);
}

async function reviewAll(context: FindingContext): Promise<readonly ReviewedQuery[]> {
  const found: ReviewedQuery[] = [];
  for (const query of context.workload.queries) {
    for (const review of await context.reviewQuery(query, context.snapshot.catalog)) {
      found.push({ query, review });
    }
  }
  return found;
}
