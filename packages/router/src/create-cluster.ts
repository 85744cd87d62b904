import { type Pool, PoolError } from "@dbadvise/pool";
import { chooseReplica, takesReads } from "./choose-replica.ts";
import type { Cluster } from "./cluster.ts";
import { electPrimary } from "./elect-primary.ts";
import { createLagRing } from "./lag-ring.ts";
import { createMember, type Member } from "./member.ts";
import { checkNodes, nodeConfig } from "./node-configs.ts";
import { pollNode } from "./poll-node.ts";
import { type Repetition, repeat } from "./repeat.ts";
import type { ResolvedRouterOptions } from "./resolve-router-options.ts";
import type { RouterEmitter } from "./router-emitter.ts";
import { RouterError } from "./router-error.ts";
import type { RouterNode } from "./router-node.ts";
import type { NodeConfig } from "./router-options.ts";
import { createSpillBudget } from "./spill-budget.ts";

/** Until then a server must have said how it is, milliseconds. */
const POLL_DEADLINE_MS = 1000;
/** After so many polls in a row without an answer another node may be primary, whatever the silent one last said. */
const SILENT_POLLS = 3;

/** A node that was heard of within this time, and has no connection left for a poll, is at work. */
const BUSY_MS = 10_000;

interface Watched<Client> {
  readonly member: Member<Client>;
  readonly polls: Repetition;
  /** Ends the polls and the listening. */
  leave(): Promise<void>;
}

/** See {@link Cluster}. Polls begin at once. Throws `INVALID_OPTIONS` for nodes that can't be told apart. */
export function createCluster<Client>(
  options: ResolvedRouterOptions<Client>,
  emitter: RouterEmitter,
): Cluster<Client> {
  const { dialect, maxLagMs, replicas } = options;
  const ring = createLagRing(dialect.covers);
  const spill = createSpillBudget(options.spill, performance.now());
  const watched = new Map<RouterNode<Client>, Watched<Client>>();
  let members: readonly Member<Client>[] = [];
  let topology: Repetition | undefined;
  let closed: Promise<void> | undefined;
  let rechecking: Promise<void> | undefined;

  const given = nodeConfig(options.primary);
  const listed = typeof replicas === "function" ? [] : replicas.map(nodeConfig);
  checkNodes([given, ...listed]);

  /** The one that was primary last; whether it still is, is `primary`'s to say. */
  let known = watch(given, false);
  let primary: Member<Client> | undefined = known;
  const configured = known;
  for (const config of listed) watch(config, false);
  if (typeof replicas === "function") {
    topology = repeat(() => followTopology(replicas), options.topologyMs);
  }

  const choice = {
    zone: options.zone,
    balance: options.balance,
    // Else all reads after a write go to the one replica that was asked first.
    unsure: ({ node }: Member<Client>) => watched.get(node)?.polls.hurry(),
  };

  // Members --------------------------------------------------------------------------------------------------------

  /** `fresh`: it joins a cluster at work, and is asked before it is used. */
  function watch(config: NodeConfig<Client>, fresh: boolean): Member<Client> {
    const member = createMember(config, dialect, mayEject, fresh);
    const { pool } = member.node;
    const listening = [
      pool.on("idleError", member.distrust),
      // Its connects failed, several in a row: no need to wait for as many polls.
      pool.on("breaker", (state, error) => {
        if (state === "open") miss(member, error ?? new Error("can't be reached"), SILENT_POLLS);
      }),
    ];
    const polls = repeat(() => poll(member), options.pollMs);
    watched.set(member.node, {
      member,
      polls,
      leave: async () => {
        for (const stop of listening) stop();
        await polls.stop();
      },
    });
    members = [...watched.values()].map((each) => each.member);
    return member;
  }

  /** Takes nothing new, and is let go when its queries have ended. */
  function remove(member: Member<Client>): void {
    member.health.setDraining(true);
    tell(member);
    void watched.get(member.node)?.leave();
    letGo(member);
  }

  function letGo(member: Member<Client>): void {
    if (member.node.outstanding > 0 || !watched.delete(member.node)) return;
    members = members.filter((each) => each !== member);
    void drain(member.config);
  }

  /** Ends a pool that is the router's own, unless another node is on it. */
  async function drain({ owned, pool }: NodeConfig<Client>): Promise<void> {
    if (owned !== true || members.some(({ node }) => node.pool === pool)) return;
    await pool.drain().catch((error: unknown) => emitter.emit("error", error as Error));
  }

  function mayEject(): boolean {
    const others = members.filter((member) => member !== primary);
    const ejected = others.filter(({ health }) => health.health === "ejected").length;
    return ejected + 1 <= options.maxEjected * others.length;
  }

  /** Tells what has become of a node since the last time. */
  function tell(member: Member<Client>): void {
    const { node, health } = member;
    const before = member.settle(member === primary);
    if (before !== undefined) {
      emitter.emit("health", node.name, node.health, before, health.reason);
    }
  }

  // Polls ----------------------------------------------------------------------------------------------------------

  async function poll(member: Member<Client>): Promise<void> {
    try {
      const answer = await pollNode(member.node.pool, dialect, POLL_DEADLINE_MS);
      if (member.health.health === "draining") return;
      member.answered(answer, peersMs(member));
      elect();
      if (member === primary) {
        ring.add(answer.askedAt, answer.state.position);
        members.forEach(measure);
      } else measure(member);
    } catch (error) {
      if (isBusy(error) && performance.now() - member.heardAt < BUSY_MS) return;
      miss(member, error as Error, 1);
    }
  }

  function miss(member: Member<Client>, error: Error, times: number): void {
    const { node, health } = member;
    if (closed !== undefined || health.health === "draining") return;
    if (health.missed === 0) {
      emitter.emit("error", new Error(`Node ${node.name} can't be asked`, { cause: error }));
    }
    member.distrust();
    health.unanswered(performance.now(), error.message, times);
    elect();
    tell(member);
  }

  function measure(member: Member<Client>): void {
    if (member !== primary) member.measureLag(ring, maxLagMs);
    tell(member);
  }

  /** What polls of other replicas take: the median, where there are two or more. */
  function peersMs(member: Member<Client>): number | undefined {
    const times = members
      .filter((other) => other !== member && other !== primary && takesReads(other, primary))
      .flatMap(({ health }) => health.pollMs ?? [])
      .toSorted((a, b) => a - b);
    return times.length < 2 ? undefined : times[Math.floor(times.length / 2)];
  }

  // Roles ----------------------------------------------------------------------------------------------------------

  function elect(): void {
    // Nobody takes over from a primary that had no time to answer.
    if (known.state === undefined && known.health.missed < SILENT_POLLS) return;
    const claims = members.flatMap(({ node: { name }, state, health }) =>
      state?.role === "primary" && health.missed < SILENT_POLLS ? { name, state } : [],
    );
    const election = electPrimary(claims, known.node.name, dialect);
    const winner = members.find(({ node }) => node.name === election.primary);
    const before = primary;
    if (winner !== undefined) primary = winner;
    else if (known.state?.role === "replica") primary = undefined;
    if (primary !== undefined && primary !== known) {
      ring.clear();
      emitter.emit("primaryChanged", primary.node.name, known.node.name);
      known = primary;
    }
    for (const member of members) assign(member, election.disputed);
    if (primary !== before) members.forEach(tell);
  }

  function assign(member: Member<Client>, disputed: readonly string[]): void {
    const { node, state, health } = member;
    const claims = state?.role === "primary";
    const fence = claims && primary !== undefined && isOther(member, primary);
    if (fence && health.health !== "fenced" && disputed.includes(node.name)) {
      emitter.emit("splitBrain", known.node.name, node.name);
    }
    if (health.health !== "draining") health.setFenced(performance.now(), fence);
    if (member === primary || (claims && !fence)) node.role = "primary";
    else node.role = state === undefined ? "unknown" : "replica";
    tell(member);
  }

  /** Whether it is another server than the primary, and not the same one by another name. */
  function isOther(member: Member<Client>, first: Member<Client>): boolean {
    if (member.state === undefined || first.state === undefined) return false;
    if (member.state.server === first.state.server) return false;
    const order = dialect.compareEpochs(member.state.position, first.state.position);
    // After a restart one of the names is asked before the other.
    return (
      order < 0 || (member.answeredAt > first.serverSince && first.answeredAt > member.serverSince)
    );
  }

  async function recheckNow(): Promise<void> {
    const since = performance.now();
    const rounds = [...watched.values()].map(async ({ polls }) => polls.now());
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        if (primary !== undefined && primary.answeredAt > since) resolve();
      };
      for (const round of rounds) void round.then(settle);
      void Promise.all(rounds).then(() => resolve());
    });
  }

  // Topology -------------------------------------------------------------------------------------------------------

  async function followTopology(
    ask: () => Promise<readonly (NodeConfig<Client> | Pool<Client>)[]>,
  ): Promise<void> {
    try {
      const wanted = (await ask()).map(nodeConfig);
      checkNodes(wanted);
      const pools = new Set(wanted.map(({ pool }) => pool));
      for (const member of members) {
        // The primary stays until another is: writes go there.
        if (member === configured || member === known || pools.has(member.node.pool)) continue;
        if (member.health.health !== "draining") remove(member);
      }
      for (const config of wanted) {
        if (closed !== undefined) void drain(config);
        else if (
          !members.some(
            ({ node, health }) => node.pool === config.pool && health.health !== "draining",
          )
        ) {
          watch(config, true);
        }
      }
    } catch (error) {
      if (closed === undefined) {
        emitter.emit("error", new Error("The topology can't be asked", { cause: error }));
      }
    }
  }

  async function close(): Promise<void> {
    void topology?.stop();
    await Promise.all([...watched.values()].map(async ({ leave }) => leave()));
    const all = members;
    members = [];
    await Promise.all(all.map(async ({ config }) => drain(config)));
  }

  function refuseClosed(): void {
    if (closed === undefined) return;
    throw new RouterError("ROUTER_CLOSED", "The router is closed", "Close it when nobody uses it.");
  }

  return {
    primary: () => {
      refuseClosed();
      if (primary !== undefined) return primary.node;
      throw new RouterError(
        "NO_PRIMARY",
        `No node takes writes: ${known.node.name} is a replica now`,
        "Promote a node, or wait until one is: the router finds it by itself.",
      );
    },
    replica: (need) => {
      refuseClosed();
      if (need.without.size === 0) spill.earn();
      return chooseReplica(members, primary, need, choice);
    },
    maySpill: ({ without }) =>
      members.some((member) => takesReads(member, primary) && !without.has(member.node.name)) ||
      spill.spend(performance.now()),
    began: (node) => {
      node.outstanding += 1;
    },
    ended: (node, ms, error) => {
      node.outstanding -= 1;
      const member = watched.get(node)?.member;
      if (member === undefined) return;
      if (member.health.health === "draining") letGo(member);
      else if (error === undefined) {
        if (ms !== undefined) member.heard(ms);
      } else if (isServers(error)) {
        member.distrust();
        if (ms === undefined) return;
        member.health.failed(performance.now(), (error as Error).message);
        tell(member);
      }
    },
    passed: (node, position) => watched.get(node)?.member.passed(position),
    wrote: (name, position) => {
      if (primary?.node.name === name) primary.passed(position);
    },
    recheck: () => {
      rechecking ??= recheckNow().finally(() => {
        rechecking = undefined;
      });
      return rechecking;
    },
    get followed() {
      return primary?.followed;
    },
    get nodes() {
      return members.map(({ node }) => node);
    },
    close: () => (closed ??= close()),
  };

  /** What a server did, and not its caller, a full pool, or a change of roles. */
  function isServers(error: unknown): boolean {
    if (error instanceof PoolError) return error.code === "UNAVAILABLE";
    if (error instanceof RouterError) return false;
    return !dialect.isCallersError(error) && !dialect.isReadOnlyRefusal(error);
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof PoolError && (error.code === "ACQUIRE_TIMEOUT" || error.code === "QUEUE_FULL")
  );
}
