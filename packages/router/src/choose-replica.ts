import type { Balancer } from "./balancer.ts";
import type { ChosenNode, ReadNeed } from "./cluster.ts";
import type { Member } from "./member.ts";
import { isInService } from "./node-health.ts";
import type { Coverage } from "./position.ts";
import type { RouterNode } from "./router-node.ts";

export interface ReplicaChoice<Client> {
  readonly zone: string | undefined;
  readonly balance: Balancer;
  /** Told of each node that is not known to have what a read must see. */
  unsure(member: Member<Client>): void;
}

const REASONS: Readonly<Record<Coverage, string>> = {
  reached: "it is known to have what must be seen",
  behind: "it is asked on the way whether it has what must be seen",
  unknown: "its history is another than that of what must be seen",
};

/** Whether a node may take reads at all. */
export function takesReads<Client>(
  member: Member<Client>,
  primary: Member<Client> | undefined,
): boolean {
  return member !== primary && isInService(member.node.health);
}

/**
 * The best kind of node that there is: replicas before the primary under another name, those in time before lagging ones, those known to
 * have the place that is asked for before others, those of the zone before others. Among these the balancer chooses.
 */
export function chooseReplica<Client>(
  members: readonly Member<Client>[],
  primary: Member<Client> | undefined,
  { position, maxLagMs, key, without }: ReadNeed,
  { zone, balance, unsure }: ReplicaChoice<Client>,
): ChosenNode<Client> | undefined {
  let least = Number.POSITIVE_INFINITY;
  let candidates: Member<Client>[] = [];
  let best: Coverage = "reached";

  for (const member of members) {
    const { node } = member;
    if (!takesReads(member, primary) || without.has(node.name)) continue;
    const alias = node.role === "primary";
    if (maxLagMs !== Number.POSITIVE_INFINITY && !alias) {
      if (!((node.lagMs ?? Number.POSITIVE_INFINITY) <= maxLagMs)) continue;
    }
    const coverage = position === undefined ? "reached" : member.coverage(position);
    if (coverage === "behind") unsure(member);
    const rank =
      (alias ? 12 : 0) +
      (node.health === "lagging" ? 6 : 0) +
      (coverage === "reached" ? 0 : coverage === "behind" ? 2 : 4) +
      (zone === undefined || node.zone === zone ? 0 : 1);
    if (rank > least) continue;
    if (rank < least) {
      least = rank;
      best = coverage;
      candidates = [];
    }
    candidates.push(member);
  }
  const node = balanced(candidates, balance, key);
  if (node === undefined) return undefined;
  const reason = position === undefined ? "any replica will do" : REASONS[best];
  return { node, coverage: best, reason };
}

function balanced<Client>(
  candidates: readonly Member<Client>[],
  balance: Balancer,
  key: string | undefined,
): RouterNode<Client> | undefined {
  // Of one there is nothing to choose.
  if (candidates.length < 2) return candidates[0]?.node;
  const now = performance.now();
  const nodes = candidates.map((member) => member.node);
  const shares = candidates.map(({ node, health }) => node.weight * health.share(now));
  return balance.choose(nodes, shares, key);
}
