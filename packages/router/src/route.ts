import type { Consistency } from "./consistency.ts";
import type { ResolvedRouterOptions } from "./resolve-router-options.ts";
import { routeHint } from "./route-hint.ts";
import type { RouteOptions } from "./router.ts";
import type { ScopeMemory } from "./scope-memory.ts";
import type { Verdict } from "./verdict.ts";

/** Where a statement goes, before a node is chosen. */
export interface Route {
  readonly target: "primary" | "replica";
  readonly verdict: Verdict;
  readonly consistency: Consistency;
  readonly reason: string;
  /** The caller said so: nothing else will do. */
  readonly explicit: boolean;
}

/** An explicit choice first, then what the statement is proved to be, then the consistency. */
export function routeOf<Client>(
  sql: string,
  given: RouteOptions,
  memory: ScopeMemory,
  { dialect, consistency: usual }: ResolvedRouterOptions<Client>,
): Route {
  const consistency = given.consistency ?? memory.consistency ?? usual;
  const verdict = given.verdict ?? dialect.classify(sql);
  const asked = given.target ?? routeHint(sql);
  if (asked !== undefined) {
    const reason = given.target === undefined ? "asked for by a comment" : "asked for";
    return { target: asked, verdict, consistency, reason, explicit: true };
  }
  if (verdict.kind !== "read") {
    return { target: "primary", verdict, consistency, reason: verdict.reason, explicit: false };
  }
  if (consistency === "strong") {
    const reason = "strong consistency is read from the primary";
    return { target: "primary", verdict, consistency, reason, explicit: false };
  }
  const reason = `proved read-only: ${verdict.reason}`;
  return { target: "replica", verdict, consistency, reason, explicit: false };
}
