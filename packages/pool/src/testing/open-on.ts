import type { ServerRole } from "@dbadvise/observe";
import type { Connection, Connector } from "../connector.ts";

export interface Opened<Client> extends Connection<Client> {
  /** Reasons that the pool was given to retire it. */
  readonly retired: readonly string[];
}

/** Connects as a pool would. */
export async function openOn<Client>(
  connector: Connector<Client>,
  role: ServerRole = "unknown",
): Promise<Opened<Client>> {
  const retired: string[] = [];
  const connection = await connector.connect({
    signal: AbortSignal.timeout(30_000),
    pool: "test",
    role,
    onRetire: (reason) => retired.push(reason),
  });
  return { ...connection, retired };
}
