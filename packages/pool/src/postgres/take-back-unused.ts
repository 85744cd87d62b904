import type pg from "pg";
import type { Lease } from "../lease.ts";
import { workOf } from "./client-insides.ts";

/** A lent client that runs nothing for this long after the end of its pool was asked for has been forgotten. */
const FORGOTTEN_AFTER_MS = 5_000;
const LOOK_EVERY_MS = 500;

/**
 * Watches the clients that are still lent while a pool ends, and takes back those that nobody uses any more: one leaked
 * client must not keep `end()` from returning (node-postgres #2199). Call the result when all have come back.
 */
export function takeBackUnused(lent: ReadonlyMap<pg.Client, Lease<pg.Client>>): () => void {
  const usedAt = new Map<pg.Client, number>();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [client, lease] of lent) {
      const at = usedAt.get(client) ?? now;
      if (workOf(client) === "idle") usedAt.set(client, at);
      else usedAt.set(client, now);
      if (now - at >= FORGOTTEN_AFTER_MS && lease.active)
        lease.release(new Error("not released before the end of the pool"));
    }
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
