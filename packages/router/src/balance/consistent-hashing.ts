import type { Balancer } from "../balancer.ts";
import { powerOfTwoChoices } from "./power-of-two-choices.ts";

/** A node takes up to this many times its part of the load; what is beyond goes to the key's next node. */
const MOST_LOAD = 1.25;

/**
 * Keeps the reads of one `key` on one node, whose caches know it. A node that comes or goes moves only its own keys (rendezvous hashing:
 * Thaler and Ravishankar, 1998), and none is loaded more than a quarter beyond its share (bounded loads: Mirrokni, Thorup and
 * Zadimoghaddam, 2016). Reads without a key go by power of two choices.
 */
export function consistentHashing(random: () => number = Math.random): Balancer {
  const keyless = powerOfTwoChoices(random);
  return {
    choose: (nodes, shares, key) => {
      if (key === undefined) return keyless.choose(nodes, shares, key);
      let total = 0;
      let load = 1;
      for (const [index, node] of nodes.entries()) {
        total += shares[index] ?? 1;
        load += node.outstanding;
      }
      let best = nodes[0];
      let most = Number.NEGATIVE_INFINITY;
      for (const [index, node] of nodes.entries()) {
        const share = shares[index] ?? 1;
        const room = Math.ceil((MOST_LOAD * load * share) / total);
        // The logarithm gives each node the part of the keys that its share says.
        const score = share / -Math.log(hash(key, node.name));
        if (node.outstanding < room && score > most) {
          most = score;
          best = node;
        }
      }
      if (best === undefined) throw new Error("A balancer was given no nodes");
      return best;
    },
  };
}

/** Between 0 and 1, both excluded: FNV-1a, mixed as in MurmurHash3 so that similar names differ. */
function hash(key: string, name: string): number {
  let value = 0x811c9dc5;
  for (const text of [key, "\0", name]) {
    for (let index = 0; index < text.length; index++) {
      value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
    }
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (((value ^ (value >>> 16)) >>> 0) + 0.5) / 4_294_967_296;
}
