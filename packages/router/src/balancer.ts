import type { RouterNode } from "./router-node.ts";

/** Chooses among nodes that may take a read. */
export interface Balancer {
  /**
   * `nodes` are two or more: where one may take it, nobody is asked. `key` is the caller's, for sticky choices. `shares` are the nodes' shares, weights and slow
   * start included, in the order of `nodes`.
   */
  choose<Client>(
    nodes: readonly RouterNode<Client>[],
    shares: readonly number[],
    key: string | undefined,
  ): RouterNode<Client>;
}
