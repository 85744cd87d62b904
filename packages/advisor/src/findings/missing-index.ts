import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { isServedBy } from "../candidates/is-served-by.ts";
import {
  estimatedRows,
  type Index,
  type IndexKey,
  rowIndexOf,
  type Table,
  tableKey,
} from "../catalog/catalog.ts";
import { indexTableName } from "../catalog/partitions.ts";
import type { ChosenIndex, PlannedQuery } from "../whatif/select-indexes.ts";
import type { Evidence, Finding, QueryImpact } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { planImpact } from "./plan-impact.ts";

/** An index that does not exist, that the planner would use, and that the workload is dearer without. */
export async function missingIndex(context: FindingContext): Promise<readonly Finding[]> {
  const { selection } = context;
  if (selection === null) return [];
  const tables = new Map(context.snapshot.catalog.tables.map((table) => [tableKey(table), table]));
  const planned = new Map(selection.planned.map((entry) => [entry.query.fingerprint, entry]));
  return selection.chosen.flatMap((chosen) => {
    const table = tables.get(tableKey(chosen.candidate.table));
    return table === undefined ? [] : [findingFor(context, chosen, table, planned)];
  });
}

function findingFor(
  context: FindingContext,
  chosen: ChosenIndex,
  table: Table,
  planned: ReadonlyMap<string, PlannedQuery>,
): Finding {
  const { candidate } = chosen;
  const { catalog } = context.snapshot;
  const hidden = hiddenIndex(chosen, table, context);
  const name = hidden?.name ?? context.nameIndex(candidate);
  const queries = chosen.without
    .flatMap(({ fingerprint, plan }): readonly QueryImpact[] => {
      const entry = planned.get(fingerprint);
      if (entry === undefined) return [];
      return [planImpact(entry.query, plan, entry.after)];
    })
    .toSorted((a, b) => weightedGain(b) - weightedGain(a));
  const columns = (hidden ?? candidate).keys.map((key) => key.column ?? key.expression);
  const before = queries.reduce((sum, query) => sum + query.costBefore * query.calls, 0);
  const after = queries.reduce((sum, query) => sum + query.costAfter * query.calls, 0);
  return {
    code: "missing-index",
    severity: "warning",
    object: {
      type: "index",
      schema: table.schema,
      table: table.name,
      name,
      columns,
    },
    message: message(candidate, hidden, queries.length, 1 - after / before),
    confidence: isProven(context.planner) ? "verified" : "estimated",
    evidence: evidence(table, hidden, queries, before, after),
    queries,
    bytes: hidden === null ? chosen.bytes : 0,
    savedMsPerDay: savedMsPerDay(context, queries),
    ddl:
      (hidden && context.ddl.showIndex?.(indexTableName({ table, index: hidden }), catalog)) ??
      context.ddl.createIndex(candidate, name, catalog),
    planner: context.planner?.name ?? null,
  };
}

/** Whether a server's own planner chose the index: a model of it only estimates. */
export function isProven(planner: FindingContext["planner"]): boolean {
  return planner?.capabilities.hypotheticalIndexes === true && planner.capabilities.verifies;
}

function weightedGain(query: QueryImpact): number {
  const gain = 1 - query.costAfter / query.costBefore;
  return gain * (query.totalMs ?? query.calls * query.costBefore);
}

/** An index that is there, does the same, and is hidden from plans: it needs no second one. */
function hiddenIndex(chosen: ChosenIndex, table: Table, { ddl }: FindingContext): Index | null {
  if (ddl.showIndex === undefined) return null;
  const row = rowIndexOf(table);
  const hidden = table.indexes.filter(({ visible }) => visible === false);
  return hidden.find((index) => isServedBy(chosen, index, row)) ?? null;
}

function message(
  candidate: CandidateIndex,
  hidden: Index | null,
  queries: number,
  share: number,
): string {
  const { table, method, keys, include, predicate } = candidate;
  const who = queries === 1 ? "1 query" : `${queries} queries`;
  const saved = `would cut the estimated cost of ${who} by ${percent(share)}`;
  if (hidden !== null)
    return `${table.schema}.${table.name} has the index ${hidden.name} (${hidden.keys.map(keyText).join(", ")}), which plans may not use; to make it visible again ${saved}.`;
  const kind = method === "btree" ? "An index" : `A ${method} index`;
  const parts = [
    `${kind} on ${table.schema}.${table.name} (${keys.map(keyText).join(", ")})`,
    ...(include.length > 0 ? [`that includes ${include.join(", ")}`] : []),
    ...(predicate === null ? [] : [`for rows where ${predicate}`]),
  ];
  return `${parts.join(" ")} ${saved}.`;
}

function keyText({ column, expression, prefix }: IndexKey): string {
  const length = prefix === undefined ? "" : `(${prefix})`;
  return `${column ?? expression}${length}`;
}

function evidence(
  table: Table,
  hidden: Index | null,
  queries: readonly QueryImpact[],
  before: number,
  after: number,
): readonly Evidence[] {
  const rows = Math.round(estimatedRows(table));
  return [
    {
      check: "replan",
      verdict: "for",
      detail: `planned with every advised index and again without this one: ${ratio(before, after)} times the cost without it, over ${queries.length === 1 ? "1 query" : `${queries.length} queries`}`,
    },
    {
      check: "existing-indexes",
      verdict: "for",
      detail:
        hidden === null
          ? `no valid index of the table does the same (${table.indexes.length} looked at)`
          : `${hidden.name} does the same, is kept up to date by every write, and is hidden from plans`,
    },
    ...(rows >= 0
      ? [{ check: "table-size", verdict: "for", detail: `${rows} rows` } as const]
      : []),
  ];
}

/** Time scales with cost here: an estimate, which the report labels as such. Unknown where a query's time or the span is. */
export function savedMsPerDay(
  context: FindingContext,
  queries: readonly QueryImpact[],
): number | null {
  const { seconds } = context.workload;
  if (seconds === undefined || seconds <= 0) return null;
  let saved = 0;
  for (const { totalMs, costBefore, costAfter } of queries) {
    if (totalMs === undefined) return null;
    saved += totalMs * (1 - costAfter / costBefore);
  }
  return (saved * 86_400) / seconds;
}

function percent(share: number): string {
  return `${share >= 0.995 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}

function ratio(before: number, after: number): string {
  const times = before / Math.max(after, Number.MIN_VALUE);
  return times >= 10 ? String(Math.round(times)) : times.toFixed(1);
}
