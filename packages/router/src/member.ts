import { peakEwma } from "./balance/peak-ewma.ts";
import { createHealthTracker, type HealthTracker } from "./health-tracker.ts";
import type { LagRing } from "./lag-ring.ts";
import type { Poll } from "./poll-node.ts";
import type { Coverage, Position } from "./position.ts";
import { isInService, type NodeHealth } from "./node-health.ts";
import type { RouterDialect, ServerState } from "./router-dialect.ts";
import { RouterError } from "./router-error.ts";
import type { RouterNode } from "./router-node.ts";
import type { NodeConfig } from "./router-options.ts";

/** A node, and what the cluster has to remember of it. */
export interface Member<Client> {
  readonly node: RouterNode<Client>;
  readonly config: NodeConfig<Client>;
  readonly health: HealthTracker;
  /** Its last answer, and when that came. */
  readonly state: ServerState | undefined;
  readonly answeredAt: number;
  /** Since when it is this server: a restart makes it another. */
  readonly serverSince: number;
  /** When it was last heard of: a poll or a query that went well. */
  readonly heardAt: number;
  /** The epoch that it followed last, as a replica, since its server was started. */
  readonly followed: string | undefined;
  answered(poll: Poll, peersMs: number | undefined): void;
  /** A query went well. */
  heard(ms: number): void;
  /** It has been seen at a place. */
  passed(position: Position): void;
  /** Whether it is known to have passed a place; `behind` also where nothing is known of it: it can be asked. */
  coverage(position: Position): Coverage;
  /**
   * Its server may have gone: a standby that crashed comes back a little behind where it was. Until it is asked again nothing is known
   * of where it is.
   */
  distrust(): void;
  /** The ring has changed, or the bound: how far behind is it? */
  /** Copies what has become of its health to the node; what it was before, where it has changed. */
  settle(isPrimary: boolean): NodeHealth | undefined;
  measureLag(ring: LagRing, maxLagMs: number): void;
}

/** A name that leads now to one server, now to another has no bound for this long, milliseconds. */
const MIXED_MS = 60_000;

export function createMember<Client>(
  config: NodeConfig<Client>,
  { covers, merge, compareEpochs }: RouterDialect<Client>,
  mayEject: () => boolean,
  fresh: boolean,
): Member<Client> {
  let state: ServerState | undefined;
  let formerServer: string | undefined;
  let followed: string | undefined;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let serverSince = Number.NEGATIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;
  let knownSince: number | undefined;
  let freshUntil: number | undefined;
  let raisedAt = Number.NEGATIVE_INFINITY;
  let distrustedAt = Number.NEGATIVE_INFINITY;
  let mixedUntil = Number.NEGATIVE_INFINITY;
  let latencyAt = performance.now();
  /** The last place that was found to be within the bound: most reads of a while ask for the same one. */
  let reached: Position | undefined;

  let inService = new AbortController();
  let service: "primary" | "replica" | undefined = "replica";

  const node: RouterNode<Client> = {
    name: config.name ?? config.pool.name,
    pool: config.pool,
    weight: config.weight ?? 1,
    zone: config.zone,
    role: "unknown",
    health: "up",
    bound: undefined,
    get lagMs() {
      return freshUntil === undefined ? undefined : performance.now() - freshUntil;
    },
    get gone() {
      return inService.signal;
    },
    outstanding: 0,
    latencyMs: 0,
  };

  function setBound(position: Position | undefined): void {
    node.bound = position;
    reached = undefined;
  }

  function distrust(): void {
    setBound(undefined);
    distrustedAt = performance.now();
  }

  function seeLatency(now: number, ms: number): void {
    node.latencyMs = peakEwma(node.latencyMs, ms, now - latencyAt);
    latencyAt = now;
    heardAt = now;
  }

  /** What the server says of itself is the truth, unless the bound was raised after it was asked. */
  function seePosition({ askedAt, state: { position } }: Poll): void {
    if (askedAt < distrustedAt || performance.now() < mixedUntil) return;
    const { bound } = node;
    if (bound === undefined || covers(position, bound) === "reached") setBound(position);
    else if (askedAt > raisedAt) {
      // It went back, or follows another history.
      if (covers(position, bound) === "behind") freshUntil = undefined;
      setBound(position);
    }
  }

  const health = createHealthTracker(mayEject, fresh);
  node.health = health.health;

  function settle(isPrimary: boolean): NodeHealth | undefined {
    const before = node.health;
    node.health = health.health;
    // The primary stays, however it is, until another is.
    const now = isPrimary ? "primary" : isInService(node.health) ? "replica" : undefined;
    if (service !== now) {
      const ends = service === "primary" || now === undefined;
      if (ends && service !== undefined) {
        const what = `${node.name} is out of service: ${health.reason}`;
        inService.abort(new RouterError("NO_REPLICA", what, "It may be sent to another node."));
      }
      if (inService.signal.aborted && now !== undefined) inService = new AbortController();
      service = now;
    }
    return before === node.health ? undefined : before;
  }

  return {
    node,
    config,
    health,
    get state() {
      return state;
    },
    get followed() {
      return followed;
    },
    get answeredAt() {
      return answeredAt;
    },
    get serverSince() {
      return serverSince;
    },
    get heardAt() {
      return heardAt;
    },
    answered: (poll, peersMs) => {
      const now = performance.now();
      if (state !== undefined && state.server !== poll.state.server) {
        distrust();
        freshUntil = undefined;
        serverSince = now;
        if (poll.state.server === formerServer) mixedUntil = now + MIXED_MS;
        formerServer = state.server;
        followed = undefined;
      }
      const { role, position } = poll.state;
      // One that has lost its primary knows no epoch any more.
      if (role === "replica" && position.epoch !== "") followed = position.epoch;
      if (state?.role !== poll.state.role) {
        knownSince = now;
        freshUntil = undefined;
      }
      state = poll.state;
      answeredAt = now;
      seeLatency(now, poll.ms);
      seePosition(poll);
      health.answered(now, poll.ms, peersMs);
    },
    heard: (ms) => {
      const now = performance.now();
      seeLatency(now, ms);
      health.succeeded(now);
    },
    passed: (position) => {
      const { bound } = node;
      // Of one that is distrusted, this may be an answer from before.
      if (bound === undefined) return;
      const coverage = covers(bound, position);
      if (coverage === "reached") return;
      if (coverage === "unknown" && compareEpochs(position, bound) <= 0) return;
      setBound(coverage === "behind" ? merge(bound, position) : position);
      raisedAt = performance.now();
    },
    coverage: (position) => {
      if (reached === position) return "reached";
      if (node.bound === undefined) return "behind";
      const coverage = covers(node.bound, position);
      if (coverage === "reached") reached = position;
      return coverage;
    },
    distrust,
    settle,
    measureLag: (ring, maxLagMs) => {
      const until = node.bound === undefined ? undefined : ring.freshUntil(node.bound);
      if (until !== undefined) freshUntil = Math.max(freshUntil ?? until, until);
      const behind = performance.now() - (freshUntil ?? knownSince ?? performance.now());
      // Back only when it is well within, so that it doesn't come and go.
      health.setLagging(behind > (health.health === "lagging" ? 0.8 : 1) * maxLagMs);
    },
  };
}
