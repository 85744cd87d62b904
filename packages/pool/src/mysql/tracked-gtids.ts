import type { Connection } from "mysql2";

const told = new WeakMap<Connection, () => string | undefined>();

/**
 * The GTIDs that the server told with its answer to the last statement of a pool's connection: those of the transactions
 * that it committed. `undefined` where it told none: it tracks them only with `session_track_gtids` (MySQL) or `last_gtid`
 * among `session_track_system_variables` (MariaDB), and not with a result set.
 */
export function trackedGtids(client: Connection): string | undefined {
  return told.get(client)?.();
}

export function trackGtids(client: Connection, gtids: () => string | undefined): void {
  told.set(client, gtids);
}
