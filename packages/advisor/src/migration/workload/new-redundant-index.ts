import type { TableIndex } from "../../catalog/partitions.ts";
import { isDropProven, missingEvidence, replanEvidence } from "../../findings/drop-evidence.ts";
import type { FindingContext } from "../../findings/finding-context.ts";
import { duplicateGroups } from "../../findings/index-equivalence.ts";
import { indexLabel, indexObject, keyTexts } from "../../findings/index-object.ts";
import { covers, servesReadsOnly } from "../../findings/redundant-index.ts";
import { replanWithout } from "../../findings/replan.ts";
import { isNew, type NewIndex, newIndexes, type SchemaPair } from "./new-indexes.ts";
import { placeOf } from "./place-finding.ts";
import type { WorkloadFinding } from "./workload-check.ts";

/** Indexes of the change whose keys a wider one begins with. Those that the workload's plans are better with are left out. */
export async function newRedundantIndex(
  pair: SchemaPair,
  context: FindingContext | null,
): Promise<readonly WorkloadFinding[]> {
  const findings: WorkloadFinding[] = [];
  for (const target of newIndexes(pair)) {
    const cover = coverOf(target, pair);
    const found = cover === null ? null : await judge(target, cover, pair, context);
    if (found !== null) findings.push(found);
  }
  return findings;
}

/** Indexes that were there before and whose keys a new one begins with: perhaps they can go now, one sentence each. */
export function supersededNotes(pair: SchemaPair): readonly string[] {
  const added = newIndexes(pair);
  return added.flatMap((wide) =>
    wide.table.indexes
      .filter((index) => servesReadsOnly(index) && covers(wide.index, index, wide.table))
      .filter((index) => !isNew({ table: wide.table, index }, added))
      .map(
        (index) =>
          `${wide.index.name} begins with the keys of ${index.name}: \`dbadvise analyze\` tells after the change whether that one can go`,
      ),
  );
}

function coverOf(target: NewIndex, { after }: SchemaPair): TableIndex | null {
  const { table, index } = target;
  if (!servesReadsOnly(index)) return null;
  // A duplicate is told as one.
  const duplicates = duplicateGroups(table, after, []);
  if (duplicates.some(({ keep, extra }) => [keep, ...extra].some((each) => each.index === index)))
    return null;
  const wide = table.indexes.find((other) => covers(other, index, table));
  return wide === undefined ? null : { table, index: wide };
}

async function judge(
  target: NewIndex,
  cover: TableIndex,
  pair: SchemaPair,
  context: FindingContext | null,
): Promise<WorkloadFinding | null> {
  const replan = context === null ? null : await replanWithout(target, [], context);
  const line = context === null ? UNKNOWN : replanEvidence(replan, context);
  // The narrow index is smaller, and some query of the workload is cheaper with it: that is what it is made for.
  if (line.verdict === "against") return null;
  const evidence = [
    {
      check: "prefix",
      verdict: "for" as const,
      detail: `its keys (${keyTexts(target.index).join(", ")}) are the first keys of ${cover.index.name} (${keyTexts(cover.index).join(", ")})`,
    },
    line,
  ];
  const proven = isDropProven(evidence, ["replan"]);
  const existing = !isNew(cover, newIndexes(pair));
  const opening = `${indexLabel(target)} holds only the first keys of ${cover.index.name} (${keyTexts(cover.index).join(", ")}), which ${existing ? "is there already" : "the change adds as well"}`;
  return {
    code: "new-redundant-index",
    severity: proven ? "warning" : "info",
    ...placeOf(target.checked),
    object: indexObject(target),
    message: proven
      ? `${opening}, and the workload's plans do without it.`
      : `${opening}; whether it is needed beside that one is not known: ${missingEvidence(evidence, ["replan"])}.`,
    evidence,
    advice: proven
      ? `Leave it out: ${cover.index.name} answers its queries.`
      : `Leave it out unless plans show that ${cover.index.name} is too wide for the queries it is meant for.`,
    alternative: [],
    queries: replan?.changed ?? [],
  };
}

const UNKNOWN = {
  check: "replan",
  verdict: "unknown",
  detail: "without a snapshot and its workload (`--snapshot`) no query could be planned without it",
} as const;
