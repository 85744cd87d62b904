import { withRoute } from "@dbadvise/observe";
import type {
  AcquireOptions,
  Lease,
  QueryOptions,
  QueryResult,
  TransactionOptions,
} from "@dbadvise/pool";
import type { ChosenNode, Cluster, ReadNeed } from "./cluster.ts";
import type { Consistency } from "./consistency.ts";
import { createCluster } from "./create-cluster.ts";
import type { Position } from "./position.ts";
import { resolveRouterOptions } from "./resolve-router-options.ts";
import type { RouteDecision } from "./route-decision.ts";
import { routeHint } from "./route-hint.ts";
import { createTokenSeal } from "./route-token.ts";
import { createRouterEmitter } from "./router-emitter.ts";
import { RouterError } from "./router-error.ts";
import type { RouterNode } from "./router-node.ts";
import type { RouterOptions } from "./router-options.ts";
import type { RouteOptions, Router } from "./router.ts";
import { createScopeMemories } from "./scope-memory.ts";
import type { Verdict } from "./verdict.ts";

type QueryRoute = RouteOptions & AcquireOptions & QueryOptions;

/** Where a statement goes, before a node is chosen. */
interface Route {
  readonly target: "primary" | "replica";
  readonly verdict: Verdict;
  readonly consistency: Consistency;
  readonly reason: string;
  /** The caller said so: nothing else will do. */
  readonly explicit: boolean;
}

/**
 * Makes a router over pools. Reads go to replicas where they miss nothing that `consistency` forbids them to miss; everything
 * that is not proved read-only goes to the primary. Throws `INVALID_OPTIONS`.
 *
 * @example
 * const router = createRouter({ dialect: postgres(), primary, replicas: [one, two] });
 * await router.query("insert into notes values ($1)", ["x"]);
 * await router.query("select * from notes"); // from a replica, the new note included
 */
export function createRouter<Client>(options: RouterOptions<Client>): Router<Client> {
  const resolved = resolveRouterOptions(options);
  const { dialect } = resolved;
  const emitter = createRouterEmitter();
  const cluster: Cluster<Client> = createCluster(resolved, emitter);
  const memories = createScopeMemories();
  const seal = createTokenSeal(dialect.system, resolved.tokenSecret);

  // Where to ---------------------------------------------------------------------------------------------------------

  function routeOf(sql: string, given: RouteOptions): Route {
    const consistency = given.consistency ?? memories.current().consistency ?? resolved.consistency;
    const verdict = dialect.classify(sql);
    const asked = given.target ?? routeHint(sql);
    if (asked !== undefined) {
      const reason = given.target === undefined ? "asked for by a comment" : "asked for";
      return { target: asked, verdict, consistency, reason, explicit: true };
    }
    if (verdict.kind !== "read") {
      return { target: "primary", verdict, consistency, reason: verdict.reason, explicit: false };
    }
    if (consistency === "strong") {
      const reason = "strong consistency is read from the primary";
      return { target: "primary", verdict, consistency, reason, explicit: false };
    }
    const reason = `proved read-only: ${verdict.reason}`;
    return { target: "replica", verdict, consistency, reason, explicit: false };
  }

  /** The place that a read must see; `undefined` for none. */
  function wantedBy(consistency: Consistency): Position | undefined {
    const { wrote, saw } = memories.current();
    if (consistency === "read-your-writes") return wrote;
    if (consistency !== "monotonic") return undefined;
    return wrote === undefined || saw === undefined ? (wrote ?? saw) : dialect.merge(wrote, saw);
  }

  function needOf(
    consistency: Consistency,
    key: string | undefined,
  ): ReadNeed & { readonly without: Set<string> } {
    return {
      position: wantedBy(consistency),
      maxLagMs: typeof consistency === "object" ? consistency.bounded : Number.POSITIVE_INFINITY,
      key,
      without: new Set(),
    };
  }

  function explain(sql: string, given: RouteOptions = {}): RouteDecision {
    const route = routeOf(sql, given);
    if (route.target === "primary") {
      return { target: "primary", node: cluster.primary().name, reason: route.reason };
    }
    const chosen = cluster.replica(needOf(route.consistency, given.key));
    if (chosen === undefined) {
      const reason = `${route.reason}; no replica may take it`;
      return { target: "primary", node: cluster.primary().name, reason };
    }
    return {
      target: "replica",
      node: chosen.node.name,
      reason: `${route.reason}; ${chosen.reason}`,
    };
  }

  // Send -------------------------------------------------------------------------------------------------------------

  async function query<Row>(
    sql: string,
    parameters: readonly unknown[] = [],
    given: QueryRoute = {},
  ): Promise<QueryResult<Row>> {
    const route = routeOf(sql, given);
    if (route.target === "primary") return onPrimary<Row>(sql, parameters, given, route, 0);
    return onReplica<Row>(sql, parameters, given, route);
  }

  /** `again`: how often it was sent already. */
  async function onPrimary<Row>(
    sql: string,
    parameters: readonly unknown[],
    given: QueryRoute,
    route: Route,
    again: number,
  ): Promise<QueryResult<Row>> {
    const node = cluster.primary();
    try {
      return await onNode(node, given, async (lease) => {
        const reason = `${node.name}: ${route.reason}`;
        const result = await withRoute(reason, () => lease.query<Row>(sql, parameters, given));
        if (route.verdict.kind !== "read") await rememberWrite(lease);
        else if (route.consistency === "monotonic") await rememberSight(lease);
        return result;
      });
    } catch (error) {
      // The server refused it and changed nothing: another one is primary now.
      if (again > 0 || !dialect.isReadOnlyRefusal(error)) throw error;
      await cluster.recheck();
      if (cluster.primary() === node) throw error;
      return onPrimary<Row>(sql, parameters, given, route, again + 1);
    }
  }

  async function onReplica<Row>(
    sql: string,
    parameters: readonly unknown[],
    given: QueryRoute,
    route: Route,
  ): Promise<QueryResult<Row>> {
    const need = needOf(route.consistency, given.key);
    const { position: wanted, without } = need;
    let why = "no replica may take it";
    // What replicas do not have yet is read from the primary, however much that is.
    let behind = false;
    for (;;) {
      const chosen = cluster.replica(need);
      if (chosen === undefined) break;
      const { node, coverage } = chosen;
      if (wanted !== undefined && coverage === "unknown") {
        why = "what was written is of another history than the replicas'";
        behind = true;
        const { bound } = cluster.primary();
        if (bound !== undefined && dialect.covers(bound, wanted) === "unknown") {
          emitter.emit("writeMayBeLost", wanted, bound);
        }
        break;
      }
      try {
        const result = await readFrom<Row>(chosen, wanted, sql, parameters, given, route);
        if (result !== undefined) return result;
        why = `${node.name} has not reached what was written`;
        behind = true;
      } catch (error) {
        if (dialect.isReadOnlyRefusal(error)) {
          dialect.learnWrite(sql);
          emitter.emit("misrouted", sql, node.name);
          void cluster.recheck();
          const reason = "refused by a replica as a write";
          const verdict: Verdict = { kind: "write", reason };
          return onPrimary<Row>(sql, parameters, given, { ...route, verdict, reason }, 1);
        }
        if (dialect.isCallersError(error) || given.signal?.aborted === true) throw error;
        // A read may be sent again elsewhere.
        why = `${node.name} failed`;
      }
      without.add(node.name);
    }
    if (route.explicit || !(behind || cluster.maySpill(need))) {
      throw new RouterError(
        "NO_REPLICA",
        `No replica takes this read: ${why}`,
        "Check the replicas' health (router.on('health')), or allow more `spill` to the primary.",
      );
    }
    const reason = `${route.reason}; ${why}`;
    return onPrimary<Row>(sql, parameters, given, { ...route, reason }, 0);
  }

  /** `undefined` where the replica has not got far enough, and did not within `catchUpMs`. */
  async function readFrom<Row>(
    { node, coverage, reason: chosen }: ChosenNode<Client>,
    wanted: Position | undefined,
    sql: string,
    parameters: readonly unknown[],
    given: QueryRoute,
    route: Route,
  ): Promise<QueryResult<Row> | undefined> {
    return onNode(node, given, async (lease) => {
      const reason = `${node.name}: ${route.reason}; ${chosen}`;
      const send = (): Promise<QueryResult<Row>> =>
        withRoute(reason, () => lease.query<Row>(sql, parameters, given));
      let result: QueryResult<Row> | undefined;
      if (wanted === undefined || coverage === "reached") result = await send();
      else {
        result = await withRoute(reason, () =>
          dialect.queryAt<Row>(lease, wanted, sql, parameters, given),
        );
        if (result === undefined) {
          const after = await dialect.waitFor(lease, wanted, resolved.catchUpMs);
          if (after !== "reached") return undefined;
          result = await send();
        }
        cluster.passed(node, wanted);
      }
      if (route.consistency === "monotonic") await rememberSight(lease);
      return result;
    });
  }

  async function onNode<Result>(
    node: RouterNode<Client>,
    given: AcquireOptions,
    use: (lease: Lease<Client>) => Promise<Result>,
  ): Promise<Result> {
    const from = performance.now();
    let failure: unknown;
    cluster.began(node);
    try {
      const lease = await node.pool.acquire(given);
      try {
        return await use(lease);
      } finally {
        if (lease.active) lease.release();
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // What its caller ended says nothing of the node.
      if (given.signal?.aborted === true) cluster.ended(node, undefined, undefined);
      else cluster.ended(node, performance.now() - from, failure);
    }
  }

  // Remember -----------------------------------------------------------------------------------------------------------

  async function rememberWrite(lease: Lease<Client>): Promise<void> {
    const memory = memories.current();
    const position = await dialect.positionAfterWrite(lease);
    memory.wrote = memory.wrote === undefined ? position : dialect.merge(memory.wrote, position);
    cluster.wrote(position);
  }

  /** Where the server is after a read: what was seen is not beyond it. */
  async function rememberSight(lease: Lease<Client>): Promise<void> {
    const memory = memories.current();
    const { position } = await dialect.readState(lease);
    memory.saw = memory.saw === undefined ? position : dialect.merge(memory.saw, position);
  }

  // Transactions ---------------------------------------------------------------------------------------------------------

  async function transaction<Result>(
    fn: (lease: Lease<Client>) => Promise<Result>,
    given: RouteOptions & TransactionOptions = {},
  ): Promise<Result> {
    const consistency = given.consistency ?? memories.current().consistency ?? resolved.consistency;
    const mayRead = given.readOnly === true && consistency !== "strong";
    if (given.target === "replica" || (given.target === undefined && mayRead)) {
      const need = needOf(consistency, given.key);
      const node = await replicaAt(need, given);
      if (node !== undefined && node !== "behind") {
        return inTransaction(
          node,
          fn,
          given,
          consistency === "monotonic" ? rememberSight : undefined,
        );
      }
      const refused = node !== "behind" && !cluster.maySpill(need);
      if (given.target === "replica" || refused) {
        throw new RouterError(
          "NO_REPLICA",
          "No replica takes this transaction",
          "Check the replicas' health (router.on('health')), or allow more `spill` to the primary.",
        );
      }
    }
    return inTransaction(
      cluster.primary(),
      fn,
      given,
      given.readOnly === true ? undefined : rememberWrite,
    );
  }

  /** A replica that has everything a transaction must see: once it has, it stays so. */
  async function replicaAt(
    need: ReadNeed & { readonly without: Set<string> },
    given: AcquireOptions,
  ): Promise<RouterNode<Client> | "behind" | undefined> {
    const { position: wanted, without } = need;
    let behind: "behind" | undefined;
    for (;;) {
      const chosen = cluster.replica(need);
      if (chosen === undefined) return behind;
      const { node, coverage } = chosen;
      if (wanted === undefined || coverage === "reached") return node;
      if (coverage === "unknown") return "behind";
      const reached = await onNode(node, given, (lease) =>
        dialect.waitFor(lease, wanted, resolved.catchUpMs),
      );
      if (reached === "reached") {
        cluster.passed(node, wanted);
        return node;
      }
      behind = "behind";
      without.add(node.name);
    }
  }

  async function inTransaction<Result>(
    node: RouterNode<Client>,
    fn: (lease: Lease<Client>) => Promise<Result>,
    given: TransactionOptions,
    afterCommit: ((lease: Lease<Client>) => Promise<void>) | undefined,
  ): Promise<Result> {
    let failure: unknown;
    cluster.began(node);
    try {
      return await node.pool.transaction(fn, {
        ...given,
        // It is committed: an error here must not look like one of the transaction.
        afterCommit: async (lease) => {
          await afterCommit?.(lease as Lease<Client>).catch((error: unknown) => {
            emitter.emit("error", error as Error);
          });
        },
      });
    } catch (error) {
      failure = error;
      if (dialect.isReadOnlyRefusal(error)) void cluster.recheck();
      throw error;
    } finally {
      // Its time is its holder's, and its error may be.
      cluster.ended(node, undefined, failure);
    }
  }

  // ----------------------------------------------------------------------------------------------------------------------

  function token(): string | undefined {
    const { wrote, saw } = memories.current();
    return wrote === undefined && saw === undefined ? undefined : seal.seal({ wrote, saw });
  }

  function accept(text: string): void {
    const { wrote, saw } = seal.open(text);
    const memory = memories.current();
    if (wrote !== undefined) {
      memory.wrote = memory.wrote === undefined ? wrote : dialect.merge(memory.wrote, wrote);
    }
    if (saw !== undefined) {
      memory.saw = memory.saw === undefined ? saw : dialect.merge(memory.saw, saw);
    }
  }

  /** The same router with a target for everything. */
  function view(target: "primary" | "replica" | undefined): Router<Client> {
    const fixed = target === undefined ? {} : { target };
    return {
      query: <Row>(sql: string, parameters?: readonly unknown[], given?: QueryRoute) =>
        query<Row>(sql, parameters, { ...given, ...fixed }),
      transaction: (fn, given) => transaction(fn, { ...given, ...fixed }),
      primary: () => view("primary"),
      replica: () => view("replica"),
      explain: (sql, given) => explain(sql, { ...given, ...fixed }),
      setConsistency: (consistency) => {
        memories.current().consistency = consistency;
      },
      token,
      accept,
      on: emitter.on,
      close: cluster.close,
      [Symbol.asyncDispose]: cluster.close,
    };
  }

  return view(undefined);
}
