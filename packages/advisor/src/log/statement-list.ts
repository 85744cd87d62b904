import type { EventSource } from "./event-source.ts";

/** Statements from a program of one's own as a source of the workload, each counted as one execution of unknown time. */
export function statementList(texts: readonly string[], name = "statements"): EventSource {
  return {
    name,
    events: (async function* () {
      for (const sql of texts) yield { sql, calls: 1, totalMs: undefined };
    })(),
    summary: () => ({ records: texts.length, unread: 0, seconds: undefined }),
  };
}
