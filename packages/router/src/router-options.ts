import type { Pool } from "@dbadvise/pool";
import type { Balancer } from "./balancer.ts";
import type { Consistency } from "./consistency.ts";
import type { RouterDialect } from "./router-dialect.ts";

/** A server of the cluster. */
export interface NodeConfig<Client> {
  /** Default: the pool's name. */
  readonly name?: string;
  readonly pool: Pool<Client>;
  /** Share of the reads against others. Default 1. */
  readonly weight?: number;
  readonly zone?: string;
  /**
   * The router drains the pool when the node is removed, and when the router is closed. Default false: a pool belongs to who
   * made it.
   */
  readonly owned?: boolean;
}

/** Options of `createRouter`. Times are milliseconds. Checked together: `INVALID_OPTIONS` names every fault. */
export interface RouterOptions<Client> {
  readonly dialect: RouterDialect<Client>;
  /** The node that is thought to be primary; who is, is asked. */
  readonly primary: NodeConfig<Client> | Pool<Client>;
  /**
   * A list, or a function that is asked every `topologyMs`: `nodesFromDns`, `nodesFromQuery`, a service registry. A node that is new
   * in its answer is used once it has answered; one that is missing takes nothing new, and is let go when its queries have ended.
   */
  readonly replicas:
    | readonly (NodeConfig<Client> | Pool<Client>)[]
    | (() => Promise<readonly (NodeConfig<Client> | Pool<Client>)[]>);
  /** Default `read-your-writes`. */
  readonly consistency?: Consistency;
  /** Default: power of two choices by latency and load. */
  readonly balance?: Balancer;
  /** The router's own zone. */
  readonly zone?: string;
  /** Behind by more, a replica is `lagging`. Default 10,000. */
  readonly maxLagMs?: number;
  /** How long a read waits for a replica to catch up before it goes elsewhere. Default 50. */
  readonly catchUpMs?: number;
  /** Time between two polls of a node. Default 250. */
  readonly pollMs?: number;
  /** Time between two questions to a topology function. Default 5,000. */
  readonly topologyMs?: number;
  /** Share of the replicas that may be ejected at once for errors or slowness; those that do not answer don't count. Default 0.5. */
  readonly maxEjected?: number;
  /**
   * Share of the reads that may go to the primary because every replica is down; 10 a second always may, and bursts of 100. 0:
   * none may. Reads that a replica can't take only because it is behind are not counted. Default 0.3.
   */
  readonly spill?: number;
  /** Signs tokens (HMAC-SHA-256). Default: random, so that tokens are good in this process alone. */
  readonly tokenSecret?: string | Uint8Array;
}
