import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { IndexSelection, SelectionLimits } from "../whatif/select-indexes.ts";
import type { SelectionReport } from "./report.ts";

/** What the choice of indexes says beside its findings. */
export function selectionReport(
  selection: IndexSelection | null,
  limits: SelectionLimits,
): SelectionReport | null {
  if (selection === null || selection.planned.length === 0) return null;
  return {
    cost: selection.cost,
    complete: selection.complete,
    budgetBytes: limits.budgetBytes ?? null,
    maxIndexes: limits.maxIndexes ?? null,
    curve: selection.curve.map(({ bytes, cost, candidates, knee }) => ({
      bytes,
      cost,
      indexes: candidates.map(indexText),
      knee,
    })),
    worse: selection.worse.map(({ query, cause, share, costBefore, costAfter }) => ({
      fingerprint: query.fingerprint,
      sql: query.sql,
      calls: query.calls,
      callSites: query.callSites,
      cause,
      share,
      costBefore,
      costAfter,
    })),
  };
}

function indexText({ table, method, keys, include, predicate }: CandidateIndex): string {
  const columns = keys.map((key) =>
    [key.column ?? key.expression, key.direction === "desc" ? "desc" : ""].join(" ").trimEnd(),
  );
  const using = method === "btree" ? "" : ` using ${method}`;
  const stored = include.length === 0 ? "" : ` include (${include.join(", ")})`;
  const where = predicate === null ? "" : ` where ${predicate}`;
  return `${table.schema}.${table.name}${using} (${columns.join(", ")})${stored}${where}`;
}
