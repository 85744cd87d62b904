import type { Catalog } from "../../catalog/catalog.ts";
import type { QueryReview } from "../../engine.ts";
import type { Query } from "../../workload/workload.ts";
import { convertedJoinReviews } from "./converted-join.ts";
import { keysetReviews } from "./keyset-page.ts";
import { leftJoinReviews } from "./left-join-filter.ts";
import { predicateReviews } from "./predicate-reviews.ts";
import { readQuery } from "./rewrites.ts";

/** What a query's text says that an index, or whoever wrote it, may not have meant; with other words for it where there are. */
export async function reviewQuery(query: Query, catalog: Catalog): Promise<readonly QueryReview[]> {
  const read = readQuery(query, catalog);
  if (read === null) return [];
  return [
    ...predicateReviews(read),
    ...leftJoinReviews(read),
    ...keysetReviews(read),
    ...convertedJoinReviews(read),
  ];
}
