import { withRoute } from "@dbadvise/observe";
import type { AcquireOptions, Lease, QueryOptions } from "@dbadvise/pool";
import type { Cluster } from "./cluster.ts";
import type { RouterNode } from "./router-node.ts";
import { whileInService } from "./while-in-service.ts";

/** A connection that a session or a transaction has for itself. */
export interface HeldConnection<Client> {
  readonly node: RouterNode<Client>;
  readonly lease: Lease<Client>;
  /** Why it is this node's. */
  readonly reason: string;
  /** Sends on it, with the reason why it goes there. */
  send<Result>(run: (lease: Lease<Client>) => Promise<Result>): Promise<Result>;
  /** Gives it back; with a reason it is closed. */
  letGo(retire?: Error): void;
}

/** The same lease, whose queries are published with a reason. */
export function withReason<Client>(
  lease: Lease<Client>,
  reason: string | (() => string),
): Lease<Client> {
  return {
    get client() {
      return lease.client;
    },
    get active() {
      return lease.active;
    },
    query: <Row>(sql: string, parameters?: readonly unknown[], options?: QueryOptions) =>
      withRoute(reason, () => lease.query<Row>(sql, parameters, options)),
    run: (send, options) => withRoute(reason, () => lease.run(send, options)),
    begin: (mode) => lease.begin(mode),
    commit: () => lease.commit(),
    rollback: () => lease.rollback(),
    release: (retire) => lease.release(retire),
    [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
  };
}

export async function holdConnection<Client>(
  cluster: Cluster<Client>,
  node: RouterNode<Client>,
  given: AcquireOptions,
  reason: string,
): Promise<HeldConnection<Client>> {
  let failure: unknown;
  cluster.began(node);
  try {
    const lease = await node.pool.acquire(whileInService(node, given));
    const route = `${node.name}: ${reason}`;
    return {
      node,
      lease,
      reason: route,
      send: async (run) => {
        try {
          return await withRoute(route, () => run(lease));
        } catch (error) {
          failure = error;
          throw error;
        }
      },
      letGo: (retire) => {
        if (lease.active) lease.release(retire);
        cluster.ended(node, undefined, failure);
      },
    };
  } catch (error) {
    cluster.ended(node, undefined, error);
    throw error;
  }
}
