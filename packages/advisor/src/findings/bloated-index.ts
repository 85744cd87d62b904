import { indexTableName, type TableIndex } from "../catalog/partitions.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { indexBytes, indexLabel, indexObject } from "./index-object.ts";
import { sizeText } from "./size-text.ts";

/** An index that lives with random inserts is up to 1.5 times the size of a fresh one: only more than this is bloat. */
const LEAST_RATIO = 2;

/** Less waste than this is not worth a rebuild. */
const LEAST_WASTED_BYTES = 100 * 1024 * 1024;

/** What the size estimate was seen to be off by at most, beside real builds. */
const ESTIMATE_ERROR = 0.15;

/** A btree that takes far more pages than a fresh build would: estimated by the planner that plans with new indexes. */
export async function bloatedIndex(context: FindingContext): Promise<readonly Finding[]> {
  const { planner, snapshot, ddl } = context;
  if (!planner?.capabilities.hypotheticalIndexes || ddl.rebuildIndex === undefined) return [];
  const findings: Finding[] = [];
  for (const table of snapshot.catalog.tables) {
    if (table.kind === "partitioned") continue;
    for (const index of table.indexes) {
      const target = { table, index };
      const bytes = indexBytes(target, snapshot.catalog);
      if (bytes < LEAST_WASTED_BYTES || !canBeEstimated(target, context)) continue;
      const [proposal] = await planner.propose([{ ...index, table }]);
      if (proposal === undefined || !proposal.accepted) continue;
      // A doubt about the estimate counts for the index.
      const fresh = proposal.bytes * (1 + ESTIMATE_ERROR);
      if (bytes < LEAST_RATIO * fresh || bytes - fresh < LEAST_WASTED_BYTES) continue;
      findings.push(judge(target, bytes, proposal.bytes, context));
    }
  }
  return findings;
}

/**
 * Only what the estimate is known to be good for: a valid btree over columns, as it is built by default, of a table whose
 * rows and widths are known. An exclusion constraint's index can't be rebuilt without blocking.
 */
function canBeEstimated({ table, index }: TableIndex, { snapshot }: FindingContext): boolean {
  if (index.method !== "btree" || !index.valid || index.building) return false;
  if (index.constraint !== null && !index.unique) return false;
  if (/\bWITH \(/.test(index.definition) || table.rows < 0) return false;
  const named = [...index.keys.map((key) => key.column), ...index.include];
  return named.every((name) => {
    const column = table.columns.find((each) => each.name === name);
    if (column === undefined) return false;
    return snapshot.statistics.some(
      (one) =>
        one.column === name &&
        one.relation.schema === table.schema &&
        one.relation.name === table.name,
    );
  });
}

function judge(target: TableIndex, bytes: number, fresh: number, context: FindingContext): Finding {
  const wasted = bytes - fresh;
  const error = Math.round(ESTIMATE_ERROR * 100);
  return {
    code: "bloated-index",
    severity: "warning",
    object: indexObject(target),
    message: `${indexLabel(target)} takes ${sizeText(bytes)}, ${(bytes / fresh).toFixed(1)} times what a fresh build would (about ${sizeText(fresh)}): about ${sizeText(wasted)} of it is empty space in its pages.`,
    confidence: "estimated",
    evidence: [
      {
        check: "size",
        verdict: "for",
        detail: `a fresh build is estimated at ${sizeText(fresh)} from the table's rows, widths and equal keys, with an error of up to ${error} %`,
      },
    ],
    queries: [],
    bytes: -wasted,
    savedMsPerDay: null,
    ddl: context.ddl.rebuildIndex?.(indexTableName(target)) ?? null,
    planner: context.planner?.name ?? null,
  };
}
