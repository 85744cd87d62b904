import { Socket } from "node:net";
import type pg from "pg";
import { insidesOf, type Wire } from "./client-insides.ts";

/** Makes a stream for a connection of its own, where the application connects in a way of its own. */
export type StreamFactory = (() => unknown) | undefined;

/**
 * Asks the server to cancel what a session runs, on a connection of its own, the same way as the session's: address,
 * Unix socket, TLS. Resolves when the server has closed that connection: by then it has passed the request on
 * (PostgreSQL manual, 55.2.9), so that it can't hit a later statement. Not sent when `stillWanted` denies it once the
 * connection stands. Rejects when the connection fails; `giveUp` ends it.
 */
export function requestCancel(
  client: pg.Client,
  stream: StreamFactory,
  stillWanted: () => boolean,
  giveUp: AbortSignal,
): Promise<void> {
  const insides = insidesOf(client);
  const { connection, processID, secretKey, ssl, sslNegotiation, host, port } = insides;
  if (processID === null || secretKey === null)
    return Promise.reject(new Error("The server gave no key to cancel with."));
  // The driver's own class, so that TLS is negotiated as it was for the session.
  const WireClass = connection.constructor as new (config: unknown) => Wire;
  const wire = new WireClass({
    ssl,
    sslNegotiation,
    stream: stream ?? socketTo(connection.stream.remoteAddress),
  });
  return new Promise<void>((resolve, reject) => {
    const abandon = (): void => {
      wire.stream.destroy();
      reject(giveUp.reason as Error);
    };
    giveUp.addEventListener("abort", abandon, { once: true });
    const send = (): void => {
      if (stillWanted()) wire.cancel(processID, secretKey);
      else wire.stream.destroy();
    };
    wire.on("connect", () => {
      if (!ssl) send();
      else if (sslNegotiation !== "direct") wire.requestSsl();
    });
    wire.on("sslconnect", send);
    wire.on("error", (error: Error) => {
      wire.stream.destroy();
      reject(error);
    });
    wire.on("end", () => {
      giveUp.removeEventListener("abort", abandon);
      resolve();
    });
    if (host.startsWith("/")) wire.connect(`${host}/.s.PGSQL.${port}`);
    else wire.connect(port, host);
  });
}

/** A socket that connects to the very server of the session, though its host name may lead to others by now. */
function socketTo(address: string | undefined): Socket {
  const socket = new Socket();
  if (address === undefined) return socket;
  const connect = socket.connect.bind(socket);
  socket.connect = ((port: number) => connect(port, address)) as typeof socket.connect;
  return socket;
}
