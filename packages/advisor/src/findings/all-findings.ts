import { bloatedIndex } from "./bloated-index.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import type { Finding, FindingCode } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { invalidIndex } from "./invalid-index.ts";
import { missingIndex } from "./missing-index.ts";
import { missingPrimaryKey } from "./missing-primary-key.ts";
import { missingStatistics } from "./missing-statistics.ts";
import { misalignedKeyTypes } from "./misaligned-key-types.ts";
import { nPlusOne } from "./n-plus-one.ts";
import { nonSargablePredicate } from "./non-sargable-predicate.ts";
import { offsetPagination } from "./offset-pagination.ts";
import { outerJoinFiltered } from "./outer-join-filtered.ts";
import { redundantIndex } from "./redundant-index.ts";
import { sequenceNearLimit } from "./sequence-near-limit.ts";
import { skewedQuery } from "./skewed-query.ts";
import { staleStatistics } from "./stale-statistics.ts";
import { unindexedForeignKey } from "./unindexed-foreign-key.ts";
import { unusedIndex } from "./unused-index.ts";
import { verifyTogether } from "./verify-together.ts";

/** What looks for each finding, in the order they run. */
export const FINDINGS: Readonly<
  Record<FindingCode, (context: FindingContext) => Promise<readonly Finding[]>>
> = {
  "missing-index": missingIndex,
  "non-sargable-predicate": nonSargablePredicate,
  "n-plus-one": nPlusOne,
  "offset-pagination": offsetPagination,
  "outer-join-filtered": outerJoinFiltered,
  "misaligned-key-types": misalignedKeyTypes,
  "unindexed-foreign-key": unindexedForeignKey,
  "invalid-index": invalidIndex,
  "duplicate-index": duplicateIndex,
  "redundant-index": redundantIndex,
  "unused-index": unusedIndex,
  "missing-primary-key": missingPrimaryKey,
  "missing-statistics": missingStatistics,
  "bloated-index": bloatedIndex,
  "stale-statistics": staleStatistics,
  "sequence-near-limit": sequenceNearLimit,
  "skewed-query": skewedQuery,
};

/** Runs every finding, one after the other: they share one planner. Drops are verified once more, all together. */
export async function allFindings(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const find of Object.values(FINDINGS)) findings.push(...(await find(context)));
  return verifyTogether(findings, context);
}
