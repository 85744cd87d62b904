import { withRoute } from "@dbadvise/observe";
import type { Lease, QueryResult, TransactionOptions } from "@dbadvise/pool";
import type { Cluster } from "./cluster.ts";
import { createCluster } from "./create-cluster.ts";
import { createSession, type SessionParts } from "./create-session.ts";
import { withReason } from "./hold-connection.ts";
import { createPlacer, type Start } from "./create-placer.ts";
import { createRemembering } from "./remember.ts";
import { resolveRouterOptions } from "./resolve-router-options.ts";
import type { RouteDecision } from "./route-decision.ts";
import { createTokenSeal } from "./route-token.ts";
import { routeOf } from "./route.ts";
import { createRouterEmitter } from "./router-emitter.ts";
import type { RouterNode } from "./router-node.ts";
import type { RouterOptions } from "./router-options.ts";
import type { RunOptions } from "./router-session.ts";
import type { RouteOptions, Router } from "./router.ts";
import { createScopeMemories } from "./scope-memory.ts";
import { createSender, type Statement } from "./send-statement.ts";
import { whileInService } from "./while-in-service.ts";

/**
 * Makes a router over pools. Reads go to replicas where they miss nothing that `consistency` forbids them to miss; everything
 * that is not proved read-only goes to the primary. Throws `INVALID_OPTIONS`.
 *
 * @example
 * const router = createRouter({ dialect: postgres(), primary, replicas: [one, two] });
 * await router.query("insert into notes values ($1)", ["x"]);
 * await router.query("select * from notes"); // from a replica, the new note included
 */
export function createRouter<Client>(given: RouterOptions<Client>): Router<Client> {
  const options = resolveRouterOptions(given);
  const { dialect } = options;
  const emitter = createRouterEmitter();
  const cluster: Cluster<Client> = createCluster(options, emitter);
  const memories = createScopeMemories();
  const seal = createTokenSeal(dialect.system, options.tokenSecret);
  const remembering = createRemembering(dialect, cluster, memories, emitter);
  const sender = createSender({ options, cluster, emitter, remembering });
  const placer = createPlacer(cluster, sender);
  const parts: SessionParts<Client> = {
    options,
    cluster,
    emitter,
    remembering,
    sender,
    placer,
    memories,
    statementOf,
    runOf: (sql, run, how) => {
      const send = (lease: Lease<Client>) => lease.run(run, how);
      return {
        sql,
        send,
        // The driver's own query object can't be put into one flight with a question.
        sendAt: async (lease, wanted, reason) =>
          (await dialect.waitFor(lease, wanted, 0)) === "reached"
            ? send(withReason(lease, reason))
            : undefined,
      };
    },
  };

  function statementOf<Row>(
    sql: string,
    parameters: readonly unknown[],
    how: RunOptions,
  ): Statement<Client, QueryResult<Row>> {
    return {
      sql,
      send: (lease) => lease.query<Row>(sql, parameters, how),
      sendAt: (lease, wanted, reason) =>
        withRoute(reason, () => dialect.queryAt<Row>(lease, wanted, sql, parameters, how)),
    };
  }

  async function query<Row>(
    sql: string,
    parameters: readonly unknown[] = [],
    how: RunOptions = {},
  ): Promise<QueryResult<Row>> {
    const route = routeOf(sql, how, memories.current(), options);
    return sender.send(statementOf<Row>(sql, parameters, how), how, route);
  }

  function explain(sql: string, how: RouteOptions = {}): RouteDecision {
    const route = routeOf(sql, how, memories.current(), options);
    const { target, reason, consistency } = route;
    if (target === "primary") return { target, node: cluster.primary().name, reason };
    const chosen = sender.choose(consistency, how);
    if (chosen !== undefined) {
      return { target, node: chosen.node.name, reason: `${reason}; ${chosen.reason}` };
    }
    const node = route.explicit ? undefined : cluster.primary().name;
    return { target: "primary", node, reason: `${reason}; no replica may take it` };
  }

  // Transactions -----------------------------------------------------------------------------------------------------

  async function transaction<Result>(
    fn: (lease: Lease<Client>) => Promise<Result>,
    how: RouteOptions & TransactionOptions = {},
  ): Promise<Result> {
    // A replica has no part in what serializable promises.
    const mayRead = how.readOnly === true && how.isolation !== "serializable";
    const verdict = { kind: mayRead ? "read" : "session", reason: "transaction" } as const;
    const route = routeOf("begin", { ...how, verdict }, memories.current(), options);
    let begun = false;
    const start: Start<Client, Result> = (node, why, as) => {
      const once = (lease: Lease<Client>): Promise<Result> => {
        begun = true;
        return fn(lease);
      };
      if (as === "primary") {
        const wrote = (lease: Lease<Client>) => remembering.wrote(lease, node.name);
        return inTransaction(node, once, how, why, wrote);
      }
      const saw = route.consistency === "monotonic" ? remembering.saw : undefined;
      return inTransaction(node, once, how, why, saw);
    };
    return route.target === "replica"
      ? placer.onReplica(route, how, start, () => begun)
      : placer.onPrimary(mayRead ? "read-only transaction" : "transaction", start, () => begun);
  }

  async function inTransaction<Result>(
    node: RouterNode<Client>,
    fn: (lease: Lease<Client>) => Promise<Result>,
    how: TransactionOptions,
    reason: string,
    afterCommit: ((lease: Lease<Client>) => Promise<void>) | undefined,
  ): Promise<Result> {
    let failure: unknown;
    cluster.began(node);
    try {
      const run = (lease: Lease<Client>) => fn(withReason(lease, `${node.name}: ${reason}`));
      return await node.pool.transaction(run, {
        ...how,
        signal: whileInService(node, how).signal,
        afterCommit: async (lease) => {
          await afterCommit?.(lease as Lease<Client>);
          await how.afterCommit?.(lease);
        },
      });
    } catch (error) {
      failure = error;
      if (dialect.isReadOnlyRefusal(error)) void cluster.recheck();
      throw error;
    } finally {
      cluster.ended(node, undefined, failure);
    }
  }

  // ------------------------------------------------------------------------------------------------------------------

  function accept(text: string): void {
    const { wrote, saw, unplaced } = seal.open(text);
    const memory = memories.current();
    if (wrote !== undefined) {
      memory.wrote = memory.wrote === undefined ? wrote : dialect.merge(memory.wrote, wrote);
    }
    if (saw !== undefined) {
      memory.saw = memory.saw === undefined ? saw : dialect.merge(memory.saw, saw);
    }
    memory.unplaced ??= unplaced;
  }

  function token(): string | undefined {
    const { wrote, saw, unplaced } = memories.current();
    if (wrote === undefined && saw === undefined && unplaced === undefined) return undefined;
    return seal.seal({ wrote, saw, unplaced });
  }

  /** The same router with a target for everything. */
  function view(target: "primary" | "replica" | undefined): Router<Client> {
    const fixed = target === undefined ? {} : { target };
    return {
      query: <Row>(sql: string, parameters?: readonly unknown[], how?: RunOptions) =>
        query<Row>(sql, parameters, target === undefined ? how : { ...how, target }),
      transaction: (fn, how) => transaction(fn, { ...how, ...fixed }),
      session: (how) => createSession(parts, { ...how, ...fixed }),
      primary: () => view("primary"),
      replica: () => view("replica"),
      explain: (sql, how) => explain(sql, { ...how, ...fixed }),
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
