import { createQueryId, type DatabaseConnection, type QueryResult } from "kysely";
import { type CoalescingEngine, type MergedStatement, NotMergeable } from "./coalescing-engine.ts";
import type { PendingBatch, PendingCall } from "./pending-batch.ts";

/**
 * Sends calls of one shape on one connection, merged where the shape has a plan. Never rejects: each call gets its rows or
 * its error.
 *
 * @param alone whether a call may be sent again by itself when the merged statement failed; not so inside a transaction,
 *   which the failure has ended
 */
export async function sendBatch(
  { shape, calls: all }: PendingBatch,
  connection: DatabaseConnection,
  engine: CoalescingEngine,
  alone: boolean,
): Promise<void> {
  const calls = all.filter((call) => !rejectAborted(call));
  const { plan } = shape;
  const size = plan?.maxCalls ?? 1;
  const sent: Promise<void>[] = [];
  for (let from = 0; from < calls.length; from += size) {
    const part = calls.slice(from, from + size);
    const merged = plan === undefined || part.length < 2 ? undefined : tryMerge(part, plan);
    if (merged !== undefined) sent.push(sendMerged(merged, part));
    else for (const call of part) sent.push(sendAlone(call));
  }
  await Promise.all(sent);

  function tryMerge(
    part: readonly PendingCall[],
    by: NonNullable<typeof plan>,
  ): MergedStatement | undefined {
    try {
      return by.merge(part.map((call) => call.query.parameters));
    } catch (error) {
      if (error instanceof NotMergeable) return undefined;
      throw error;
    }
  }

  async function sendMerged(
    { sql, parameters, split }: MergedStatement,
    part: readonly PendingCall[],
  ): Promise<void> {
    shape.statements += 1;
    const gone = allGone(part);
    try {
      const { query } = part[0] as PendingCall;
      const { rows } = await connection.executeQuery<Record<string, unknown>>(
        { query: query.query, queryId: createQueryId(), sql, parameters },
        gone.signal === undefined ? undefined : { signal: gone.signal },
      );
      const results = split(rows);
      for (const [index, call] of part.entries()) call.resolve({ rows: results[index] ?? [] });
    } catch (error) {
      if (gone.signal?.aborted === true) for (const call of part) rejectAborted(call);
      else if (!alone) for (const call of part) call.reject(ofBatch(error, part.length));
      else {
        if (!engine.mayBeOneCallsError(error)) {
          shape.plan = undefined;
          shape.obstacle = `merged, it failed: ${messageOf(error)}`;
        }
        await Promise.all(part.map(sendAlone));
      }
    } finally {
      gone.forget();
    }
  }

  async function sendAlone(call: PendingCall): Promise<void> {
    shape.statements += 1;
    try {
      const result: QueryResult<unknown> = await connection.executeQuery(
        call.query,
        call.signal === undefined ? undefined : { signal: call.signal },
      );
      call.resolve(result);
    } catch (error) {
      call.reject(error);
    }
  }
}

function rejectAborted(call: PendingCall): boolean {
  if (call.signal?.aborted !== true) return false;
  call.reject(call.signal.reason);
  return true;
}

/** A signal that aborts when every caller has gone; none where a caller has no signal. */
function allGone(calls: readonly PendingCall[]): {
  readonly signal: AbortSignal | undefined;
  forget(): void;
} {
  const signals = calls.flatMap(({ signal }) => (signal === undefined ? [] : [signal]));
  if (signals.length < calls.length) return { signal: undefined, forget: () => undefined };
  const controller = new AbortController();
  const check = (): void => {
    if (signals.every((signal) => signal.aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", check);
  return {
    signal: controller.signal,
    forget: () => {
      for (const signal of signals) signal.removeEventListener("abort", check);
    },
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
