import type { RouterNode } from "../router-node.ts";

/** A node as balancers see it. */
export function nodeOf(name: string, given: Partial<RouterNode<never>> = {}): RouterNode<never> {
  return {
    name,
    // Balancers send nothing.
    pool: undefined as never,
    weight: 1,
    zone: undefined,
    role: "replica",
    health: "up",
    bound: undefined,
    lagMs: 0,
    gone: new AbortController().signal,
    outstanding: 0,
    latencyMs: 1,
    ...given,
  };
}
