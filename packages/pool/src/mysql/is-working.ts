import type { ConnectionOptions } from "mysql2";
import type { RowDataPacket } from "mysql2/promise";
import { unlessAborted } from "../postgres/unless-aborted.ts";
import { openClient } from "./open-client.ts";

/** Asks by a connection of its own whether the server's thread is at work: not where it sleeps, or is gone. */
export async function isWorking(
  threadId: number,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, driver } = await openClient(options, signal);
  try {
    const [sessions] = await unlessAborted(
      () => client.promise().query<RowDataPacket[]>("show processlist"),
      signal,
    );
    const session = sessions.find(({ Id }) => Number(Id) === threadId);
    return session !== undefined && session["Command"] !== "Sleep";
  } finally {
    driver.stream.destroy();
  }
}
