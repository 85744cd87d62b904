import type { Cluster, ReadNeed } from "../cluster.ts";
import { createCluster } from "../create-cluster.ts";
import { resolveRouterOptions } from "../resolve-router-options.ts";
import { createRouterEmitter } from "../router-emitter.ts";
import type { RouterNode } from "../router-node.ts";
import type { RouterOptions } from "../router-options.ts";
import { scriptedDialect, type ScriptedNode } from "./scripted-nodes.ts";

/** A read with no needs. */
export const ANY: ReadNeed = {
  position: undefined,
  maxLagMs: Number.POSITIVE_INFINITY,
  key: undefined,
  without: new Set(),
};

export interface WatchedCluster {
  readonly cluster: Cluster<unknown>;
  readonly events: readonly (readonly unknown[])[];
  node(name: string): RouterNode<unknown>;
  /** Names of the nodes that so many reads go to. */
  reads(need?: Partial<ReadNeed>): Set<string>;
}

/** A cluster over scripted nodes, that is polled fast. */
export function watchNodes(
  primary: ScriptedNode,
  replicas: RouterOptions<unknown>["replicas"] | readonly ScriptedNode[],
  given: Partial<RouterOptions<unknown>> = {},
): WatchedCluster {
  const emitter = createRouterEmitter();
  const events: unknown[][] = [];
  for (const name of ["primaryChanged", "splitBrain", "health", "error"] as const) {
    emitter.on(name, (...args: unknown[]) => void events.push([name, ...args]));
  }
  const options = resolveRouterOptions({
    dialect: scriptedDialect(),
    primary: primary.pool(),
    replicas:
      typeof replicas === "function"
        ? replicas
        : replicas.map((each) => ("says" in each ? each.pool() : each)),
    pollMs: 30,
    ...given,
  });
  const cluster = createCluster(options, emitter);
  return {
    cluster,
    events,
    node: (name) => {
      const found = cluster.nodes.find((each) => each.name === name);
      if (found === undefined) throw new Error(`There is no node ${name}`);
      return found;
    },
    reads: (need) => {
      const names = Array.from({ length: 60 }, () => cluster.replica({ ...ANY, ...need }));
      return new Set(names.flatMap((chosen) => chosen?.node.name ?? []));
    },
  };
}
