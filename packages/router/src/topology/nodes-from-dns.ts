import { lookup } from "node:dns/promises";
import type { Pool } from "@dbadvise/pool";
import type { NodeConfig } from "../router-options.ts";
import { ownedNodes } from "./owned-nodes.ts";

/**
 * For `replicas` of a router: a node for each address of a host name, a headless service or a round-robin record for instance. A lookup
 * that fails changes nothing. The router ends the pools; give it to one router.
 *
 * @param connect makes the pool of one IP address
 * @param resolve default: the system's resolver, as for any connect
 *
 * @example
 * replicas: nodesFromDns("replicas.db.internal", (host) => createPool({ connector: postgres({ host, ...login }) }))
 */
export function nodesFromDns<Client>(
  hostname: string,
  connect: (address: string) => Pool<Client>,
  resolve: (hostname: string) => Promise<readonly string[]> = resolveAll,
): () => Promise<readonly NodeConfig<Client>[]> {
  const nodes = ownedNodes(connect);
  // Resolvers give addresses in a new order each time.
  return async () => nodes((await resolve(hostname)).toSorted());
}

async function resolveAll(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
}
