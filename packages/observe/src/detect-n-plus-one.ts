import { describeNPlusOne } from "./describe-n-plus-one.ts";
import { NPlusOneError } from "./n-plus-one-error.ts";
import { publishNPlusOne } from "./n-plus-one-channel.ts";
import type { NPlusOnePattern, NPlusOneReport } from "./n-plus-one-pattern.ts";
import { type NPlusOneRules, watchNPlusOne } from "./n-plus-one-watch.ts";
import { onQuery, onQueryStart } from "./query-channel.ts";
import { onScopeEnd } from "./scope.ts";

export interface NPlusOneOptions extends NPlusOneRules {
  /**
   * What happens when a pattern is found. All modes collect; see {@link NPlusOneDetector.report}.
   * - `warn` (default): `warn` is called, once for each pattern.
   * - `throw`: the `withScope` that showed it throws or rejects with {@link NPlusOneError} once its function has succeeded.
   *   A query can't be stopped by it, and what the function did is done. Where the function returns before its work is
   *   over (a middleware that calls `next()`), there is nobody left to reject: use `warn`.
   * - `collect`: nothing more.
   */
  readonly mode?: "warn" | "throw" | "collect";
  /** Gets the text and the values. Default `process.emitWarning` with the code `DBADVISE_N_PLUS_ONE`. */
  readonly warn?: (text: string, pattern: NPlusOnePattern) => void;
}

/** A detection under way. */
export interface NPlusOneDetector extends Disposable {
  /** What was found since the beginning, and what was not judged. Stays after the end. */
  report(): NPlusOneReport;
  /** Listens no more. */
  stop(): void;
}

/**
 * Finds, in each scope of `withScope`, queries of one shape that were sent again and again: with other parameters (an
 * N+1), or with the same ones (duplicates). Outside of a scope nothing is judged, only counted, since nothing says which
 * queries belong to one piece of work.
 *
 * Not judged, because nothing could be done or because it is meant: writes; transaction control; reads of no table; as an
 * N+1, reads that look up no key, such as going through a table page by page; as duplicates, locking reads, and reads
 * with a write, a transaction's begin or end, or an error between. Queries that failed don't count, so a retry is none.
 *
 * A `capture` that runs at the same time writes what is found into its file.
 *
 * Parameters are hashed in memory, never kept. Throws `RangeError` for a bad threshold.
 */
export function detectNPlusOne(options: NPlusOneOptions = {}): NPlusOneDetector {
  const { mode = "warn", warn = emitWarning } = options;
  const watch = watchNPlusOne(options, {
    found: (pattern) => {
      if (mode === "warn") warn(describeNPlusOne(pattern), pattern);
    },
    more: publishNPlusOne,
  });
  const subscriptions = [onQueryStart(watch.started), onQuery(watch.ended)];
  if (mode === "throw") {
    subscriptions.push(
      onScopeEnd((scope) => {
        const patterns = watch.reportOf(scope);
        if (patterns.length > 0) throw new NPlusOneError(patterns);
      }),
    );
  }
  const stop = (): void => {
    for (const unsubscribe of subscriptions.splice(0)) unsubscribe();
  };
  return { report: watch.report, stop, [Symbol.dispose]: stop };
}

function emitWarning(text: string): void {
  process.emitWarning(text, { type: "NPlusOneWarning", code: "DBADVISE_N_PLUS_ONE" });
}
