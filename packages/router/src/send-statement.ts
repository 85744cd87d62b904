import { withRoute } from "@dbadvise/observe";
import { type Lease, PoolError } from "@dbadvise/pool";
import type { ChosenNode, Cluster, ReadNeed } from "./cluster.ts";
import type { Consistency } from "./consistency.ts";
import type { Position } from "./position.ts";
import type { Remembering } from "./remember.ts";
import type { ResolvedRouterOptions } from "./resolve-router-options.ts";
import type { Route } from "./route.ts";
import type { RouterEmitter } from "./router-emitter.ts";
import { RouterError } from "./router-error.ts";
import type { RouterNode } from "./router-node.ts";
import type { RunOptions } from "./router-session.ts";
import type { RouteOptions } from "./router.ts";
import { whileInService } from "./while-in-service.ts";

/** One statement, and how it is sent. */
export interface Statement<Client, Result> {
  readonly sql: string;
  send(lease: Lease<Client>): Promise<Result>;
  /** Only if the server has reached `wanted`; else `undefined`. `reason`: why it goes to this server. */
  sendAt(lease: Lease<Client>, wanted: Position, reason: () => string): Promise<Result | undefined>;
}

/** A replica for a read; `node` is `undefined` where none takes it, and `why` tells. */
export interface FoundReplica<Client> {
  readonly node: RouterNode<Client> | undefined;
  readonly why: string;
  /** Names of those that could not be asked. */
  readonly failed: ReadonlySet<string>;
}

export interface Sender<Client> {
  /** Sends a statement that needs no connection of its own. */
  send<Result>(
    statement: Statement<Client, Result>,
    given: RunOptions,
    route: Route,
  ): Promise<Result>;
  /** A replica that would be chosen now, for a read. */
  choose(consistency: Consistency, given: RouteOptions): ChosenNode<Client> | undefined;
  /** A replica that has everything that the scope must see: it waits for one, `catchUpMs` each. None of those that have `failed`. */
  findReplica(
    consistency: Consistency,
    given: RunOptions,
    failed: ReadonlySet<string>,
  ): Promise<FoundReplica<Client>>;
  /** Throws `NO_REPLICA` where the primary may not take a read that no replica takes. */
  spill(why: string, failed: ReadonlySet<string>): void;
}

export interface SenderParts<Client> {
  readonly options: ResolvedRouterOptions<Client>;
  readonly cluster: Cluster<Client>;
  readonly emitter: RouterEmitter;
  readonly remembering: Remembering<Client>;
}

const NO_NODES: ReadonlySet<string> = new Set();
const NONE = "no replica may take it";
const UNPLACED = "it is not known where the scope's last write is";

export function createSender<Client>({
  options,
  cluster,
  emitter,
  remembering,
}: SenderParts<Client>): Sender<Client> {
  const { dialect, catchUpMs } = options;

  function need(
    position: Position | undefined,
    consistency: Consistency,
    { key }: RouteOptions,
    without: ReadonlySet<string>,
  ): ReadNeed {
    const maxLagMs =
      typeof consistency === "object" ? consistency.bounded : Number.POSITIVE_INFINITY;
    return { position, maxLagMs, key, without };
  }

  /** Why nothing but the primary is sure to have it: then an explicit choice of a replica can't be met. */
  function whyPrimary(consistency: Consistency): string | undefined {
    if (consistency === "strong") return "strong consistency is read from the primary";
    return remembering.isUnplaced(consistency) ? UNPLACED : undefined;
  }

  function spill(why: string, failed: ReadonlySet<string>): void {
    if (!cluster.maySpill(need(undefined, "eventual", {}, failed))) throw noReplica(why);
  }

  /** `lost`: the place that no replica had. `again`: it was sent elsewhere already. */
  async function onPrimary<Result>(
    statement: Statement<Client, Result>,
    given: RunOptions,
    route: Route,
    {
      lost,
      again = false,
    }: { readonly lost?: Position | undefined; readonly again?: boolean } = {},
  ): Promise<Result> {
    const bound = lost === undefined ? undefined : cluster.primary().bound;
    // Another process has written to a newer primary than ours.
    if (lost !== undefined && bound !== undefined && dialect.compareEpochs(lost, bound) > 0) {
      await cluster.recheck();
    }
    const node = cluster.primary();
    try {
      return await onNode(cluster, node, given, async (lease) => {
        const reason = (): string => `${node.name}: ${route.reason}`;
        const result = await withRoute(reason, () => statement.send(lease));
        if (route.verdict.kind !== "read") await remembering.wrote(lease, node.name);
        else {
          if (lost !== undefined && !isAt(node, lost))
            await remembering.checkLost(lease, node.name);
          if (remembering.isUnplaced(route.consistency)) await remembering.place(lease, node.name);
          if (route.consistency === "monotonic") await remembering.saw(lease);
        }
        return result;
      });
    } catch (error) {
      // The server refused it and changed nothing, or it was never sent: perhaps another one is primary now.
      if (again || !(isUnsent(error) || dialect.isReadOnlyRefusal(error))) throw error;
      await cluster.recheck();
      if (cluster.primary() === node) throw error;
      return onPrimary(statement, given, route, { lost, again: true });
    }
  }

  function isAt({ bound }: RouterNode<Client>, position: Position): boolean {
    return bound !== undefined && dialect.covers(bound, position) === "reached";
  }

  async function onReplica<Result>(
    statement: Statement<Client, Result>,
    given: RunOptions,
    route: Route,
  ): Promise<Result> {
    const { consistency } = route;
    const wanted = remembering.wanted(consistency);
    let without = NO_NODES;
    let failed = NO_NODES;
    const refusal = whyPrimary(consistency);
    let why = refusal ?? NONE;
    for (;;) {
      if (refusal !== undefined) break;
      const chosen = cluster.replica(need(wanted, consistency, given, without));
      if (chosen === undefined) break;
      const { node } = chosen;
      if (wanted !== undefined && chosen.coverage === "unknown") {
        why = `${node.name} is of another history than what must be seen`;
      } else {
        try {
          const result = await readFrom(chosen, wanted, statement, given, route);
          if (result !== undefined) return result;
          why = `${node.name} has not reached what must be seen`;
        } catch (error) {
          if (!route.explicit && dialect.isReadOnlyRefusal(error)) {
            return taughtBetter(statement, given, route, node);
          }
          const mayRepeat = route.verdict.kind === "read" && !dialect.isCallersError(error);
          if (!mayRepeat || given.signal?.aborted === true) throw error;
          why = `${node.name} failed`;
          failed = new Set([...failed, node.name]);
        }
      }
      without = new Set([...without, node.name]);
    }
    if (route.explicit) throw noReplica(why);
    spill(why, failed);
    const reason = `${route.reason}; ${why}`;
    return onPrimary(statement, given, { ...route, reason }, { lost: wanted });
  }

  function taughtBetter<Result>(
    statement: Statement<Client, Result>,
    given: RunOptions,
    route: Route,
    node: RouterNode<Client>,
  ): Promise<Result> {
    dialect.learnWrite(statement.sql);
    emitter.emit("misrouted", statement.sql, node.name);
    void cluster.recheck();
    const reason = "refused by a replica as a write";
    const verdict = { kind: "write", reason } as const;
    return onPrimary(statement, given, { ...route, verdict, reason }, { again: true });
  }

  /** `undefined` where the replica has not got far enough, and did not within `catchUpMs`. */
  function readFrom<Result>(
    { node, coverage, reason: chosen }: ChosenNode<Client>,
    wanted: Position | undefined,
    statement: Statement<Client, Result>,
    given: RunOptions,
    route: Route,
  ): Promise<Result | undefined> {
    const reason = (): string => `${node.name}: ${route.reason}; ${chosen}`;
    const send = (lease: Lease<Client>): Promise<Result> =>
      withRoute(reason, () => statement.send(lease));

    async function sendAt(lease: Lease<Client>, place: Position): Promise<Result | undefined> {
      let result = await statement.sendAt(lease, place, reason);
      if (result === undefined) {
        if ((await dialect.waitFor(lease, place, catchUpMs)) !== "reached") return undefined;
        result = await send(lease);
      }
      cluster.passed(node, place);
      return result;
    }

    const read =
      wanted === undefined || coverage === "reached"
        ? send
        : (lease: Lease<Client>) => sendAt(lease, wanted);
    return onNode(
      cluster,
      node,
      given,
      route.consistency === "monotonic"
        ? async (lease) => {
            const result = await read(lease);
            if (result !== undefined) await remembering.saw(lease);
            return result;
          }
        : read,
    );
  }

  return {
    send: (statement, given, route) =>
      route.target === "primary"
        ? onPrimary(statement, given, route)
        : onReplica(statement, given, route),
    choose: (consistency, given) =>
      whyPrimary(consistency) === undefined
        ? cluster.replica(need(remembering.wanted(consistency), consistency, given, NO_NODES))
        : undefined,
    findReplica: async (consistency, given, before) => {
      const wanted = remembering.wanted(consistency);
      let without = before;
      let failed = before;
      const refusal = whyPrimary(consistency);
      let why = refusal ?? NONE;
      for (;;) {
        if (refusal !== undefined) break;
        const chosen = cluster.replica(need(wanted, consistency, given, without));
        if (chosen === undefined) break;
        const { node, coverage, reason } = chosen;
        if (wanted === undefined || coverage === "reached") return { node, why: reason, failed };
        why = `${node.name} has not reached what must be seen`;
        if (coverage === "behind") {
          try {
            const after = await onNode(cluster, node, given, (lease) =>
              dialect.waitFor(lease, wanted, catchUpMs),
            );
            if (after === "reached") {
              cluster.passed(node, wanted);
              return { node, why: "it has what must be seen", failed };
            }
          } catch (error) {
            if (given.signal?.aborted === true) throw error;
            why = `${node.name} failed`;
            failed = new Set([...failed, node.name]);
          }
        }
        without = new Set([...without, node.name]);
      }
      return { node: undefined, why, failed };
    },
    spill,
  };
}

export function noReplica(why: string): RouterError {
  return new RouterError(
    "NO_REPLICA",
    `No replica takes this read: ${why}`,
    "Check the replicas' health (router.on('health')), or allow more `spill` to the primary.",
  );
}

/** There was no connection to send it on. */
export function isUnsent(error: unknown): boolean {
  if (error instanceof PoolError) return error.code === "UNAVAILABLE";
  return error instanceof RouterError;
}

/** Lends a connection of a node for one statement. */
async function onNode<Client, Result>(
  cluster: Cluster<Client>,
  node: RouterNode<Client>,
  given: RunOptions,
  use: (lease: Lease<Client>) => Promise<Result>,
): Promise<Result> {
  const from = performance.now();
  const wait = whileInService(node, given);
  let failure: unknown;
  cluster.began(node);
  try {
    const lease = await node.pool.acquire(wait);
    try {
      return await use(lease);
    } finally {
      if (lease.active) lease.release();
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // What was aborted says nothing of the node.
    if (wait.signal?.aborted === true) cluster.ended(node, undefined, undefined);
    else cluster.ended(node, performance.now() - from, failure);
  }
}
