/** Where a query goes and why: what `router.explain(sql)` tells, and the messages of `@dbadvise/observe`. */
export interface RouteDecision {
  readonly target: "primary" | "replica";
  /** Name of the node; `undefined` where the balancer has not chosen yet. */
  readonly node: string | undefined;
  /** For people: `proved read-only: SELECT of known functions; orders-2 has reached the scope's last write`. */
  readonly reason: string;
}
