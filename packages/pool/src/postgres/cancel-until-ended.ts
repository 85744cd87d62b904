import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { requestCancel, type StreamFactory } from "./request-cancel.ts";

/** Milliseconds that the server has to end a statement before it is asked again. */
const AGAIN_MS = 50;

/**
 * Asks the server to cancel what a session runs, again and again until it has `ended`, or is known to have arrived there:
 * a request that overtakes its statement finds an idle session, and cancels nothing (PostgreSQL manual, 55.2.9). Settles
 * only when no request is under way any more. Rejects when a request fails, or `giveUp` ends it.
 */
export async function cancelUntilEnded(
  client: pg.Client,
  stream: StreamFactory,
  statement: { isRunning(): boolean; hasArrived(): boolean; readonly ended: Promise<void> },
  giveUp: AbortSignal,
): Promise<void> {
  const end = statement.ended.then(() => true);
  let over = false;
  while (!over) {
    const arrived = statement.hasArrived();
    await requestCancel(client, stream, statement.isRunning, giveUp);
    over = arrived || (await Promise.race([end, sleep(AGAIN_MS, false)]));
  }
}
