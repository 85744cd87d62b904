import type { Balancer } from "../balancer.ts";
import { drawByShare } from "./draw-by-share.ts";

/** Latencies below this count as alike, milliseconds. */
const FLOOR_MS = 0.1;

/**
 * Draws two nodes at random by their shares, and takes the one with less latency x load
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001; peak EWMA as in Finagle). One node may be drawn
 * twice: so the slowest is still tried now and then, and idle nodes that are alike take what their shares say.
 */
export function powerOfTwoChoices(random: () => number = Math.random): Balancer {
  return {
    choose: (nodes, shares) => {
      const one = drawByShare(shares, random);
      const other = drawByShare(shares, random);
      const cost = (index: number): number => {
        const node = nodes[index];
        if (node === undefined) return Number.POSITIVE_INFINITY;
        return (node.latencyMs + FLOOR_MS) * (node.outstanding / (shares[index] ?? 1) + 1);
      };
      const best = nodes[one !== other && cost(other) < cost(one) ? other : one];
      if (best === undefined) throw new Error("A balancer was given no nodes");
      return best;
    },
  };
}
