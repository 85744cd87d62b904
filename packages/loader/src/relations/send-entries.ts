import { createQueryId, type Kysely } from "kysely";
import {
  type MergedStatement,
  type MergePlan,
  NotMergeable,
} from "../coalescing/coalescing-engine.ts";
import type { Entry } from "./entry.ts";
import type { KeyedQuery } from "./keyed-query.ts";
import { planOf } from "./plans.ts";
import type { RelationEngine } from "./relation-engine.ts";

type Rows = readonly unknown[];

/** Sends entries, many in a statement, one statement after the other. Never rejects: each entry gets its rows or its error. */
export async function sendEntries(
  entries: readonly Entry<KeyedQuery>[],
  db: Kysely<unknown>,
  engine: RelationEngine,
): Promise<(Rows | Error)[]> {
  const results = new Map<Entry<KeyedQuery>, Rows | Error>();
  for (const alike of Map.groupBy(entries, ({ query }) => query.sql).values()) await send(alike);
  return entries.map((entry) => results.get(entry) ?? []);

  async function send(all: readonly Entry<KeyedQuery>[]): Promise<void> {
    const waited = all.filter(({ isGone }) => !isGone);
    const [first] = waited;
    if (first === undefined) return;
    try {
      const plan = waited.length === 1 ? undefined : await planFor(waited);
      const maxKeys = plan?.maxCalls ?? 1;
      for (let from = 0; from < waited.length; from += maxKeys) {
        await sendAsOne(waited.slice(from, from + maxKeys), plan);
      }
    } catch (error) {
      for (const entry of waited) results.set(entry, error as Error);
    }
  }

  async function sendAsOne(
    part: readonly Entry<KeyedQuery>[],
    plan: MergePlan | undefined,
  ): Promise<void> {
    const cancel = cancelWhenAllAreGone(part);
    try {
      const [first] = part as readonly [Entry<KeyedQuery>];
      const { sql, parameters, split } =
        plan === undefined || part.length === 1
          ? alone(first)
          : plan.merge(part.map((entry) => entry.parameters));
      const { rows } = await db.withoutPlugins().executeQuery<Record<string, unknown>>(
        { query: first.query.query, queryId: createQueryId(), sql, parameters },
        // Cancelling a statement of a transaction would end it, where the next statement is another caller's.
        cancel === undefined || db.isTransaction
          ? undefined
          : { signal: cancel, inflightQueryAbortStrategy: "cancel query" },
      );
      for (const [index, of] of split(rows).entries()) {
        const entry = part[index];
        if (entry !== undefined) results.set(entry, await throughPlugins(of, first.query));
      }
    } catch (error) {
      // In a transaction that has failed, nothing can be sent again.
      const isSent = !(error instanceof NotMergeable);
      if (part.length === 1 || (isSent && (db.isTransaction || !engine.mayBeOneKeysError(error)))) {
        for (const entry of part) results.set(entry, error as Error);
        return;
      }
      const half = Math.ceil(part.length / 2);
      await sendAsOne(part.slice(0, half), plan);
      await sendAsOne(part.slice(half), plan);
    }
  }

  async function planFor(of: readonly Entry<KeyedQuery>[]): Promise<MergePlan | undefined> {
    const [{ query }] = of as readonly [Entry<KeyedQuery>];
    return (await planOf(query, db, engine))(of.map(({ parameters }) => parameters));
  }

  async function throughPlugins(
    rows: Record<string, unknown>[],
    { queryId }: KeyedQuery,
  ): Promise<Rows> {
    let result = { rows };
    for (const plugin of db.getExecutor().plugins) {
      result = await plugin.transformResult({ queryId, result });
    }
    return result.rows;
  }
}

/** `undefined` where somebody waits who can't leave. */
function cancelWhenAllAreGone(entries: readonly Entry<KeyedQuery>[]): AbortSignal | undefined {
  if (!entries.every(({ mayLeave }) => mayLeave)) return undefined;
  const controller = new AbortController();
  const leave = (): void => {
    if (entries.every(({ isGone }) => isGone)) controller.abort();
  };
  for (const entry of entries) entry.onGone = leave;
  return controller.signal;
}

/** The query of one key is sent as it was compiled. */
function alone({ query, parameters }: Entry<KeyedQuery>): MergedStatement {
  return {
    sql: query.sql,
    parameters,
    split: (rows) => [[...rows]],
  };
}
