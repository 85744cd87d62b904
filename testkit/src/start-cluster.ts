import { mariadbReplication } from "./replication/mariadb-replication.ts";
import { mysqlReplication } from "./replication/mysql-replication.ts";
import { postgresReplication } from "./replication/postgres-replication.ts";
import type { Replication } from "./replication/replication.ts";
import { findFirst } from "./servers/find-server.ts";
import { type KeptServer, startKeeper } from "./servers/start-keeper.ts";
import type { Engine } from "./servers/test-server.ts";
import { type FaultProxy, startFaultProxy } from "./start-fault-proxy.ts";

/** A primary and its replicas, for a test alone: it may break what it wants. */
export interface Cluster {
  /** Which servers they are, for people. */
  readonly name: string;
  /** The first primary; a promotion elsewhere doesn't change it. */
  readonly primary: ClusterNode;
  /** Those that began as replicas. */
  readonly replicas: readonly ClusterNode[];
  /** Stops all servers in whatever state they are, and removes their files. */
  close(): Promise<void>;
}

/** One server of a cluster. Controls of replication take effect before they resolve, unless they say otherwise. */
export interface ClusterNode {
  /** `postgres-1`. */
  readonly name: string;
  /**
   * Connection string of the cluster's database, as an account with all privileges but to write to a replica. It stays the
   * same through restarts.
   */
  readonly url: string;
  /** A way to it for clients, which can be cut: its URL is `proxy.url`. Replication doesn't go that way. */
  readonly proxy: FaultProxy;
  /** The part that it was given last: a killed primary stays one. */
  role(): "primary" | "replica";
  /** Process id of the running server, or of the last one. */
  pid(): number;
  /** Stops all its processes where they are (SIGSTOP), and lets them go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it at once, as a crash does; what it acknowledged survives. */
  kill(): Promise<void>;
  /** Starts it after `kill`, in the part that it had. */
  start(): Promise<void>;
  /**
   * Replays each transaction this long after its commit; 0 for no delay. MySQL and MariaDB know whole seconds: it is rounded
   * up.
   */
  lag(milliseconds: number): Promise<void>;
  /** Receives but replays nothing; then goes on. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  /**
   * Replays what it has and receives nothing, then goes on. PostgreSQL's receiver hangs: it is stopped by SIGSTOP. That of MySQL and
   * MariaDB has ended (`STOP REPLICA IO_THREAD`).
   */
  stopReceiver(): Promise<void>;
  startReceiver(): Promise<void>;
  /**
   * Kills the receiver, and waits until there is another. PostgreSQL ends all its processes then, and starts anew: it goes back to where
   * its last restartpoint was. Elsewhere the receiver is no process.
   */
  readonly killReceiver: (() => Promise<void>) | undefined;
  /**
   * Replays what it has received, and takes writes from then on. The other replicas stay where they are, the former primary
   * too. A delay of MySQL and MariaDB is waited for.
   */
  promote(): Promise<void>;
  /**
   * Replicates from another node, which may have been promoted meanwhile. A former primary of PostgreSQL can't: it has no way
   * back.
   */
  follow(primary: ClusterNode): Promise<void>;
  /** Waits until it has replayed what the other has written by now; throws after half a minute. */
  catchUp(other: ClusterNode): Promise<void>;
}

const replications: Readonly<Record<Engine, Replication>> = {
  postgres: postgresReplication,
  mysql: mysqlReplication,
  mariadb: mariadbReplication,
};

/**
 * Starts a primary and replicas that have caught up, on this machine and 127.0.0.1; they end with this process at the latest.
 * Their programs are found as for a private server.
 */
export async function startCluster(
  engine: Engine,
  options: { readonly replicas: number },
): Promise<Cluster> {
  const replication = replications[engine];
  const { found } = await findFirst(engine, replication.programs);
  const servers: KeptServer[] = [];
  const nodes: ClusterNode[] = [];

  const startServer = async (number: number): Promise<KeptServer> => {
    const [origin] = servers;
    const server = await startKeeper({
      ...found,
      settings: replication.settings(number),
      member: origin === undefined ? "origin" : { copyOf: origin.directory },
    });
    servers.push(server);
    return server;
  };
  const close = async (): Promise<void> => {
    for (const { proxy } of nodes) proxy.close();
    await Promise.all(servers.map((server) => server.stop()));
  };

  try {
    const origin = await startServer(1);
    const numbers = Array.from({ length: options.replicas }, (_, index) => index + 2);
    const started = await Promise.allSettled(numbers.map(startServer));
    const copies = started.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    const database = await replication.createDatabase(origin.url);
    const addresses = new Map<ClusterNode, string>();
    for (const [index, server] of [origin, ...copies].entries()) {
      const node = await makeNode(`${engine}-${index + 1}`, server, database.url, {
        replication,
        role: index === 0 ? "primary" : "replica",
        addresses,
      });
      nodes.push(node);
    }
    const [primary, ...replicas] = nodes as [ClusterNode, ...ClusterNode[]];
    for (const replica of replicas) await replica.follow(primary);
    for (const replica of replicas) await replica.catchUp(primary);
    return { name: `${origin.name}, ${options.replicas} replicas`, primary, replicas, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Membership {
  readonly replication: Replication;
  readonly role: "primary" | "replica";
  /** URLs of the superusers. */
  readonly addresses: Map<ClusterNode, string>;
}

async function makeNode(
  name: string,
  server: KeptServer,
  databaseUrl: string,
  { replication, role: first, addresses }: Membership,
): Promise<ClusterNode> {
  const url = new URL(databaseUrl);
  url.port = new URL(server.url).port;
  let role = first;
  const { killReceiver } = replication;
  const addressOf = (node: ClusterNode): string => {
    const address = addresses.get(node);
    if (address === undefined) throw new Error(`${node.name} is of another cluster`);
    return address;
  };
  const node: ClusterNode = {
    name,
    url: url.href,
    proxy: await startFaultProxy(url.href),
    role: () => role,
    pid: server.pid,
    pause: () => server.tell("pause"),
    resume: () => server.tell("resume"),
    kill: () => server.tell("kill"),
    start: async () => {
      await server.tell("start");
      await replication.restarted(server.url, role);
    },
    lag: (milliseconds) => replication.lag(server.url, milliseconds),
    pauseReplay: () => replication.pauseReplay(server.url),
    resumeReplay: () => replication.resumeReplay(server.url),
    stopReceiver: () => replication.stopReceiver(server.url),
    startReceiver: () => replication.startReceiver(server.url),
    killReceiver: killReceiver && (() => killReceiver(server.url)),
    promote: async () => {
      await replication.promote(server.url);
      role = "primary";
    },
    follow: async (primary) => {
      await replication.follow(server.url, addressOf(primary));
      role = "replica";
    },
    catchUp: (other) => replication.catchUp(server.url, addressOf(other)),
  };
  addresses.set(node, server.url);
  return node;
}
