import type { Pool } from "@dbadvise/pool";
import type { NodeConfig } from "../router-options.ts";

/**
 * Nodes by address, each with one pool as long as its address is named. The router drains them: an address that is gone and comes back
 * has a new pool.
 */
export function ownedNodes<Client>(
  connect: (address: string) => Pool<Client>,
): (addresses: Iterable<string>) => readonly NodeConfig<Client>[] {
  let nodes = new Map<string, NodeConfig<Client>>();
  return (addresses) => {
    const named = new Map<string, NodeConfig<Client>>();
    for (const address of addresses) {
      if (named.has(address)) continue;
      named.set(
        address,
        nodes.get(address) ?? { name: address, pool: connect(address), owned: true },
      );
    }
    nodes = named;
    return [...nodes.values()];
  };
}
