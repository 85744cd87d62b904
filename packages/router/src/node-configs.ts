import type { Pool } from "@dbadvise/pool";
import { RouterError } from "./router-error.ts";
import type { NodeConfig } from "./router-options.ts";

/** A pool stands for a node with nothing else to say of it. */
export function nodeConfig<Client>(given: NodeConfig<Client> | Pool<Client>): NodeConfig<Client> {
  return "pool" in given ? given : { pool: given };
}

/** Throws `INVALID_OPTIONS`: two nodes of one name, a weight that is no share. */
export function checkNodes<Client>(configs: readonly NodeConfig<Client>[]): void {
  const faults: string[] = [];
  const names = new Set<string>();
  for (const { name, pool, weight = 1 } of configs) {
    const known = name ?? pool.name;
    if (names.has(known)) faults.push(`two nodes are named ${known}`);
    names.add(known);
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      faults.push(`the weight of ${known} is a number above 0, not ${weight}`);
    }
  }
  if (faults.length === 0) return;
  throw new RouterError(
    "INVALID_OPTIONS",
    `The nodes: ${faults.join("; ")}`,
    "Give each node a `name` of its own; by default it is its pool's.",
  );
}
