import { describeNPlusOne } from "./describe-n-plus-one.ts";
import type { NPlusOnePattern } from "./n-plus-one-pattern.ts";

/** What a scope is rejected with that has shown an N+1 or duplicate queries. Its work was done all the same. */
export class NPlusOneError extends Error {
  override readonly name = "NPlusOneError";
  readonly code = "DBADVISE_N_PLUS_ONE";
  readonly patterns: readonly NPlusOnePattern[];

  constructor(patterns: readonly NPlusOnePattern[]) {
    super(patterns.map(describeNPlusOne).join("\n"));
    this.patterns = patterns;
  }
}
