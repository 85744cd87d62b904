import { rowIndexOf } from "../catalog/catalog.ts";
import { indexTableName, type TableIndex } from "../catalog/partitions.ts";
import {
  isDropProven,
  missingEvidence,
  replanEvidence,
  structureEvidence,
} from "./drop-evidence.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { duplicateGroups } from "./index-equivalence.ts";
import { indexBytes, indexLabel, indexObject, keyTexts } from "./index-object.ts";
import { replanWithout } from "./replan.ts";
import { sizeText } from "./size-text.ts";
import { isSmallTable } from "../catalog/small-table.ts";

/** Two indexes of one table that do the same work: one of them is enough. The one that must stay is never named. */
export async function duplicateIndex(context: FindingContext): Promise<readonly Finding[]> {
  const { catalog, nodes } = context.snapshot;
  const findings: Finding[] = [];
  for (const table of catalog.tables) {
    for (const { keep, extra } of duplicateGroups(table, catalog, nodes)) {
      for (const target of extra) findings.push(await judge(target, keep, context));
    }
  }
  return findings;
}

function sameKeys(
  { table, index }: TableIndex,
  keep: TableIndex,
  { words }: FindingContext,
): string {
  const told = [index, keep.index].map((each) => keyTexts(each).join(", "));
  if (told[0] === told[1]) return `${keep.index.name} has the same ${words.equalIndexes}`;
  const row = rowIndexOf(table);
  const suffix = row === null ? "" : keyTexts(row).join(", ");
  return `each index of the table ends with the key that its rows are stored by (${suffix}), told or not: (${told[0]}) and (${told[1]}) hold the same keys in the same order`;
}

async function judge(
  target: TableIndex,
  keep: TableIndex,
  context: FindingContext,
): Promise<Finding> {
  const { catalog } = context.snapshot;
  const replan = await replanWithout(target, [], context);
  const evidence = [
    {
      check: "duplicate",
      verdict: "for" as const,
      detail: sameKeys(target, keep, context),
    },
    ...structureEvidence(target, keep, context),
    // A bloated index holds the same keys on more pages.
    replanEvidence(replan, context),
  ];
  const proven = isDropProven(evidence, []);
  const bytes = indexBytes(target, catalog);
  const opening = `${indexLabel(target)} (${sizeText(bytes)}) holds the same keys as ${keep.index.name} (${keyTexts(keep.index).join(", ")})`;
  return {
    code: "duplicate-index",
    severity: proven && !isSmallTable(target.table, catalog) ? "warning" : "info",
    object: indexObject(target),
    message: proven
      ? `${opening}: each write maintains both, and ${keep.index.name} alone is enough.`
      : `${opening}, but it can't simply be dropped: ${missingEvidence(evidence, [])}.`,
    confidence: proven ? "verified" : "insufficient-evidence",
    evidence,
    queries: replan?.changed ?? [],
    bytes: -bytes,
    savedMsPerDay: null,
    ddl: proven ? context.ddl.dropIndex(indexTableName(target), catalog) : null,
    planner: replan && replan.queries > 0 ? (context.planner?.name ?? null) : null,
  };
}
