import type { Balancer } from "../balancer.ts";
import { drawByShare } from "./draw-by-share.ts";

/** The node with the fewest queries under way for its share; among equals, at random by their shares. */
export function leastConnections(random: () => number = Math.random): Balancer {
  return {
    choose: (nodes, shares) => {
      const loads = nodes.map((node, index) => node.outstanding / (shares[index] ?? 1));
      const least = Math.min(...loads);
      const drawn = drawByShare(
        shares.map((share, index) => (loads[index] === least ? share : 0)),
        random,
      );
      const chosen = nodes[drawn];
      if (chosen === undefined) throw new Error("A balancer was given no nodes");
      return chosen;
    },
  };
}
