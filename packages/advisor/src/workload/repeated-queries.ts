import type { Engine } from "../engine.ts";
import type { EventSource } from "../log/event-source.ts";
import { mergedRepetition, type Repetition } from "../log/repetition.ts";
import type { Query, RepeatedQuery } from "./workload.ts";

/** What the sources know of repetitions, joined to the workload's queries by shape; those that executed most often first. */
export async function repeatedQueries(
  sources: readonly EventSource[],
  queries: readonly Query[],
  parse: Engine["parse"],
): Promise<readonly RepeatedQuery[]> {
  const known = new Map(queries.map((query) => [query.fingerprint, query]));
  const found = new Map<Query, Repetition>();
  for (const repetition of sources.flatMap((source) => source.summary().repetitions ?? [])) {
    const parsed = await parse(repetition.sql);
    const query = parsed.kind === "query" ? known.get(parsed.fingerprint) : undefined;
    if (query === undefined) continue;
    const other = found.get(query);
    found.set(query, other === undefined ? repetition : mergedRepetition(other, repetition));
  }
  return [...found]
    .map(([query, repetition]) => ({ query, repetition }))
    .toSorted((a, b) => b.repetition.calls - a.repetition.calls);
}
