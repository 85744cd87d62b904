import type pg from "pg";
import { insidesOf } from "./client-insides.ts";
import { unlessAborted } from "../unless-aborted.ts";

/**
 * Asks by a connection of its own whether the server process `pid` is at work. `false` where it waits for its client or is
 * gone. Where the server doesn't tell (`track_activities` off), it is taken to be.
 */
export async function isWorking(
  client: pg.Client,
  pid: number | null,
  signal: AbortSignal,
): Promise<boolean> {
  const { connection: wire } = insidesOf(client);
  client.on("error", () => undefined);
  try {
    await unlessAborted(() => client.connect(), signal);
    const { rows } = await unlessAborted(
      () =>
        client.query<{ state: string | null }>(
          "select state from pg_stat_activity where pid = $1",
          [pid],
        ),
      signal,
    );
    return rows[0] !== undefined && !rows[0].state?.startsWith("idle");
  } finally {
    wire.stream.destroy();
  }
}
