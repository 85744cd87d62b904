import { isServedBy } from "../candidates/is-served-by.ts";
import { type Index, rowIndexOf, tableKey } from "../catalog/catalog.ts";
import { indexTableName, type TableIndex } from "../catalog/partitions.ts";
import { daysBetween } from "../catalog/usage-history.ts";
import {
  isDropProven,
  missingEvidence,
  replanEvidence,
  structureEvidence,
  usageEvidence,
} from "./drop-evidence.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { duplicateGroups, twinsOf } from "./index-equivalence.ts";
import { indexBytes, indexLabel, indexObject } from "./index-object.ts";
import { historyOf, indexCounters } from "./index-usage.ts";
import { replanWithout } from "./replan.ts";
import { sizeText } from "./size-text.ts";
import { isSmallTable } from "../catalog/small-table.ts";

/** Days after which an index that was scanned before counts as possibly unused: a quarterly job fits in. */
export const IDLE_DAYS = 100;

const REQUIRED = ["statistics-age", "replicas", "scans"];

/** An index that no server scans, and that no rule or mechanism rests on: it only costs writes and space. */
export async function unusedIndex(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const target of unscannedIndexes(context)) {
    if (!isSmallTable(target.table, context.snapshot.catalog))
      findings.push(await judge(target, context));
  }
  return findings;
}

/** Indexes that seem unused and only make reads faster, also those of tables that are too small to matter. */
export function unscannedIndexes(context: FindingContext): readonly TableIndex[] {
  const { catalog, nodes } = context.snapshot;
  // Where every server's counters are off, their silence says nothing of any index.
  const counting = nodes.some(({ indexes }) => indexes.length > 0);
  return catalog.tables.flatMap((table) => {
    const groups = duplicateGroups(table, catalog, nodes);
    const duplicates = new Set(groups.flatMap((group) => group.extra.map(({ index }) => index)));
    return table.indexes
      .map((index) => ({ table, index }))
      .filter(({ index }) => servesReadsOnly(index) && !duplicates.has(index))
      .filter((target) => {
        if (target.index.visible === false) return !isWanted(target, context);
        if (!counting) return false;
        // Twins share the scans between them: what one was not asked, the other was.
        return [target, ...twinsOf(target, catalog, nodes)].every((index) =>
          seemsIdle(index, context),
        );
      });
  });
}

/**
 * Uniqueness checks do not count as scans, nor does anything that finds an index by its mark. A part of a partitioned
 * index is judged with the whole; an incomplete index is a finding of its own.
 */
function servesReadsOnly(index: Index): boolean {
  const rests = index.primary || index.unique || index.constraint !== null;
  const marked = index.replicaIdentity || index.clustered;
  return !rests && !marked && index.valid && !index.building && index.parent === null;
}

/** Whether the workload would gain by seeing it again, which is advised elsewhere. */
function isWanted({ table, index }: TableIndex, { selection }: FindingContext): boolean {
  const row = rowIndexOf(table);
  return (selection?.chosen ?? []).some(
    ({ candidate }) =>
      tableKey(candidate.table) === tableKey(table) && isServedBy({ candidate }, index, row),
  );
}

/** No server counts a scan of it, or the last one is long ago. A server without a counter does not speak for its use. */
function seemsIdle(target: TableIndex, context: FindingContext): boolean {
  const { catalog, nodes } = context.snapshot;
  return nodes.every((node) => {
    const counters = indexCounters(target, node, catalog);
    const used = historyOf(target, node.node, catalog, context.history)?.used;
    // The history may know of scans that the counters forgot in a reset, or since when they stand still.
    if (used) return daysBetween(used.before, node.capturedAt) > IDLE_DAYS;
    if (counters === null || counters.scans === 0) return true;
    return (
      counters.lastScan !== null && daysBetween(counters.lastScan, node.capturedAt) > IDLE_DAYS
    );
  });
}

async function judge(target: TableIndex, context: FindingContext): Promise<Finding> {
  const { catalog, nodes } = context.snapshot;
  const twins = twinsOf(target, catalog, nodes);
  const replan = await replanWithout(target, twins, context);
  const evidence = [
    ...structureEvidence(target, null, context),
    ...usageEvidence(target, context),
    replanEvidence(replan, context),
  ];
  const hidden = target.index.visible === false;
  const required = hidden ? ["hidden"] : REQUIRED;
  const proven = isDropProven(evidence, required);
  const bytes = indexBytes(target, catalog);
  const opening = `${indexLabel(target)} (${sizeText(bytes)}) looks unused`;
  return {
    code: "unused-index",
    severity: proven ? "warning" : "info",
    object: indexObject(target),
    message:
      hidden && proven
        ? `${indexLabel(target)} (${sizeText(bytes)}) is hidden from plans and still written to: drop it if nothing has missed it since.`
        : proven
          ? `${opening}: ${detailOf(evidence, "scans")}, and ${detailOf(evidence, "statistics-age")}.`
          : `${opening}, but that is not proven: ${missingEvidence(evidence, required)}.`,
    confidence: proven ? "estimated" : "insufficient-evidence",
    evidence,
    queries: replan?.changed ?? [],
    bytes: -bytes,
    savedMsPerDay: null,
    ddl: proven ? context.ddl.dropIndex(indexTableName(target), catalog) : null,
    planner: replan && replan.queries > 0 ? (context.planner?.name ?? null) : null,
  };
}

function detailOf(evidence: Finding["evidence"], check: string): string {
  return evidence.find((line) => line.check === check)?.detail ?? "";
}
