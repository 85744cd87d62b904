import { setTimeout as delay } from "node:timers/promises";
import type { ClusterNode } from "../start-cluster.ts";
import type { Clients } from "./run-clients.ts";
import { verifyHistory } from "./verify-history.ts";

const LIMIT_MS = 30_000;

interface Sends {
  query(sql: string, parameters: readonly unknown[], options: object): unknown;
}

/** A router's dialect, broken on purpose: it takes every server to have everything. */
export function unguarded<Dialect extends object>(dialect: Dialect): Dialect {
  return {
    ...dialect,
    covers: () => "reached",
    queryAt: (
      lease: Sends,
      _: unknown,
      sql: string,
      parameters: readonly unknown[],
      options: object,
    ) => lease.query(sql, parameters, options),
  };
}

/**
 * Lets clients work while a replica replays nothing, until so many of their reads have missed writes of their own. Rejects where that
 * does not happen: then nothing would be found out.
 */
export async function untilViolated(
  replica: ClusterNode,
  { history }: Clients,
  violations: number,
): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  await replica.pauseReplay();
  try {
    while (verifyHistory(history, "read-your-writes").violations.length < violations) {
      if (performance.now() > deadline)
        throw new Error("No read missed what its scope had written");
      await delay(100);
    }
  } finally {
    await replica.resumeReplay();
  }
}
