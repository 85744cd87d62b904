import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** The first bytes of a connection that asks for TLS (PostgreSQL manual, 55.7). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

export interface TcpProxy {
  readonly port: number;
  /** Connections so far, and how many of them were encrypted. */
  readonly connections: number;
  readonly encrypted: number;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** Listens at this Unix socket instead of a port of 127.0.0.1. */
  readonly path?: string;
  /** Speaks TLS to those who ask for it as PostgreSQL does. */
  readonly tls?: TlsOptions;
  /** Connections after this many are accepted and never answered. */
  readonly answers?: number;
}

/** Stands before a real server: for what its own settings don't offer. */
export async function startTcpProxy(url: string, options: TcpProxyOptions = {}): Promise<TcpProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let connections = 0;
  let encrypted = 0;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const forward = (client: Socket): void => {
    const server = keep(connect(Number(target.port), target.hostname));
    client.pipe(server).pipe(client);
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  };
  const tls =
    options.tls === undefined
      ? undefined
      : createTlsServer(options.tls, (socket) => {
          encrypted += 1;
          forward(keep(socket));
        });
  const server: Server = createServer((socket) => {
    connections += 1;
    keep(socket);
    if (connections > (options.answers ?? Number.POSITIVE_INFINITY)) return;
    if (tls === undefined) {
      forward(socket);
      return;
    }
    socket.once("data", (first) => {
      if (!first.equals(SSL_REQUEST)) {
        socket.destroy();
        return;
      }
      socket.write("S");
      tls.emit("connection", socket);
    });
  });
  await new Promise<void>((resolve) => {
    if (options.path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(options.path, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    get connections() {
      return connections;
    },
    get encrypted() {
      return encrypted;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
