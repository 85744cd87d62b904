import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type FaultPipe, type PipeFaults, startFaultPipe } from "./fault-pipe.ts";

/** A way of the bytes. */
export type Direction = "toServer" | "toClient";

/**
 * A TCP proxy that does to connections what networks do to them. A fault holds for open connections and for new ones until
 * `heal`; several can hold at once.
 */
export interface FaultProxy {
  /** The server's connection string with the address of the proxy. */
  readonly url: string;
  readonly port: number;
  /** When each client connected, by `performance.now()`. Refused ones never reach the proxy. */
  readonly connects: readonly number[];
  /** How many clients are connected. */
  open(): number;
  /** Lets bytes arrive this many milliseconds later, in their order; in one direction or in each. */
  delay(milliseconds: number, direction?: Direction): void;
  /**
   * Swallows what is sent, and that a side hung up, in one direction or in both, without a FIN or RST. New connections are
   * accepted. A connection that has lost something stays silent in that direction after `heal` too.
   */
  drop(direction?: Direction): void;
  /** Ends each connection with FIN after so many bytes more in this direction, which may be in the middle of a message. */
  cutAfter(bytes: number, direction: Direction): void;
  /** Ends the connections that are open, with RST on both sides. */
  reset(): void;
  /** Closes the port: the system refuses new connections. Open ones go on. */
  refuse(): void;
  /** Takes all faults away. */
  heal(): Promise<void>;
  /** Ends all connections and closes the port. */
  close(): void;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket | undefined;
  readonly pipes: Readonly<Record<Direction, FaultPipe>> | undefined;
}

/**
 * Starts a proxy on 127.0.0.1 before the server of a connection string, which has a port. Where the server refuses a
 * connection, that of the client is reset.
 */
export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const faults: Readonly<Record<Direction, PipeFaults>> = { toServer: none(), toClient: none() };
  const connects: number[] = [];
  const links = new Set<Link>();

  const accept = (client: Socket): void => {
    connects.push(performance.now());
    const link = faults.toServer.drop ? unheard(client) : linked(client, target, faults);
    links.add(link);
    for (const socket of [link.client, link.server]) {
      socket?.once("close", () => {
        // Of a half-open connection one side remains.
        if (link.client.destroyed && link.server?.destroyed !== false) links.delete(link);
      });
    }
  };
  let listener = await listen(accept, 0);
  const { port } = listener.address() as AddressInfo;
  const url = new URL(targetUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);

  const reset = (): void => {
    for (const { client, server, pipes } of links) {
      pipes?.toServer.stop();
      pipes?.toClient.stop();
      client.resetAndDestroy();
      server?.resetAndDestroy();
    }
  };
  const cutAfter = (bytes: number | undefined, direction: Direction): void => {
    faults[direction].cutAfter = bytes;
    for (const { pipes } of links) pipes?.[direction].cutAfter(bytes);
  };
  const directions = (direction: Direction | undefined): readonly Direction[] =>
    direction === undefined ? ["toServer", "toClient"] : [direction];

  return {
    url: url.href,
    port,
    connects,
    open: () => [...links].filter(({ client }) => client.readyState === "open").length,
    delay: (milliseconds, direction) => {
      for (const one of directions(direction)) faults[one].delay = milliseconds;
    },
    drop: (direction) => {
      for (const one of directions(direction)) faults[one].drop = true;
    },
    cutAfter,
    reset,
    refuse: () => {
      listener.close();
    },
    heal: async () => {
      for (const direction of directions(undefined)) {
        Object.assign(faults[direction], none());
        cutAfter(undefined, direction);
      }
      if (!listener.listening) listener = await listen(accept, port);
    },
    close: () => {
      listener.close();
      reset();
    },
  };
}

function none(): PipeFaults {
  return { delay: 0, drop: false, cutAfter: undefined };
}

async function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  // Each side hangs up by itself: a FIN is passed on, not answered.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function linked(
  client: Socket,
  target: URL,
  faults: Readonly<Record<Direction, PipeFaults>>,
): Link {
  const server = connect({
    host: target.hostname,
    port: Number(target.port),
    allowHalfOpen: true,
    noDelay: true,
  });
  return {
    client,
    server,
    pipes: {
      toServer: startFaultPipe(client, server, faults.toServer),
      toClient: startFaultPipe(server, client, faults.toClient),
    },
  };
}

/** A client whose first packet is lost: the system has accepted it, the server never hears of it. */
function unheard(client: Socket): Link {
  client.on("error", () => {}).resume();
  return { client, server: undefined, pipes: undefined };
}
