import { connect } from "node:net";
import type { ConnectionOptions } from "mysql2";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { unlessAborted } from "../unless-aborted.ts";
import type { MysqlDriver } from "./mysql-driver.ts";
import { openClient } from "./open-client.ts";

/** Uses a second connection to the address that `driver` is connected to, until `signal` aborts. */
export async function withConnectionBeside<Result>(
  { stream }: MysqlDriver,
  options: ConnectionOptions,
  signal: AbortSignal,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { remoteAddress: host, remotePort: port } = stream;
  const isTcp = options.stream === undefined && host !== undefined && port !== undefined;
  // The name may lead elsewhere by now. It is still what a certificate is checked against.
  const same = isTcp
    ? { ...options, stream: () => connect({ host, port, noDelay: true }) }
    : options;
  const beside = await openClient(same, signal);
  try {
    return await unlessAborted(() => use(beside.client.promise()), signal);
  } finally {
    beside.driver.end();
    beside.driver.stream.destroySoon();
  }
}

/** What the server shows of a session; `undefined` where it has none of that id, or not for this account. */
export async function shownSession(
  connection: Connection,
  id: number,
): Promise<RowDataPacket | undefined> {
  const [sessions] = await connection.query<RowDataPacket[]>("show full processlist");
  return sessions.find(({ Id }) => Number(Id) === id);
}
