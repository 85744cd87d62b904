import { type CompiledQuery, createQueryId, type QueryResult } from "kysely";
import {
  type CoalescingEngine,
  type MergedStatement,
  type MergePlan,
  NotMergeable,
} from "./coalescing-engine.ts";
import { foldIdentical } from "./fold-identical.ts";
import type { HeldConnection } from "./hold-connection.ts";
import type { PendingBatch, PendingCall } from "./pending-batch.ts";

/**
 * Sends calls of one shape on one connection, merged where the shape has a plan. Never rejects: each call gets its rows or
 * its error.
 *
 * @param where inside a transaction no call is sent again by itself when the merged statement failed, which may have ended
 *   the transaction, and none is cancelled
 */
export async function sendBatch(
  { shape, calls: all }: PendingBatch,
  held: HeldConnection,
  engine: CoalescingEngine,
  where: "outside" | "transaction",
): Promise<void> {
  const calls = all.filter((call) => !rejectAborted(call));
  await sendAll(calls, shape.plan);

  async function sendAll(some: readonly PendingCall[], plan: MergePlan | undefined): Promise<void> {
    if (plan === undefined) {
      await sendEach(some);
      return;
    }
    for (let from = 0; from < some.length; from += plan.maxCalls) {
      const part = some.slice(from, from + plan.maxCalls);
      const merged = part.length < 2 ? undefined : tryMerge(part, plan);
      if (merged === undefined) await sendAll(part, plan.otherwise);
      else await sendMerged(merged, part);
    }
  }

  function tryMerge(part: readonly PendingCall[], by: MergePlan): MergedStatement | undefined {
    try {
      const { distinct, unfold } = foldIdentical(part.map(({ query }) => query.parameters));
      const [{ query }] = part as readonly [PendingCall];
      if (distinct.length === 1) return { ...query, split: (rows) => unfold([[...rows]]) };
      const merged = by.merge(distinct);
      return { ...merged, split: (rows) => unfold(merged.split(rows)) };
    } catch (error) {
      if (error instanceof NotMergeable) return undefined;
      throw error;
    }
  }

  async function sendMerged(
    { sql, parameters, split }: MergedStatement,
    part: readonly PendingCall[],
  ): Promise<void> {
    const [{ query }] = part as readonly [PendingCall];
    try {
      const { rows } = await send<Record<string, unknown>>(
        { query: query.query, queryId: createQueryId(), sql, parameters },
        part,
      );
      const results = split(rows);
      for (const [index, call] of part.entries()) call.resolve({ rows: results[index] ?? [] });
    } catch (error) {
      if (part.every((call) => call.signal?.aborted === true)) part.forEach(rejectAborted);
      else if (where === "transaction") {
        for (const call of part) call.reject(ofBatch(error, part.length));
      } else await sendAfter(error, part);
    }
  }

  /** The merged statement failed: by one call's values, by the merging, or with its connection. */
  async function sendAfter(error: unknown, part: readonly PendingCall[]): Promise<void> {
    const fault = engine.faultOf(error);
    if (fault === "connection") {
      for (const call of part) call.reject(error);
      return;
    }
    const failed = await sendEach(part);
    if (fault === "statement" && failed === 0) {
      shape.plan = undefined;
      shape.obstacle = `merged, it failed: ${messageOf(error)}`;
    }
  }

  /** How many failed. */
  async function sendEach(part: readonly PendingCall[]): Promise<number> {
    let failed = 0;
    for (const call of part) {
      if (rejectAborted(call)) continue;
      try {
        call.resolve(await send(call.query, [call]));
      } catch (error) {
        failed += 1;
        call.reject(error);
      }
    }
    return failed;
  }

  async function send<R>(
    query: CompiledQuery,
    callers: readonly PendingCall[],
  ): Promise<QueryResult<R>> {
    shape.statements += 1;
    if (where === "transaction") return await held.connection.executeQuery<R>(query);
    let cancelled: Promise<void> | undefined;
    const forget = whenAllAreGone(callers, () => {
      cancelled = cancel(held);
    });
    try {
      return await held.connection.executeQuery<R>(query);
    } finally {
      forget();
      // Late, it would hit the next statement of this connection.
      await cancelled;
    }
  }
}

/** Nobody waits any more: the server need not work on. */
async function cancel({ connection, another }: HeldConnection): Promise<void> {
  try {
    await connection.collectSessionInfo?.();
    await connection.cancelQuery?.(another);
  } catch {
    // The statement has ended meanwhile, or runs to its end.
  }
}

function rejectAborted(call: PendingCall): boolean {
  if (call.signal?.aborted !== true) return false;
  call.reject(call.signal.reason);
  return true;
}

/** Calls back when every caller has gone: never where one has no signal. Returns how to stop listening. */
function whenAllAreGone(calls: readonly PendingCall[], gone: () => void): () => void {
  const signals = calls.flatMap(({ signal }) => (signal === undefined ? [] : [signal]));
  if (signals.length < calls.length) return () => undefined;
  const check = (): void => {
    if (signals.every((signal) => signal.aborted)) gone();
  };
  for (const signal of signals) signal.addEventListener("abort", check);
  return () => {
    for (const signal of signals) signal.removeEventListener("abort", check);
  };
}

function ofBatch(error: unknown, calls: number): Error {
  return new Error(`One of ${calls} queries that were sent as one failed: ${messageOf(error)}`, {
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
