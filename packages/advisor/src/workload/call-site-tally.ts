import type { CallSite } from "../log/query-event.ts";

/** Lines of code that are listed of one query. */
export const MAX_CALL_SITES = 5;

/** Adds up which lines of code sent a query. */
export interface CallSiteTally {
  add(sites: readonly CallSite[]): void;
  /** The {@link MAX_CALL_SITES} with most calls, most first. */
  list(): readonly CallSite[];
}

export function callSiteTally(): CallSiteTally {
  const sites = new Map<string, CallSite>();
  return {
    add(more) {
      for (const site of more) {
        const key = JSON.stringify([site.file, site.line, site.function]);
        sites.set(key, { ...site, calls: site.calls + (sites.get(key)?.calls ?? 0) });
      }
    },
    list: () => [...sites.values()].toSorted(byCalls).slice(0, MAX_CALL_SITES),
  };
}

/** By place where the calls are equal, so that the order is always the same. */
function byCalls(a: CallSite, b: CallSite): number {
  return b.calls - a.calls || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line);
}
