import type { TableIndex } from "../../catalog/partitions.ts";
import { isSmallTable } from "../../catalog/small-table.ts";
import type { NodeUsage } from "../../catalog/snapshot.ts";
import { duplicateGroups } from "../../findings/index-equivalence.ts";
import { indexLabel, indexObject, keyTexts } from "../../findings/index-object.ts";
import { isNew, type NewIndex, newIndexes, type SchemaPair } from "./new-indexes.ts";
import { placeOf } from "./place-finding.ts";
import type { WorkloadFinding } from "./workload-check.ts";

/** Indexes of the change that do the work of one that is there already, or of another one of the change. */
export function newDuplicateIndex(
  pair: SchemaPair,
  nodes: readonly NodeUsage[],
): readonly WorkloadFinding[] {
  const added = newIndexes(pair);
  return [...new Set(added.map(({ table }) => table))].flatMap((table) =>
    duplicateGroups(table, pair.after, nodes).flatMap(({ keep, extra }) =>
      judge([keep, ...extra], added, pair),
    ),
  );
}

/** `group`: the one that is worth most first. */
function judge(
  group: readonly TableIndex[],
  added: readonly NewIndex[],
  pair: SchemaPair,
): readonly WorkloadFinding[] {
  const fresh = added.filter((each) => group.some(({ index }) => index === each.index));
  const old = group.filter((each) => !isNew(each, added));
  const keep = old.find((each) => fresh.every((other) => enforcesAsMuch(each, other)));
  if (keep !== undefined) return fresh.map((each) => finding(each, keep, true, pair));
  const [best] = group.filter((each) => isNew(each, added));
  if (best === undefined) return [];
  const others = fresh.filter(({ index }) => index !== best.index);
  const owner = fresh.find(({ index }) => index === best.index);
  return [
    ...others.map((each) => finding(each, best, false, pair)),
    // What is there already can go once the new one, which says more, is built.
    ...old.flatMap((each) => (owner === undefined ? [] : [superseded(owner, each, pair)])),
  ];
}

function enforcesAsMuch(keep: TableIndex, other: TableIndex): boolean {
  const rules = ({ index }: TableIndex): boolean => index.unique || index.constraint !== null;
  return rules(keep) || !rules(other);
}

function finding(
  target: NewIndex,
  keep: TableIndex,
  existing: boolean,
  { after }: SchemaPair,
): WorkloadFinding {
  return {
    code: "new-duplicate-index",
    severity: isKnownSmall(target, after) ? "info" : "warning",
    ...placeOf(target.checked),
    object: indexObject(target),
    message: `${indexLabel(target)} holds the same keys as ${keep.index.name} (${keyTexts(keep.index).join(", ")}), which ${existing ? "is there already" : "the change adds as well"}: each write maintains both, and no read is faster.`,
    evidence: [sameKeys(keep)],
    advice: `Leave it out: ${keep.index.name} does its work.`,
    alternative: [],
    queries: [],
  };
}

function superseded(target: NewIndex, old: TableIndex, { after }: SchemaPair): WorkloadFinding {
  return {
    code: "new-duplicate-index",
    severity: isKnownSmall(target, after) ? "info" : "warning",
    ...placeOf(target.checked),
    object: indexObject(old),
    message: `${indexLabel(target)} holds the same keys as ${old.index.name} (${keyTexts(old.index).join(", ")}), which is there already and which it makes needless: each write maintains both.`,
    evidence: [sameKeys(old)],
    advice: `Drop ${old.index.name} in a migration after this one.`,
    alternative: [],
    queries: [],
  };
}

function sameKeys({ index }: TableIndex): WorkloadFinding["evidence"][number] {
  return {
    check: "duplicate",
    verdict: "for",
    detail: `${index.name} has the same access method, keys, order, operator classes, collations, INCLUDE columns and condition`,
  };
}

/** A table that was never analysed may be of any size. */
function isKnownSmall({ table }: TableIndex, after: SchemaPair["after"]): boolean {
  return table.rows >= 0 && isSmallTable(table, after);
}
