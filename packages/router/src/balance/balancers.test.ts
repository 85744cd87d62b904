import { describe, expect, it } from "vitest";
import type { Balancer } from "../balancer.ts";
import type { RouterNode } from "../router-node.ts";
import { withChance } from "../testing/chance.ts";
import { nodeOf } from "../testing/node-of.ts";
import { consistentHashing } from "./consistent-hashing.ts";
import { leastConnections } from "./least-connections.ts";
import { powerOfTwoChoices } from "./power-of-two-choices.ts";
import { smoothWeightedRoundRobin } from "./smooth-weighted-round-robin.ts";

type Node = RouterNode<never>;

/** How often each node is chosen of so many times, by name. `during` runs around each choice. */
function tally(
  balancer: Balancer,
  nodes: readonly Node[],
  shares: readonly number[],
  times: number,
  during: (chosen: Node, turn: number) => void = () => undefined,
): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(nodes.map(({ name }) => [name, 0]));
  for (let turn = 0; turn < times; turn++) {
    const chosen = balancer.choose(nodes, shares, undefined);
    counts[chosen.name]! += 1;
    during(chosen, turn);
  }
  return counts;
}

const BALANCERS: Readonly<Record<string, (random: () => number) => Balancer>> = {
  powerOfTwoChoices,
  smoothWeightedRoundRobin,
  leastConnections,
  consistentHashing,
};

describe.each(Object.entries(BALANCERS))("%s", (_, make) => {
  it("gives idle nodes that are alike what their shares say", () => {
    withChance((random) => {
      const nodes = ["a", "b", "c"].map((name) => nodeOf(name));
      const counts = tally(make(random), nodes, [1, 2, 5], 8000);
      expect(counts["a"]! / 8000).toBeCloseTo(1 / 8, 1);
      expect(counts["b"]! / 8000).toBeCloseTo(2 / 8, 1);
      expect(counts["c"]! / 8000).toBeCloseTo(5 / 8, 1);
    });
  });

  it("takes the only node there is", () => {
    withChance((random) => {
      const balancer = make(random);
      const only = nodeOf("a", { outstanding: 7, latencyMs: 900 });
      expect(balancer.choose([only], [0.1], undefined)).toBe(only);
      expect(balancer.choose([only], [0.1], "key")).toBe(only);
    });
  });
});

describe("powerOfTwoChoices", () => {
  it("gives a slow node little, and never nothing", () => {
    withChance((random) => {
      const nodes = [nodeOf("a"), nodeOf("b"), nodeOf("slow", { latencyMs: 50 })];
      const counts = tally(powerOfTwoChoices(random), nodes, [1, 1, 1], 9000);
      // Both draws must be the slow one: 1 of 9.
      expect(counts["slow"]! / 9000).toBeCloseTo(1 / 9, 1);
      expect(counts["slow"]).toBeGreaterThan(0);
      expect(counts["slow"]).toBeLessThan(counts["a"]! / 2);
    });
  });

  it("keeps what is under way in proportion to the shares", () => {
    withChance((random) => {
      const nodes = [nodeOf("a"), nodeOf("b"), nodeOf("c")];
      const shares = [1, 1, 2];
      const running: Node[] = [];
      tally(powerOfTwoChoices(random), nodes, shares, 4000, (chosen) => {
        chosen.outstanding += 1;
        running.push(chosen);
        // Ends in a random order, as queries do.
        if (running.length <= 80) return;
        const [ended] = running.splice(Math.floor(random() * running.length), 1);
        ended!.outstanding -= 1;
      });
      for (const [index, node] of nodes.entries()) {
        const part = (80 * shares[index]!) / 4;
        expect(node.outstanding).toBeGreaterThan(part * 0.5);
        expect(node.outstanding).toBeLessThan(part * 1.6);
      }
    });
  });
});

describe("smoothWeightedRoundRobin", () => {
  it("spreads the turns of a heavy node", () => {
    const nodes = ["a", "b", "c"].map((name) => nodeOf(name));
    const balancer = smoothWeightedRoundRobin();
    const turns = Array.from(
      { length: 7 },
      () => balancer.choose(nodes, [5, 1, 1], undefined).name,
    );
    expect(turns.join("")).toBe("aabacaa");
  });

  it("goes on evenly when a node is missing for a while", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => nodeOf(name)) as [Node, Node, Node];
    const balancer = smoothWeightedRoundRobin();
    tally(balancer, [a, b, c], [1, 1, 1], 31);
    const without = tally(balancer, [a, c], [1, 1], 100);
    expect(Math.abs(without["a"]! - without["c"]!)).toBeLessThanOrEqual(2);
    const again = tally(balancer, [a, b, c], [1, 1, 1], 300);
    expect(again["b"]).toBeGreaterThanOrEqual(98);
    expect(again["b"]).toBeLessThanOrEqual(102);
  });
});

describe("leastConnections", () => {
  it("takes the one with the fewest for its share", () => {
    withChance((random) => {
      const nodes = [
        nodeOf("a", { outstanding: 3 }),
        nodeOf("b", { outstanding: 2 }),
        nodeOf("c", { outstanding: 5 }),
      ];
      const balancer = leastConnections(random);
      expect(balancer.choose(nodes, [1, 1, 1], undefined).name).toBe("b");
      expect(balancer.choose(nodes, [1, 1, 4], undefined).name).toBe("c");
    });
  });
});

describe("consistentHashing", () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `tenant-${index}`);
  const names = ["r1", "r2", "r3", "r4"];
  const place = (balancer: Balancer, nodes: readonly Node[], shares?: readonly number[]) =>
    keys.map((key) => balancer.choose(nodes, shares ?? nodes.map(() => 1), key).name);

  it("keeps each key on one node, and gives each node its share of the keys", () => {
    const nodes = names.map((name) => nodeOf(name));
    const placed = place(consistentHashing(), nodes, [1, 1, 1, 3]);
    expect(place(consistentHashing(), nodes.toReversed(), [3, 1, 1, 1])).toEqual(placed);
    const part = (name: string) => placed.filter((each) => each === name).length / keys.length;
    for (const name of ["r1", "r2", "r3"]) expect(part(name)).toBeCloseTo(1 / 6, 1);
    expect(part("r4")).toBeCloseTo(3 / 6, 1);
  });

  it("moves only the keys of the node that goes", () => {
    const nodes = names.map((name) => nodeOf(name));
    const before = place(consistentHashing(), nodes);
    const after = place(consistentHashing(), nodes.slice(0, 3));
    const moved = before.filter((name, index) => name !== "r4" && after[index] !== name);
    expect(moved).toEqual([]);
    expect(new Set(after)).toEqual(new Set(["r1", "r2", "r3"]));
  });

  it("sends a hot key elsewhere when its node is a quarter beyond its part", () => {
    const nodes = names.map((name) => nodeOf(name));
    const balancer = consistentHashing();
    for (let load = 0; load < 400; load++) {
      balancer.choose(nodes, [1, 1, 1, 1], "hot").outstanding += 1;
    }
    const loads = nodes.map(({ outstanding }) => outstanding).toSorted((a, b) => b - a);
    expect(loads[0]).toBeLessThanOrEqual(Math.ceil(1.25 * 100) + 1);
    expect(loads[0]).toBeGreaterThan(110);
    // Always the same order of nodes for a key: the last one gets the rest.
    expect(loads[3]).toBeLessThan(100);
  });
});
