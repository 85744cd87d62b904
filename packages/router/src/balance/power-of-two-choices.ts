import type { Balancer } from "../balancer.ts";

/**
 * Takes the better of two nodes drawn at random by their shares: the one with less latency x (outstanding + 1) for its share
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001; peak EWMA as in Finagle).
 */
export function powerOfTwoChoices(random: () => number = Math.random): Balancer {
  return {
    choose: (nodes, shares) => {
      const first = draw(shares, random);
      const second = draw(shares, random, first);
      const cost = (index: number): number => {
        const node = nodes[index];
        if (node === undefined) return Number.POSITIVE_INFINITY;
        return ((node.latencyMs + 0.1) * (node.outstanding + 1)) / (shares[index] || 1e-9);
      };
      const best = nodes[cost(second) < cost(first) ? second : first] ?? nodes[0];
      if (best === undefined) throw new Error("A balancer was given no nodes");
      return best;
    },
  };
}

/** Draws an index by shares, but not `except`. */
function draw(shares: readonly number[], random: () => number, except = -1): number {
  const total = shares.reduce((sum, share, index) => sum + (index === except ? 0 : share), 0);
  let left = random() * total;
  for (const [index, share] of shares.entries()) {
    if (index === except) continue;
    left -= share;
    if (left < 0) return index;
  }
  return Math.max(0, except === shares.length - 1 ? shares.length - 2 : shares.length - 1);
}
