import type { Balancer } from "../balancer.ts";

/**
 * Each node in turn, as often as its share says, and spread evenly: with shares 5, 1, 1 it is a a b a c a a (nginx's algorithm, 2012).
 */
export function smoothWeightedRoundRobin(): Balancer {
  const credits = new WeakMap<object, number>();
  return {
    choose: (nodes, shares) => {
      let total = 0;
      let best = 0;
      let most = Number.NEGATIVE_INFINITY;
      for (const [index, node] of nodes.entries()) {
        const share = shares[index] ?? 1;
        const credit = (credits.get(node) ?? 0) + share;
        credits.set(node, credit);
        total += share;
        if (credit > most) {
          most = credit;
          best = index;
        }
      }
      const chosen = nodes[best];
      if (chosen === undefined) throw new Error("A balancer was given no nodes");
      credits.set(chosen, most - total);
      return chosen;
    },
  };
}
