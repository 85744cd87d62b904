import mysql, { type Connection, type ConnectionOptions } from "mysql2";
import { type MysqlDriver, driverOf } from "./mysql-driver.ts";

export interface OpenedClient {
  readonly client: Connection;
  readonly driver: MysqlDriver;
}

/**
 * Connects a client. When it fails, or when the signal aborts, its socket is destroyed: no connection comes about later that
 * nobody knows of. Rejects with the driver's error or the signal's reason.
 */
export async function openClient(
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<OpenedClient> {
  signal.throwIfAborted();
  const client = mysql.createConnection(options);
  // From the beginning and for good: an error event without a listener would end the process.
  client.on("error", () => undefined);
  const opened = Promise.withResolvers<OpenedClient>();
  const onAbort = (): void => opened.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  client.once("error", opened.reject);
  client.once("connect", () => {
    try {
      opened.resolve({ client, driver: driverOf(client) });
    } catch (error) {
      opened.reject(error);
    }
  });
  try {
    return await opened.promise;
  } catch (error) {
    client.destroy();
    (client as unknown as MysqlDriver).stream.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    client.removeListener("error", opened.reject);
  }
}
