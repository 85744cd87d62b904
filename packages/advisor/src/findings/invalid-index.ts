import { tableKey } from "../catalog/catalog.ts";
import {
  attachedIndexes,
  indexTableName,
  partitionsOf,
  type TableIndex,
} from "../catalog/partitions.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { readSignature } from "./index-equivalence.ts";
import { indexBytes, indexLabel, indexObject } from "./index-object.ts";
import { sizeText } from "./size-text.ts";

/** An index that a failed build left behind: every write maintains it, no query may use it. */
export async function invalidIndex(context: FindingContext): Promise<readonly Finding[]> {
  return context.snapshot.catalog.tables.flatMap((table) =>
    table.indexes
      .filter((index) => !index.valid && !index.building)
      .map((index) => {
        const target = { table, index };
        return table.kind === "partitioned"
          ? incompleteParent(target, context)
          : failedBuild(target, context);
      }),
  );
}

/** A partitioned index has no storage. It is invalid until every partition has an index attached to it. */
function incompleteParent(target: TableIndex, context: FindingContext): Finding {
  const { catalog } = context.snapshot;
  const attached = attachedIndexes(indexTableName(target), catalog);
  const served = new Set(attached.map(({ table }) => tableKey(table)));
  const missing = partitionsOf(target.table, catalog).filter(
    (partition) => !served.has(tableKey(partition)),
  );
  const broken = attached.filter(({ index }) => !index.valid);
  const reasons = [
    ...(missing.length > 0
      ? [
          `no index of ${missing.map((each) => `${each.schema}.${each.name}`).join(", ")} is attached to it`,
        ]
      : []),
    ...(broken.length > 0
      ? [`${broken.map(indexLabel).join(", ")} is attached but invalid itself`]
      : []),
  ];
  const detail =
    reasons.length > 0 ? reasons.join("; ") : "what is missing could not be told from the catalog";
  return {
    ...blank(target),
    message: `${indexLabel(target)} on a partitioned table is incomplete: ${detail}. New partitions get the index, those do not.`,
    evidence: [{ check: "partitions", verdict: "for", detail }],
    bytes: null,
  };
}

function failedBuild(target: TableIndex, context: FindingContext): Finding {
  const { catalog } = context.snapshot;
  const name = indexTableName(target);
  const { index, table } = target;
  const twin = table.indexes.find(
    (other) =>
      other.valid &&
      other !== index &&
      readSignature(other, table) === readSignature(index, table) &&
      other.unique === index.unique,
  );
  const leftover = /_cc(new|old)\d*$/.exec(index.name)?.[1];
  const bytes = indexBytes(target, catalog);
  const opening = `${indexLabel(target)} (${sizeText(bytes)}) is invalid: writes may maintain it, no query can use it`;
  const droppable = index.constraint === null && index.parent === null;
  const base = blank(target);

  if (droppable && (leftover !== undefined || twin)) {
    const cause =
      leftover === "new"
        ? "a failed REINDEX CONCURRENTLY left its new copy behind; the index that it was to replace is still in use"
        : leftover === "old"
          ? "a finished REINDEX CONCURRENTLY could not remove the old copy; the new one has taken its name"
          : `${twin?.name} is valid and holds the same keys`;
    return {
      ...base,
      message: `${opening}. It can be dropped: ${cause}.`,
      evidence: [{ check: "leftover", verdict: "for", detail: cause }],
      bytes: -bytes,
      // Nobody wants a broken copy back.
      ddl: { apply: context.ddl.dropIndex(name, catalog).apply, undo: [] },
    };
  }
  const evidence: Evidence[] = [
    {
      check: "building",
      verdict: "for",
      detail: "no build of it was running when the catalog was read",
    },
    {
      check: "leftover",
      verdict: "for",
      detail: "no valid index of the table holds the same keys: its queries go without",
    },
  ];
  if (index.unique) {
    evidence.push({
      check: "uniqueness",
      verdict: "for",
      detail:
        "rows that already break its uniqueness make the rebuild fail: look for duplicates first; while it exists it may refuse new ones",
    });
  }
  return {
    ...base,
    message: `${opening}. A build of it failed or was cancelled; build it anew, or drop it if nobody needs it.`,
    evidence,
    bytes: 0,
    ddl: context.ddl.rebuildIndex?.(name) ?? null,
  };
}

function blank(target: TableIndex): Omit<Finding, "message" | "evidence" | "bytes"> {
  return {
    code: "invalid-index",
    severity: "warning",
    object: indexObject(target),
    confidence: "verified",
    queries: [],
    savedMsPerDay: null,
    ddl: null,
    planner: null,
  };
}
