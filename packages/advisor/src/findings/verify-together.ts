import { type TableName, tableKey } from "../catalog/catalog.ts";
import { indexTableName, indexTree, tableFamily, type TableIndex } from "../catalog/partitions.ts";
import type { Query, QuerySample } from "../workload/workload.ts";
import { countText, factorText } from "./drop-evidence.ts";
import type { Evidence, Finding, FindingCode } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { isForeignKeyIndexed, keysOn, leadsInOrder } from "./foreign-key-coverage.ts";
import { indexBytes, indexLabel, indexOf } from "./index-object.ts";
import { listText } from "./list-text.ts";
import { queriesOn, REPLAN_TOLERANCE } from "./replan.ts";

/** Findings whose statements drop an index that works. */
const DROPS: ReadonlySet<FindingCode> = new Set([
  "duplicate-index",
  "redundant-index",
  "unused-index",
]);

interface Drop {
  readonly finding: Finding;
  readonly target: TableIndex;
}

/** One drop that has to be taken back, and what goes wrong with it. */
interface Objection {
  readonly drop: Drop;
  readonly detail: string;
}

/**
 * Checks all advised drops once more as they would be run: together. Each may be harmless alone since another one does its
 * work, and harmful with that one gone. Drops are taken back one by one until nothing speaks against the rest.
 */
export async function verifyTogether(
  findings: readonly Finding[],
  context: FindingContext,
): Promise<readonly Finding[]> {
  let verified = findings;
  for (;;) {
    const drops = dropsOf(verified, context);
    const objection = foreignKeyObjection(drops, context) ?? (await planObjection(drops, context));
    if (objection === null) return verified.map((finding) => withLine(finding, drops, context));
    const { finding } = objection.drop;
    verified = verified.map((each) => (each === finding ? takenBack(each, objection) : each));
  }
}

function dropsOf(findings: readonly Finding[], { snapshot }: FindingContext): readonly Drop[] {
  return findings.flatMap((finding) => {
    if (finding.ddl === null || !DROPS.has(finding.code)) return [];
    const target = indexOf(finding.object, snapshot.catalog);
    return target === undefined ? [] : [{ finding, target }];
  });
}

/** Two indexes may both find the rows that reference a key: one of them has to stay. */
function foreignKeyObjection(
  drops: readonly Drop[],
  { snapshot: { catalog }, words }: FindingContext,
): Objection | null {
  const goneWith = (some: readonly Drop[]): ReadonlySet<TableIndex["index"]> =>
    new Set(some.flatMap(({ target }) => indexTree(target, catalog)).map(({ index }) => index));
  const gone = goneWith(drops);
  for (const drop of words.dropChecks.has("foreign-key-rule")
    ? smallestFirst(drops, catalog)
    : []) {
    const { table, index } = drop.target;
    const needing = keysOn(table, catalog).find(
      ({ columns }) =>
        leadsInOrder(index, columns) &&
        !table.indexes.some((other) => !gone.has(other) && leadsInOrder(other, columns)),
    );
    if (needing === undefined) continue;
    return {
      drop,
      detail: `with ${namesOf(sameFamily(drop, drops, catalog))} gone too, the server would not keep foreign key ${needing.name} without it`,
    };
  }
  for (const table of catalog.tables) {
    for (const key of table.foreignKeys) {
      if (!isForeignKeyIndexed(table, key, catalog)) continue;
      if (isForeignKeyIndexed(table, key, catalog, gone)) continue;
      const [drop] = smallestFirst(drops, catalog).filter((each) =>
        isForeignKeyIndexed(table, key, catalog, goneWith(drops.filter((one) => one !== each))),
      );
      if (drop === undefined) continue;
      const others = sameFamily(drop, drops, catalog);
      return {
        drop,
        detail: `with ${namesOf(others)} gone too, it is the only index for foreign key ${key.name}: without it a delete of a referenced row reads the whole table`,
      };
    }
  }
  return null;
}

/** The first query that all drops together make dearer, and the drop that helps it most when it is taken back. */
async function planObjection(
  drops: readonly Drop[],
  context: FindingContext,
): Promise<Objection | null> {
  const { catalog } = context.snapshot;
  for (const query of context.workload.queries) {
    const own = smallestFirst(
      drops.filter(({ target }) => queriesOn(target.table, context).includes(query)),
      catalog,
    );
    if (own.length < 2) continue;
    for (const sample of [undefined, ...query.samples]) {
      const before = await costWithout([], query, sample, context);
      const after = await costWithout(own, query, sample, context);
      if (before === null || after === null || after <= before * REPLAN_TOLERANCE) continue;
      let best: { readonly drop: Drop; readonly cost: number } | null = null;
      for (const drop of own) {
        const others = own.filter((each) => each !== drop);
        const cost = (await costWithout(others, query, sample, context)) ?? after;
        if (best === null || cost < best.cost) best = { drop, cost };
      }
      if (best === null) continue;
      const others = own.filter((each) => each !== best.drop);
      return {
        drop: best.drop,
        detail: `with ${namesOf(others)} gone too, a query of the workload would cost ${factorText(after / before)} times as much without it`,
      };
    }
  }
  return null;
}

async function costWithout(
  drops: readonly Drop[],
  query: Query,
  sample: QuerySample | undefined,
  { planner, snapshot }: FindingContext,
): Promise<number | null> {
  if (!planner?.capabilities.hideIndexes) return null;
  const hide: readonly TableName[] = drops
    .flatMap(({ target }) => indexTree(target, snapshot.catalog))
    .map(indexTableName);
  const result = await planner.plan(query, { add: [], hide }, sample);
  return result.ok ? result.plan.cost : null;
}

/** What costs least to keep comes first. */
function smallestFirst(
  drops: readonly Drop[],
  catalog: FindingContext["snapshot"]["catalog"],
): readonly Drop[] {
  return drops.toSorted((a, b) => indexBytes(a.target, catalog) - indexBytes(b.target, catalog));
}

/** The other drops on a table whose scans may read this one's, or the same table. */
function sameFamily(
  drop: Drop,
  drops: readonly Drop[],
  catalog: FindingContext["snapshot"]["catalog"],
): readonly Drop[] {
  const family = tableFamily(drop.target.table, catalog);
  return drops.filter((each) => each !== drop && family.has(tableKey(each.target.table)));
}

function namesOf(drops: readonly Drop[]): string {
  return listText(drops.map(({ target }) => indexLabel(target)));
}

function takenBack(finding: Finding, { detail }: Objection): Finding {
  const line: Evidence = { check: "together", verdict: "against", detail };
  return {
    ...finding,
    severity: "info",
    confidence: "insufficient-evidence",
    message: `${finding.message} Keep it all the same: ${detail}.`,
    evidence: [...finding.evidence, line],
    ddl: null,
  };
}

function withLine(finding: Finding, drops: readonly Drop[], context: FindingContext): Finding {
  const drop = drops.find((each) => each.finding === finding);
  if (drop === undefined) return finding;
  const others = sameFamily(drop, drops, context.snapshot.catalog);
  if (others.length === 0) return finding;
  const planned = finding.planner !== null;
  const line: Evidence = {
    check: "together",
    verdict: planned ? "for" : "unknown",
    detail: planned
      ? `${countText(queriesOn(drop.target.table, context).length, "query", "queries")} planned with ${namesOf(others)} dropped as well: none at more than ${Math.round((REPLAN_TOLERANCE - 1) * 100)} % above its cost`
      : `${namesOf(others)} would go as well, and no query could be planned without all of them`,
  };
  return { ...finding, evidence: [...finding.evidence, line] };
}
