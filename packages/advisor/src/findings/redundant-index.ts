import { type Index, type IndexKey, rowIndexOf, type Table } from "../catalog/catalog.ts";
import { indexTableName, indexTree, type TableIndex } from "../catalog/partitions.ts";
import {
  isDropProven,
  missingEvidence,
  replanEvidence,
  structureEvidence,
} from "./drop-evidence.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import {
  duplicateGroups,
  forwardKeys,
  impliedKeys,
  keySignature,
  readSignature,
} from "./index-equivalence.ts";
import { indexBytes, indexLabel, indexObject, indexOf, keyTexts } from "./index-object.ts";
import { type Replan, replanWithout } from "./replan.ts";
import { sizeText } from "./size-text.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import { unusedIndex } from "./unused-index.ts";

const REQUIRED = ["replan"];

/** A btree whose keys are the first keys of a wider one, where the workload's plans do without it. */
export async function redundantIndex(context: FindingContext): Promise<readonly Finding[]> {
  const { catalog, nodes } = context.snapshot;
  const unused = (await unusedIndex(context)).flatMap(({ object, ddl }) => {
    const found = indexOf(object, catalog);
    return ddl !== null && found ? [found] : [];
  });
  const duplicates = catalog.tables.flatMap((table) =>
    duplicateGroups(table, catalog, nodes).flatMap(({ extra }) => extra),
  );
  const gone = [...unused, ...duplicates].flatMap((index) => indexTree(index, catalog));
  const findings: Finding[] = [];
  for (const table of catalog.tables) findings.push(...(await judgeTable(table, gone, context)));
  return findings;
}

/**
 * One index after the other, the narrowest first: each is judged with all those out of sight that may go already, so that no
 * two findings lean on each other. What may go is added to `gone`.
 */
async function judgeTable(
  table: Table,
  gone: TableIndex[],
  context: FindingContext,
): Promise<readonly Finding[]> {
  const { catalog } = context.snapshot;
  const leaving = new Set(gone.map(({ index }) => index));
  const stays = table.indexes
    .filter((index) => !leaving.has(index))
    .map((index) => ({ table, index }));
  const narrow = stays
    .filter(({ index }) => servesReadsOnly(index))
    .filter((each) => stays.some((other) => covers(other.index, each.index, table)))
    .toSorted((a, b) => a.index.keys.length - b.index.keys.length);
  const findings: Finding[] = [];
  for (const target of narrow) {
    // The widest cover is not narrow itself, so it is there to the end.
    const cover = stays.find(
      (other) => covers(other.index, target.index, table) && !narrow.includes(other),
    );
    if (!cover) continue;
    const finding = judge(target, cover, await replanWithout(target, gone, context), context);
    if (finding.ddl !== null) gone.push(...indexTree(target, catalog));
    findings.push(finding);
  }
  return findings;
}

/**
 * A unique index is never redundant to a wider one: (a) unique says more than (a, b) unique. One that is attached to a
 * partitioned index can't go alone, though it can take another's place.
 */
export function servesReadsOnly(index: Index): boolean {
  return !index.unique && index.constraint === null && !index.building && index.parent === null;
}

/** Whether `wide` finds and sorts all that `narrow` does, with more keys, more of their values, or more columns at the end. */
export function covers(wide: Index, narrow: Index, table: Table): boolean {
  if (![wide, narrow].every((index) => index.method === "btree" && index.valid)) return false;
  if (wide === narrow || wide.predicate !== narrow.predicate) return false;
  if (wide.visible === false && narrow.visible !== false) return false;
  if (readSignature(wide, table) === readSignature(narrow, table)) return false;
  const wideKeys = forwardKeys(wide.keys, wide.method);
  const narrowKeys = forwardKeys(narrow.keys, narrow.method);
  const stored = new Set([...wide.keys.map((key) => key.column), ...wide.include]);
  const leads =
    narrowKeys.length <= wideKeys.length &&
    narrowKeys.every((key, position) => isWithin(key, wideKeys[position])) &&
    (wide.name === table.rowIndex || narrow.include.every((column) => stored.has(column)));
  const held = new Set([...narrow.keys.map((key) => key.column), ...narrow.include]);
  const alike =
    wideKeys.every((key, position) => isWithin(key, narrowKeys[position])) &&
    wide.include.every((column) => held.has(column));
  if (!leads || !alike) return leads;
  // Keys alike, told in other directions: one of them is the plain one.
  return narrow.keys[0]?.direction === "desc";
}

/** The same key, of as many characters at most. */
function isWithin(narrow: IndexKey, wide: IndexKey | undefined): boolean {
  if (wide === undefined) return false;
  const { prefix: least = Infinity, ...one } = narrow;
  const { prefix: most = Infinity, ...other } = wide;
  return least <= most && keySignature(one) === keySignature(other);
}

/** What the narrow index gives beside its keys, and the wide one does not. */
function impliedOrder({ table, index }: TableIndex, cover: TableIndex): string {
  const implied = impliedKeys(index, rowIndexOf(table));
  const next = forwardKeys(cover.index.keys, cover.index.method).slice(index.keys.length);
  const alike = implied.every((key, at) => key.column === next[at]?.column);
  if (implied.length === 0 || alike || cover.index.name === table.rowIndex) return "";
  const order = implied.map((key) => key.column ?? key.expression).join(", ");
  return `; equal keys stand in the order of ${order} in it, and not in ${cover.index.name}: whether a query needs that, the plans tell`;
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
      detail: `its keys (${keyTexts(target.index).join(", ")}) are the first keys of ${cover.index.name} (${keyTexts(cover.index).join(", ")})${impliedOrder(target, cover)}`,
    },
    ...structureEvidence(target, cover, context),
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
