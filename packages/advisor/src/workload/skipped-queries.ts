import type { QueryEvent } from "../log/query-event.ts";
import { type Shape, shapeQuery, sum } from "./shape.ts";
import type { SkippedQuery } from "./workload.ts";

/** Texts that are told apart; what comes after is one entry, by its number. */
const MAX_TEXTS = 100;
const TEXT_LENGTH = 200;

export interface SkippedQueries {
  /** `shape`: what a planner may take the text for. Returns whether the text has an entry of its own. */
  add(event: QueryEvent, redacted: string, reason: string, shape?: Shape): boolean;
  list(): readonly SkippedQuery[];
}

/** Collects what can't be analysed, equal texts together. */
export function skippedQueries(): SkippedQueries {
  const entries = new Map<string, SkippedQuery & { readonly shape: Shape | undefined }>();
  return {
    add(event, redacted, reason, shape) {
      const text =
        redacted.length > TEXT_LENGTH ? `${redacted.slice(0, TEXT_LENGTH - 1)}…` : redacted;
      const own = `${reason}\0${text}`;
      const full = entries.size >= MAX_TEXTS && !entries.has(own);
      const key = full ? "" : own;
      const known = entries.get(key);
      entries.set(key, {
        sql: full ? "" : text,
        reason: full ? `one of more than ${MAX_TEXTS} texts that can't be analysed` : reason,
        calls: (known?.calls ?? 0) + event.calls,
        totalMs: sum(known?.totalMs, event.totalMs),
        shape: full ? undefined : (known?.shape ?? shape),
      });
      return !full;
    },
    list: () =>
      [...entries.values()].map(({ shape, ...entry }) =>
        shape === undefined ? entry : { ...entry, query: shapeQuery(shape, shape.statement) },
      ),
  };
}
