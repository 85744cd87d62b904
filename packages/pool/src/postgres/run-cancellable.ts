import type pg from "pg";
import {
  activeQuery,
  insidesOf,
  isSentAhead,
  newestQuery,
  type PendingQuery,
  queuedQueries,
} from "./client-insides.ts";
import { cancelUntilEnded } from "./cancel-until-ended.ts";
import type { StreamFactory } from "./request-cancel.ts";

export interface Cancellation {
  readonly client: pg.Client;
  readonly stream: StreamFactory;
  /** Milliseconds in which the server must have ended a cancelled statement. */
  readonly graceMs: number;
  /** Resolves when nothing runs on the client any more, or the connection has ended. */
  settled(): Promise<void>;
  /** Resolves when the server has ended a statement, or the connection has ended. */
  nextReady(): Promise<void>;
  /** Whether the server has begun to answer the statement that runs. */
  hasArrived(): boolean;
  /** Ends the connection that didn't answer a cancel request. */
  giveUp(error: Error): void;
}

/**
 * Runs a statement that `signal` cancels on the server. Settles when the statement has ended *and* the cancel request
 * has: until then the connection can't be lent, or the request might hit the next statement. Rejects with the signal's
 * reason.
 */
export async function runCancellable<Result>(
  send: () => Promise<Result>,
  signal: AbortSignal,
  cancellation: Cancellation,
): Promise<Result> {
  signal.throwIfAborted();
  const { client } = cancellation;
  const result = send();
  const query = newestQuery(insidesOf(client));
  let cancelled: Promise<void> | undefined;
  const cancel = (): void => {
    cancelled = cancelQuery(query, cancellation, signal);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await result;
  } finally {
    signal.removeEventListener("abort", cancel);
    // Also of a statement that ended before the request came.
    if (cancelled !== undefined) {
      await cancelled;
      signal.throwIfAborted();
    }
  }
}

async function cancelQuery(
  query: PendingQuery | undefined,
  { client, stream, graceMs, settled, nextReady, hasArrived, giveUp }: Cancellation,
  signal: AbortSignal,
): Promise<void> {
  const insides = insidesOf(client);
  const queue = queuedQueries(insides);
  const position = query === undefined ? -1 : queue.indexOf(query);
  if (query !== undefined && position >= 0) {
    queue.splice(position, 1);
    query.handleError(signal.reason, insides.connection);
    return;
  }
  // Pipelined behind others, which a request would hit instead.
  while (isSentAhead(insides, query)) await nextReady();
  const grace = new AbortController();
  const timer = setTimeout(() => {
    const error = new Error(`The server didn't cancel a statement within ${graceMs} ms.`);
    giveUp(error);
    grace.abort(error);
  }, graceMs);
  try {
    const ended = settled();
    const isRunning = (): boolean => activeQuery(insides) === query;
    await cancelUntilEnded(client, stream, { isRunning, hasArrived, ended }, grace.signal);
    await ended;
  } catch (error) {
    // Without the request the statement runs on.
    giveUp(error as Error);
  } finally {
    clearTimeout(timer);
  }
}
