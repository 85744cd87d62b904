import type { Cluster } from "./cluster.ts";
import type { Route } from "./route.ts";
import type { RouterNode } from "./router-node.ts";
import type { RunOptions } from "./router-session.ts";
import { isUnsent, noReplica, type Sender } from "./send-statement.ts";

/** Starts something on a node that was found, for a reason. */
export type Start<Client, Result> = (
  node: RouterNode<Client>,
  reason: string,
  as: "primary" | "replica",
) => Promise<Result>;

/**
 * Finds a node for what has a connection for itself: a transaction, or what a session holds. Where there is none to be had on a node, or
 * the node goes out of service while one is waited for, it is started on another one.
 */
export interface Placer<Client> {
  /** `hasBegun`: whether it had its connection, and must not be started again. */
  onPrimary<Result>(
    reason: string,
    start: Start<Client, Result>,
    hasBegun?: () => boolean,
  ): Promise<Result>;
  /** On a replica that has everything that the scope must see, else on the primary. Throws `NO_REPLICA`. */
  onReplica<Result>(
    route: Route,
    given: RunOptions,
    start: Start<Client, Result>,
    hasBegun?: () => boolean,
  ): Promise<Result>;
}

const NEVER = (): boolean => false;

export function createPlacer<Client>(
  cluster: Cluster<Client>,
  sender: Sender<Client>,
): Placer<Client> {
  const onPrimary: Placer<Client>["onPrimary"] = async (reason, start, hasBegun = NEVER) => {
    const node = cluster.primary();
    try {
      return await start(node, reason, "primary");
    } catch (error) {
      if (hasBegun() || !isUnsent(error)) throw error;
      await cluster.recheck();
      const successor = cluster.primary();
      if (successor === node) throw error;
      return start(successor, reason, "primary");
    }
  };

  return {
    onPrimary,
    onReplica: async ({ consistency, explicit }, given, start, hasBegun = NEVER) => {
      const failed = new Set<string>();
      for (;;) {
        const found = await sender.findReplica(consistency, given, failed);
        const reason = `read-only transaction; ${found.why}`;
        if (found.node === undefined) {
          if (explicit) throw noReplica(found.why);
          if (consistency !== "strong") sender.spill(found.why, found.failed);
          return onPrimary(reason, start, hasBegun);
        }
        try {
          return await start(found.node, reason, "replica");
        } catch (error) {
          if (hasBegun() || !isUnsent(error)) throw error;
          failed.add(found.node.name);
        }
      }
    },
  };
}
