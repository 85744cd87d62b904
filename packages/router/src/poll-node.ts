import type { Pool } from "@dbadvise/pool";
import type { RouterDialect, ServerState } from "./router-dialect.ts";

/** A server's answer. */
export interface Poll {
  readonly state: ServerState;
  /** When it was asked, on the clock of `performance.now()`: what it says is not older. */
  readonly askedAt: number;
  /** How long it took, waiting for a connection excluded. */
  readonly ms: number;
}

/** Above every caller: what is known of a node matters most when it is busy. */
const PRIORITY = Number.MAX_SAFE_INTEGER;

/** Asks a server for its state over one connection. Rejects at the deadline, whatever the server does. */
export async function pollNode<Client>(
  pool: Pool<Client>,
  dialect: RouterDialect<Client>,
  deadlineMs: number,
): Promise<Poll> {
  const began = performance.now();
  const lease = await pool.acquire({ timeoutMs: deadlineMs, priority: PRIORITY });
  const askedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  try {
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => {
          // An answer that arrived while this process was busy is read first.
          setImmediate(() => reject(new Error(`gave no answer for ${deadlineMs} ms`)));
        },
        Math.max(1, deadlineMs - (askedAt - began)),
      );
      timer.unref();
    });
    const state = await Promise.race([dialect.readState(lease), deadline]);
    lease.release();
    return { state, askedAt, ms: performance.now() - askedAt };
  } catch (error) {
    // The connection is of no more use: its answer is still due, or it is broken.
    if (lease.active) lease.release(error as Error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
