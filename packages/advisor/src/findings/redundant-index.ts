import { type Index, type Table, tableKey } from "../catalog/catalog.ts";
import { indexTableName, indexTree, type TableIndex } from "../catalog/partitions.ts";
import {
  isDropProven,
  missingEvidence,
  replanEvidence,
  structureEvidence,
} from "./drop-evidence.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { duplicateGroups, forwardKeys, keySignature, readSignature } from "./index-equivalence.ts";
import { indexBytes, indexLabel, indexObject, keyTexts } from "./index-object.ts";
import { type Replan, replanWithout } from "./replan.ts";
import { sizeText } from "./size-text.ts";
import { isSmallTable } from "./small-table.ts";
import { unusedIndex } from "./unused-index.ts";

const REQUIRED = ["replan"];

/** A btree whose keys are the first keys of a wider one, where the workload's plans do without it. */
export async function redundantIndex(context: FindingContext): Promise<readonly Finding[]> {
  const unused = (await unusedIndex(context)).filter((finding) => finding.ddl !== null);
  const goes = new Set(
    unused.map(({ object }) => tableKey({ schema: object.schema, name: object.name ?? "" })),
  );
  const findings: Finding[] = [];
  for (const table of context.snapshot.catalog.tables)
    findings.push(...(await judgeTable(table, goes, context)));
  return findings;
}

/**
 * One index after the other, the narrowest first: each is judged with all those out of sight that may go already, so that no
 * two findings lean on each other.
 */
async function judgeTable(
  table: Table,
  unused: ReadonlySet<string>,
  context: FindingContext,
): Promise<readonly Finding[]> {
  const { catalog, nodes } = context.snapshot;
  const duplicates = new Set(
    duplicateGroups(table, catalog, nodes).flatMap(({ extra }) => extra.map(({ index }) => index)),
  );
  const own = table.indexes.map((index) => ({ table, index }));
  const goes = own.filter(
    (each) => duplicates.has(each.index) || unused.has(tableKey(indexTableName(each))),
  );
  const stays = own.filter((each) => !goes.includes(each));
  const hidden = goes.flatMap((each) => indexTree(each, catalog));
  const narrow = stays
    .filter(({ index }) => servesReadsOnly(index))
    .filter((each) => stays.some((other) => covers(other.index, each.index)))
    .toSorted((a, b) => a.index.keys.length - b.index.keys.length);
  const findings: Finding[] = [];
  for (const target of narrow) {
    // The widest cover is not narrow itself, so it is there to the end.
    const cover = stays.find(
      (other) => covers(other.index, target.index) && !narrow.includes(other),
    );
    if (!cover) continue;
    const finding = judge(target, cover, await replanWithout(target, hidden, context), context);
    if (finding.ddl !== null) hidden.push(...indexTree(target, catalog));
    findings.push(finding);
  }
  return findings;
}

/** A unique index is never redundant to a wider one: (a) unique says more than (a, b) unique. */
function servesReadsOnly(index: Index): boolean {
  return !index.unique && index.constraint === null && !index.building;
}

/** Whether `wide` finds and sorts all that `narrow` does, with more keys or columns at the end. */
function covers(wide: Index, narrow: Index): boolean {
  if (
    ![wide, narrow].every(
      (index) => index.method === "btree" && index.valid && index.parent === null,
    )
  )
    return false;
  if (wide === narrow || wide.predicate !== narrow.predicate) return false;
  if (readSignature(wide) === readSignature(narrow)) return false;
  const wideKeys = forwardKeys(wide).map(keySignature);
  const narrowKeys = forwardKeys(narrow).map(keySignature);
  const stored = new Set([...wide.keys.map((key) => key.column), ...wide.include]);
  return (
    narrowKeys.length <= wideKeys.length &&
    narrowKeys.every((key, position) => key === wideKeys[position]) &&
    narrow.include.every((column) => stored.has(column))
  );
}

function judge(
  target: TableIndex,
  cover: TableIndex,
  replan: Replan | null,
  context: FindingContext,
): Finding {
  const { catalog } = context.snapshot;
  const evidence = [
    {
      check: "prefix",
      verdict: "for" as const,
      detail: `its keys (${keyTexts(target.index).join(", ")}) are the first keys of ${cover.index.name} (${keyTexts(cover.index).join(", ")})`,
    },
    ...structureEvidence(target, cover, catalog),
    replanEvidence(replan, context),
  ];
  const proven = isDropProven(evidence, REQUIRED);
  const bytes = indexBytes(target, catalog);
  const opening = `${indexLabel(target)} (${sizeText(bytes)}) holds only the first keys of ${cover.index.name} (${keyTexts(cover.index).join(", ")}; ${sizeText(indexBytes(cover, catalog))})`;
  return {
    code: "redundant-index",
    severity: proven && !isSmallTable(target.table, catalog) ? "warning" : "info",
    object: indexObject(target),
    message: proven
      ? `${opening}, and the workload's plans do without it.`
      : `${opening}, but it is not proven that it can go: ${missingEvidence(evidence, REQUIRED)}.`,
    confidence: proven ? "verified" : "insufficient-evidence",
    evidence,
    queries: replan?.changed ?? [],
    bytes: -bytes,
    savedMsPerDay: null,
    ddl: proven ? context.ddl.dropIndex(indexTableName(target), catalog) : null,
    planner: replan && replan.queries > 0 ? (context.planner?.name ?? null) : null,
  };
}
