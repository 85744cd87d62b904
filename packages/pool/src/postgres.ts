import pg from "pg";
import type { Server, ServerRole } from "@dbadvise/observe";
import type { ConnectOptions, Connection, Connector } from "./connector.ts";
import { isPermanentConnectError } from "./postgres/connect-errors.ts";
import { createConnection, mayRetry, untilIdle } from "./postgres/create-connection.ts";
import { insidesOf } from "./postgres/client-insides.ts";
import { instrumentQueries } from "./postgres/instrument-queries.ts";
import { isWorking } from "./postgres/is-working.ts";
import { keepListeners } from "./kept-listeners.ts";
import { followSession } from "./postgres/session.ts";
import { unlessAborted } from "./unless-aborted.ts";

export { isSubmittable, onSubmittableEnd, type Submittable } from "./postgres/submittable.ts";

/** Where to connect, and as whom: a URL, or what `pg.Client` takes. */
export type PostgresConfig = string | pg.ClientConfig;

export interface PostgresOptions {
  /**
   * Called with each new connection before its first use, and again after its session was reset, which wipes what it set:
   * the place for SET and LISTEN, and for listeners. When it fails, so does the connect or the reset.
   */
  readonly onConnect?: ((client: pg.Client) => unknown) | undefined;
  /** The class of clients. Default: `pg.Client`. */
  readonly Client?: (new (config: pg.ClientConfig) => pg.Client) | undefined;
}

/** TCP keepalive after this much silence, where the configuration doesn't say otherwise. */
const KEEPALIVE_DELAY_MS = 10_000;

/**
 * A PostgreSQL server, by the driver `pg`.
 *
 * A function is called for each connect: new credentials are used from then on. So is a `password` function in the
 * configuration. Host names are resolved anew for each connect. A TCP keepalive begins after 10 s of silence unless the
 * configuration has its own `keepAlive`.
 */
export function postgres(
  config: PostgresConfig | (() => PostgresConfig | Promise<PostgresConfig>),
  options: PostgresOptions = {},
): Connector<pg.Client> {
  const ClientClass = options.Client ?? pg.Client;
  const settingsNow = async (signal: AbortSignal): Promise<pg.ClientConfig> =>
    configOf(typeof config === "function" ? await unlessAborted(config, signal) : config);
  return {
    system: "postgresql",
    description: typeof config === "function" ? "postgresql" : describe(config),
    async connect(connect) {
      const settings = await settingsNow(connect.signal);
      const other = async (signal: AbortSignal) => new ClientClass(await settingsNow(signal));
      return connectClient(new ClientClass(settings), settings, options, connect, other);
    },
    mayRetry,
    isPermanent: isPermanentConnectError,
  };
}

/**
 * Connects a client. Whatever fails, or when the signal aborts, its socket is destroyed: no connection comes about later
 * that nobody knows of (node-postgres #3543, #3197, #2338).
 */
async function connectClient(
  client: pg.Client,
  settings: pg.ClientConfig,
  options: PostgresOptions,
  connect: ConnectOptions,
  other: (signal: AbortSignal) => Promise<pg.Client>,
): Promise<Connection<pg.Client>> {
  const { signal, role, pool, onRetire } = connect;
  const { connection: wire } = insidesOf(client);
  const session = followSession(client, { role, onRetire });
  try {
    await unlessAborted(() => client.connect(), signal);
    const server = serverOf(client, role);
    const send = instrumentQueries(client, { server, pool, sent: session.sent });
    const setUp = async (): Promise<void> => {
      await options.onConnect?.(client);
      await untilIdle(client, session);
    };
    await unlessAborted(setUp, signal);
    session.begin();
    const stream = typeof settings.stream === "function" ? settings.stream : undefined;
    const listeners = keepListeners(client);
    return createConnection({
      client,
      server,
      session,
      send,
      stream,
      listeners,
      setUp,
      isWorking: async (until) => isWorking(await other(until), insidesOf(client).processID, until),
    });
  } catch (error) {
    session.close();
    wire.stream.destroy();
    throw error;
  }
}

function configOf(config: PostgresConfig): pg.ClientConfig {
  const given = typeof config === "string" ? { connectionString: config } : config;
  return { keepAlive: true, keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS, ...given };
}

function describe(config: PostgresConfig): string {
  // As the driver reads it: a URL, the environment, its defaults. A client does nothing before it connects.
  const { stream: _, ...settings } = configOf(config);
  const { host, port, database } = new pg.Client(settings);
  return host.startsWith("/") ? `${host}/${database}` : `${host}:${port}/${database}`;
}

function serverOf(client: pg.Client, role: ServerRole): Server {
  return {
    system: "postgresql",
    host: client.host,
    port: client.host.startsWith("/") ? undefined : client.port,
    database: client.database,
    role,
  };
}
