import { type Catalog, tableKey } from "../catalog/catalog.ts";
import { indexTree, type TableIndex } from "../catalog/partitions.ts";
import type { NodeUsage } from "../catalog/snapshot.ts";
import { daysBetween, type UsageHistory } from "../catalog/usage-history.ts";
import type { Evidence } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { isForeignKeyIndexed } from "./foreign-key-coverage.ts";
import { indexCounters, historyOf, MINIMUM_STATISTICS_DAYS, statisticsAge } from "./index-usage.ts";
import { listText } from "./list-text.ts";
import { costFactor, queriesOn, type Replan, REPLAN_TOLERANCE } from "./replan.ts";

/**
 * Whether a drop may be advised: nothing speaks against it, and every check named in `required` speaks for it.
 * A check that is not required may stay unknown; it is shown all the same.
 */
export function isDropProven(evidence: readonly Evidence[], required: readonly string[]): boolean {
  const against = evidence.some((line) => line.verdict === "against");
  return (
    !against &&
    required.every((check) =>
      evidence.some((line) => line.check === check && line.verdict === "for"),
    )
  );
}

/** What is missing for a drop, for the end of a message: the details of all lines that hold it back. */
export function missingEvidence(
  evidence: readonly Evidence[],
  required: readonly string[],
): string {
  return evidence
    .filter(
      (line) =>
        line.verdict === "against" || (line.verdict === "unknown" && required.includes(line.check)),
    )
    .map((line) => line.detail)
    .join("; ");
}

/**
 * What the catalog says about dropping an index: which rules and mechanisms rest on it.
 * `standIn` is an index that stays and holds the same keys, or `null`.
 */
export function structureEvidence(
  target: TableIndex,
  standIn: TableIndex | null,
  context: FindingContext,
): readonly Evidence[] {
  const { table, index } = target;
  const { catalog } = context.snapshot;
  const asked = context.words.dropChecks;
  const lines: Evidence[] = [];
  const judge = (check: string, against: boolean, bad: string, good: string): void => {
    lines.push({ check, verdict: against ? "against" : "for", detail: against ? bad : good });
  };
  judge(
    "constraint",
    index.constraint !== null || index.primary,
    `it implements constraint ${index.constraint}, which only ALTER TABLE can remove`,
    "it implements no constraint",
  );
  judge(
    "uniqueness",
    index.unique && index.constraint === null && !standIn?.index.unique,
    "it keeps rows unique, which no scan counter shows",
    index.unique
      ? `${standIn?.index.name ?? "its constraint"} keeps the same rows unique`
      : "it enforces no uniqueness",
  );
  const referencing = foreignKeysTo(target, catalog);
  judge(
    "foreign-key-target",
    referencing.length > 0,
    `foreign keys may rest on it: ${listText(referencing)}`,
    "no foreign key references its columns",
  );
  const gone = new Set(indexTree(target, catalog).map((part) => part.index));
  const served = table.foreignKeys.filter(
    (key) =>
      isForeignKeyIndexed(table, key, catalog) && !isForeignKeyIndexed(table, key, catalog, gone),
  );
  judge(
    "foreign-key",
    served.length > 0,
    `it is the only index for foreign key ${listText(served.map((key) => key.name))}: without it a delete of a referenced row reads the whole table`,
    "no foreign key of its table relies on it alone",
  );
  if (asked.has("foreign-key-rule"))
    judge(
      "foreign-key-rule",
      index.requiredBy !== undefined,
      `the server keeps foreign key ${index.requiredBy} only with an index like this one, and there is no other`,
      "no foreign key needs it to exist",
    );
  if (index.visible === false)
    judge("hidden", false, "", "plans may not use it: it is hidden from them already");
  const hinting = queriesOn(table, context).filter(({ statement }) =>
    statement.tables.some(
      (use) =>
        tableKey(use.table) === tableKey(table) &&
        (use.hintedIndexes ?? []).some((name) => name.toLowerCase() === index.name.toLowerCase()),
    ),
  );
  if (hinting.length > 0)
    judge(
      "hints",
      true,
      `${countText(hinting.length, "query names", "queries name")} it in a hint: without it, or hidden, such a text can fail`,
      "",
    );
  if (asked.has("replica-identity"))
    judge(
      "replica-identity",
      index.replicaIdentity,
      "it is the table's replica identity: logical replication finds rows by it",
      "it is not the table's replica identity",
    );
  if (asked.has("clustered"))
    judge(
      "clustered",
      index.clustered,
      "the table is marked to be clustered by it",
      "the table is not clustered by it",
    );
  if (asked.has("partition"))
    judge(
      "partition",
      index.parent !== null,
      `it is attached to partitioned index ${index.parent?.name ?? ""} and can't be dropped alone`,
      "it is not a part of a partitioned index",
    );
  if (asked.has("expression-statistics"))
    judge(
      "expression-statistics",
      index.expressionStatistics && !standIn?.index.expressionStatistics,
      "the planner has statistics of its expression, which would go with it: create extended statistics on the expression first",
      "no statistics are lost with it",
    );
  return lines;
}

function foreignKeysTo({ table, index }: TableIndex, catalog: Catalog): readonly string[] {
  if (!index.unique) return [];
  const columns = new Set(index.keys.map((key) => key.column));
  return catalog.tables.flatMap((each) =>
    each.foreignKeys
      .filter(
        (key) =>
          tableKey(key.references) === tableKey(table) &&
          key.referencedColumns.length === columns.size &&
          key.referencedColumns.every((column) => columns.has(column)),
      )
      .map((key) => `${each.schema}.${each.name}.${key.name}`),
  );
}

/** What the servers counted: how long, on which servers, how many scans. */
export function usageEvidence(target: TableIndex, context: FindingContext): readonly Evidence[] {
  const { nodes, catalog } = context.snapshot;
  return [
    ageEvidence(target, context),
    replicaEvidence(nodes, context.history),
    scanEvidence(target, nodes, catalog, context.history),
  ];
}

function ageEvidence(target: TableIndex, context: FindingContext): Evidence {
  const ages = context.snapshot.nodes.map((node) => quietAge(target, node, context));
  const enough = ages.length > 0 && ages.every(({ days }) => days >= MINIMUM_STATISTICS_DAYS);
  const wanted = enough ? "" : `; at least ${MINIMUM_STATISTICS_DAYS} days are needed`;
  return {
    check: "statistics-age",
    verdict: enough ? "for" : "unknown",
    detail:
      (ages.length === 0
        ? "no usage counters were read"
        : listText(ages.toSorted((a, b) => a.days - b.days).map((age) => age.text))) + wanted,
  };
}

/** How long one server is known not to have scanned the index: by its counters as they are, or by their history. */
function quietAge(
  target: TableIndex,
  node: NodeUsage,
  { snapshot, history }: FindingContext,
): { readonly days: number; readonly text: string } {
  const { days, exact } = statisticsAge(node);
  const known = historyOf(target, node.node, snapshot.catalog, history);
  if (known?.appeared) {
    const age = daysBetween(known.appeared.before, known.quiet.to);
    if (age < MINIMUM_STATISTICS_DAYS) {
      return {
        days: Math.min(known.quiet.days, age),
        text: `the usage history of ${node.node} has the index for ${daysText(age)} only: it was made after ${dayOf(known.appeared.after)}`,
      };
    }
  }
  const limited = known?.appeared ? Math.min(days, known.quiet.days) : days;
  if (known && known.quiet.days > limited) {
    const reset = history
      ?.get(node.node)
      ?.findLast(({ broken }) => broken !== null)
      ?.records.at(0)?.at;
    const anew =
      reset !== undefined && reset > known.quiet.to
        ? `, none since either, though not all of the time until ${dayOf(reset)} was counted`
        : "";
    return {
      days: known.quiet.days,
      text: `the usage history of ${node.node} has no scan in ${daysText(known.quiet.days)} (${dayOf(known.quiet.from)} to ${dayOf(known.quiet.to)}${anew})`,
    };
  }
  const covers = exact
    ? daysText(limited)
    : limited > 0
      ? `at least ${daysText(limited)}`
      : "an unknown time";
  return {
    days: limited,
    text: `the counters of ${node.node} cover ${covers}${exact ? "" : " (their start is not recorded)"}`,
  };
}

/** An index that the primary never scans may serve every read of a replica, which keeps counters of its own. */
function replicaEvidence(nodes: readonly NodeUsage[], history: UsageHistory | undefined): Evidence {
  const primary = nodes.find((node) => node.role === "primary");
  const replicas = nodes.filter((node) => node.role === "replica");
  const line = (verdict: Evidence["verdict"], detail: string): Evidence => ({
    check: "replicas",
    verdict,
    detail,
  });
  if (!primary)
    return line("unknown", "the primary's counters were not read: give its --url first");
  const absent = absentNodes(nodes, history);
  if (absent.length > 0) {
    const named = absent.map(({ node, at }) => `${node} (last at ${dayOf(at)})`).join(", ");
    return line(
      "unknown",
      `the usage history holds counters of ${named}, which were not read now: give a further --url, or record them again`,
    );
  }
  const missing = primary.standbys === undefined ? undefined : primary.standbys - replicas.length;
  if (missing !== undefined && missing > 0) {
    return line(
      "unknown",
      `${primary.standbys} servers stream from ${primary.node} and the counters of ${replicas.length} were read: give a further --url for each replica`,
    );
  }
  if (replicas.length > 0)
    return line(
      "for",
      `counters of the primary and of ${countText(replicas.length, "replica")} were read`,
    );
  if (missing === undefined) {
    return line(
      "unknown",
      "replicas keep their own counters and none was given: give a further --url for each, where there are any",
    );
  }
  return line(
    "for",
    `no replica streams from ${primary.node} (one that is fed otherwise, by archived logs or shared storage, would need a further --url)`,
  );
}

/** A server that was recorded before this many days is taken to be gone. */
const GONE_DAYS = 35;

/** Servers of the history that are not among those read now, with the time of their last record. */
function absentNodes(
  nodes: readonly NodeUsage[],
  history: UsageHistory | undefined,
): readonly { readonly node: string; readonly at: string }[] {
  const read = new Set(nodes.map(({ node }) => node));
  const now = nodes.map(({ capturedAt }) => capturedAt).reduce((a, b) => (a > b ? a : b), "");
  return [...(history ?? [])].flatMap(([node, spans]) => {
    const at = spans.at(-1)?.records.at(-1)?.at;
    const gone = at === undefined || daysBetween(at, now) > GONE_DAYS;
    return read.has(node) || gone ? [] : [{ node, at }];
  });
}

function scanEvidence(
  target: TableIndex,
  nodes: readonly NodeUsage[],
  catalog: Catalog,
  history: UsageHistory | undefined,
): Evidence {
  const earlier = nodes.flatMap(({ node }) => {
    const used = historyOf(target, node, catalog, history)?.used;
    return used ? [{ node, used }] : [];
  });
  const counts = nodes.map((node) => ({
    node: node.node,
    counters: indexCounters(target, node, catalog),
  }));
  const unknown = counts.filter(({ counters }) => counters === null);
  const scanned = counts.filter(({ counters }) => counters !== null && counters.scans > 0);
  if (scanned.length > 0) {
    const details = scanned.map(({ node, counters }) => {
      const last = counters?.lastScan ? `, last at ${counters.lastScan}` : "";
      return `${countText(counters?.scans ?? 0, "scan")} that read ${countText(counters?.tuplesRead ?? 0, "entry", "entries")} on ${node}${last}`;
    });
    return { check: "scans", verdict: "against", detail: listText(details) };
  }
  if (earlier.length > 0) {
    const details = earlier.map(
      ({ node, used }) => `scanned on ${node} until ${dayOf(used.before)}, by the usage history`,
    );
    return { check: "scans", verdict: "against", detail: listText(details) };
  }
  if (nodes.length === 0 || unknown.length > 0) {
    const where = listText(unknown.map(({ node }) => node));
    return {
      check: "scans",
      verdict: "unknown",
      detail: `no scan counter of it could be read${where === "" ? "" : ` on ${where}`}`,
    };
  }
  return {
    check: "scans",
    verdict: "for",
    detail: `0 scans on ${listText(nodes.map((node) => node.node))}`,
  };
}

/** What the workload's plans say about doing without the index. */
export function replanEvidence(replan: Replan | null, context: FindingContext): Evidence {
  const line = (verdict: Evidence["verdict"], detail: string): Evidence => ({
    check: "replan",
    verdict,
    detail,
  });
  if (context.workload.queries.length === 0)
    return line("unknown", "no workload was read, so no query could be planned without it");
  if (!replan) return line("unknown", "no planner was there to plan the workload without it");
  const worse = replan.changed.filter((impact) => costFactor(impact) > REPLAN_TOLERANCE);
  if (worse[0]) {
    return line(
      "against",
      `${countText(worse.length, "query", "queries")} of the workload would cost more without it, up to ${factorText(costFactor(worse[0]))} times`,
    );
  }
  if (replan.failed[0] !== undefined) {
    return line(
      "unknown",
      `${countText(replan.failed.length, "query", "queries")} on its table could not be planned: ${replan.failed[0]}`,
    );
  }
  if (replan.contradicted > 0) {
    return line(
      "against",
      `${countText(replan.contradicted, "query is", "queries are")} told to cost less without it, though the server chose it: these costs can't be compared`,
    );
  }
  if (replan.guessed > 0) {
    return line(
      "unknown",
      `${countText(replan.guessed, "query searches", "queries search")} a range of its keys by values that are not in the workload: how much they would read is a guess (a log with values tells)`,
    );
  }
  if (replan.queries === 0) return line("unknown", "no query of the workload touches its table");
  if (context.planner?.capabilities.verifies === false) {
    return line(
      "unknown",
      `${countText(replan.queries, "query", "queries")} on its table would do without it by a model of the planner (${context.planner.name}): only a server's own plans prove that`,
    );
  }
  const dearest = replan.changed[0];
  const most =
    dearest && costFactor(dearest) > 1
      ? `at most ${factorText(costFactor(dearest))} times its cost`
      : "none at a higher cost";
  return line(
    "for",
    `${countText(replan.queries, "query", "queries")} on its table planned without it: ${most}`,
  );
}

export function countText(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The day of an ISO time; "the first record" where it is not known. */
function dayOf(time: string | null): string {
  return time === null ? "the first record" : time.slice(0, 10);
}

function daysText(days: number): string {
  return days < 1 ? `${(days * 24).toFixed(1)} hours` : countText(Math.floor(days), "day");
}

export function factorText(factor: number): string {
  return factor.toFixed(factor < 10 ? 2 : 0);
}
