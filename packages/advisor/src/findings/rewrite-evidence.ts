import { candidateId } from "../candidates/candidate-index.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import type { RewriteGain } from "./rewrite-gain.ts";

/** What the planner said of a rewritten query. */
export function replanEvidence({ before, after, added, beforeWithAdded }: RewriteGain): Evidence {
  const cost = (value: number): string => value.toFixed(value < 100 ? 2 : 0);
  const detail =
    added.length === 0
      ? `planned with the indexes that exist: cost ${cost(before.cost)} as it is, ${cost(after.cost)} rewritten`
      : `planned with a new index: cost ${cost(beforeWithAdded)} as it is, ${cost(after.cost)} rewritten; without that index ${cost(before.cost)} as it is`;
  return { check: "replan", verdict: "for", detail };
}

/** Indexes that another finding advises already are not advised twice. */
function isAdvised(context: FindingContext): (id: string) => boolean {
  const chosen = new Set(
    (context.selection?.chosen ?? []).map(({ candidate }) => candidateId(candidate)),
  );
  return (id) => chosen.has(id);
}

export function usedIndexEvidence(gain: RewriteGain, context: FindingContext): readonly Evidence[] {
  const advised = isAdvised(context);
  return gain.added.map((candidate) => ({
    check: "index",
    verdict: "for",
    detail: `the rewritten query needs the index ${context.nameIndex(candidate)}, ${advised(candidateId(candidate)) ? "which missing-index advises" : "which does not exist yet: without it nothing is gained"}`,
  }));
}

/** Statements for the indexes that a rewritten query needs and nothing else advises. */
export function newIndexes(gain: RewriteGain, context: FindingContext): Finding["ddl"] {
  const advised = isAdvised(context);
  const created = gain.added
    .filter((candidate) => !advised(candidateId(candidate)))
    .map((candidate) =>
      context.ddl.createIndex(candidate, context.nameIndex(candidate), context.snapshot.catalog),
    );
  if (created.length === 0) return null;
  return {
    apply: created.flatMap(({ apply }) => apply),
    undo: created.toReversed().flatMap(({ undo }) => undo),
  };
}
