import type { Connection, Connector, ConnectOptions } from "../connector.ts";
import type { Environment } from "../environment.ts";

/** A client without a server. */
export interface FakeClient {
  readonly id: number;
  closed: boolean;
}

/** What a test decides of each connection. Every part has a default: it connects at once and is always well. */
export interface FakeBehaviour {
  connect?(options: ConnectOptions, id: number): Promise<void>;
  validate?(client: FakeClient): Promise<void>;
  reset?(client: FakeClient): Promise<void>;
  close?(client: FakeClient, now: boolean): Promise<void>;
  state?(client: FakeClient): "clean" | "dirty" | "busy";
  lastHeard?(client: FakeClient): number;
  isWorking?(client: FakeClient, signal: AbortSignal): Promise<boolean>;
}

export interface FakeConnector extends Connector<FakeClient> {
  /** Every client that was ever connected. */
  readonly clients: readonly FakeClient[];
  /** Sockets that are open or on their way: what a server would count. */
  readonly live: number;
  readonly peak: number;
  readonly connects: number;
  /** Ends a connection from the server's side. */
  lose(client: FakeClient, reason?: string): void;
}

/** A connector without a database: for what is about the pool alone, and for a clock that no server would follow. */
export function fakeConnector(
  environment: Environment,
  behaviour: FakeBehaviour = {},
): FakeConnector {
  const clients: FakeClient[] = [];
  const losers = new Map<FakeClient, (reason: string, error: Error) => void>();
  let connects = 0;
  let live = 0;
  let peak = 0;

  async function connect(options: ConnectOptions): Promise<Connection<FakeClient>> {
    connects += 1;
    live += 1;
    peak = Math.max(peak, live);
    const client: FakeClient = { id: connects, closed: false };
    try {
      await behaviour.connect?.(options, connects);
      options.signal.throwIfAborted();
    } catch (error) {
      live -= 1;
      throw error;
    }
    clients.push(client);
    losers.set(client, options.onRetire);
    const openedAt = environment.now();
    return {
      client,
      server: {
        system: "postgresql",
        host: "fake",
        port: 1,
        database: undefined,
        role: options.role,
      },
      query: () => Promise.resolve({ rows: [], rowCount: 0 }),
      run: (send) => send(client),
      lastHeard: () => behaviour.lastHeard?.(client) ?? openedAt,
      state: () => behaviour.state?.(client) ?? "clean",
      reset: () => behaviour.reset?.(client) ?? Promise.resolve(),
      validate: () => behaviour.validate?.(client) ?? Promise.resolve(),
      close: async ({ now = false } = {}) => {
        if (client.closed) return;
        client.closed = true;
        await behaviour.close?.(client, now);
        live -= 1;
      },
      begin: () => Promise.resolve(),
      commit: () => Promise.resolve(),
      rollback: () => Promise.resolve(),
      isWorking: (signal) => behaviour.isWorking?.(client, signal) ?? Promise.resolve(true),
    };
  }

  return {
    system: "postgresql",
    description: "fake:1",
    connect,
    mayRetry: () => false,
    isPermanent: (error) => error instanceof Error && error.message === "wrong password",
    clients,
    get live() {
      return live;
    },
    get peak() {
      return peak;
    },
    get connects() {
      return connects;
    },
    lose: (client, reason = "lost") => losers.get(client)?.(reason, new Error(reason)),
  };
}
