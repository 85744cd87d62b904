import type { CallSite } from "./query-event.ts";

/** Queries of one shape that scopes of the application (requests, jobs) sent again and again, by its own count. */
export interface Repetition {
  /** `n-plus-one`: the parameters differed. `duplicate-query`: they were the same, with no write between. */
  readonly kind: "n-plus-one" | "duplicate-query";
  /** As the source has it, placeholders in place. */
  readonly sql: string;
  /** Names of the scopes, a few. */
  readonly scopeNames: readonly string[];
  readonly scopes: number;
  /** Executions in those scopes together. */
  readonly calls: number;
  /** Most executions, and most different lists of parameters, in one scope. */
  readonly occurrences: number;
  readonly distinctParameters: number;
  /** Those of `calls` that were sent while another was under way in the same scope. */
  readonly overlapping: number;
  /** Lines of code that sent it; `calls` by sample. */
  readonly callSites: readonly CallSite[];
  /** Lines of code that led to one execution, innermost first. */
  readonly stack: readonly Omit<CallSite, "calls">[];
}

const MAX_NAMES = 5;
const MAX_SITES = 10;

/** Two counts of the same shape as one. With parameters that differed once, it is an N+1. */
export function mergedRepetition(a: Repetition, b: Repetition): Repetition {
  const sites = new Map<string, CallSite>();
  for (const site of [...a.callSites, ...b.callSites]) {
    const key = `${site.file}:${site.line}:${site.column}`;
    sites.set(key, { ...site, calls: site.calls + (sites.get(key)?.calls ?? 0) });
  }
  return {
    kind: a.kind === "n-plus-one" ? a.kind : b.kind,
    sql: a.sql,
    scopeNames: [...new Set([...a.scopeNames, ...b.scopeNames])].slice(0, MAX_NAMES),
    scopes: a.scopes + b.scopes,
    calls: a.calls + b.calls,
    occurrences: Math.max(a.occurrences, b.occurrences),
    distinctParameters: Math.max(a.distinctParameters, b.distinctParameters),
    overlapping: a.overlapping + b.overlapping,
    callSites: [...sites.values()].toSorted((x, y) => y.calls - x.calls).slice(0, MAX_SITES),
    stack: a.stack.length > 0 ? a.stack : b.stack,
  };
}
