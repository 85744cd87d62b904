import type { QueryResult, TransactionMode } from "@dbadvise/pool";
import type { Consistency } from "./consistency.ts";
import type { Placer, Start } from "./create-placer.ts";
import { type HeldConnection, holdConnection } from "./hold-connection.ts";
import { type Route, routeOf } from "./route.ts";
import { RouterError } from "./router-error.ts";
import type { HeldClient, RouterSession, RunOptions } from "./router-session.ts";
import type { RouteOptions } from "./router.ts";
import type { ScopeMemory } from "./scope-memory.ts";
import type { Sender, SenderParts, Statement } from "./send-statement.ts";
import { type TransactionControl, transactionControl } from "./transaction-control.ts";

export interface SessionParts<Client> extends SenderParts<Client> {
  readonly sender: Sender<Client>;
  readonly placer: Placer<Client>;
  readonly memories: { current(): ScopeMemory };
  statementOf<Row>(
    sql: string,
    parameters: readonly unknown[],
    given: RunOptions,
  ): Statement<Client, QueryResult<Row>>;
  runOf<Result>(
    sql: string,
    send: (client: Client) => Promise<Result>,
    given: RunOptions,
  ): Statement<Client, Result>;
}

/** See {@link RouterSession}. */
export function createSession<Client>(
  {
    options,
    cluster,
    remembering,
    sender,
    placer,
    memories,
    statementOf,
    runOf,
  }: SessionParts<Client>,
  usual: RouteOptions,
): RouterSession<Client> {
  const { dialect } = options;
  /** Resolves when what was asked for so far has ended. */
  let last: Promise<void> = Promise.resolve();
  let held: HeldConnection<Client> | undefined;
  let heldFor: "primary" | "replica" = "primary";
  let inTransaction = false;
  /** Something was sent to the replica that is held which may have changed its session. */
  let touched = false;
  /** Something was written since the place of the last write was learned. */
  let wrote = false;
  let released = false;

  /** Resolves with the function that ends the turn. */
  async function takeTurn(): Promise<() => void> {
    if (released) throw ended();
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    return resolve;
  }

  async function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const endTurn = await takeTurn();
    try {
      return await task();
    } finally {
      endTurn();
    }
  }

  const route = (sql: string, given: RunOptions): Route =>
    routeOf(sql, given, memories.current(), options);

  // Hold -----------------------------------------------------------------------------------------------------------

  /** The start of a hold. */
  const holding =
    (given: RunOptions): Start<Client, HeldConnection<Client>> =>
    (node, reason, as) => {
      heldFor = as;
      touched = false;
      return holdConnection(cluster, node, given, reason);
    };

  async function holdPrimary(given: RunOptions, reason: string): Promise<void> {
    held = await placer.onPrimary(reason, holding(given));
  }

  /** For a read-only transaction. */
  async function holdReplica(given: RunOptions, way: Route): Promise<void> {
    held = await placer.onReplica(way, given, holding(given));
  }

  function letGo(retire?: Error): void {
    const connection = held;
    held = undefined;
    inTransaction = false;
    connection?.letGo(retire);
  }

  // Send -----------------------------------------------------------------------------------------------------------

  async function send<Result>(
    statement: Statement<Client, Result>,
    given: RunOptions,
  ): Promise<Result> {
    const way = route(statement.sql, given);
    const control = way.verdict.kind === "read" ? undefined : transactionControl(statement.sql);
    if (held !== undefined) return sendHeld(held, statement, way, control);
    if (way.verdict.kind === "read") return sender.send(statement, given, way);
    if (way.explicit ? way.target === "replica" : control === "begin read only") {
      await holdReplica(given, way);
      return sendHeld(heldNow(), statement, way, control);
    }
    await holdPrimary(given, way.reason);
    const first = heldNow();
    try {
      return await sendHeld(first, statement, way, control);
    } catch (error) {
      // The server refused it and changed nothing: another one is primary now.
      if (!dialect.isReadOnlyRefusal(error)) throw error;
      letGo();
      await cluster.recheck();
      if (cluster.primary() === first.node) throw error;
      await holdPrimary(given, way.reason);
      return sendHeld(heldNow(), statement, way, control);
    }
  }

  function heldNow(): HeldConnection<Client> {
    if (held === undefined) throw ended();
    return held;
  }

  async function sendHeld<Result>(
    connection: HeldConnection<Client>,
    statement: Statement<Client, Result>,
    way: Route,
    control: TransactionControl | undefined,
  ): Promise<Result> {
    let result: Result;
    try {
      result = await connection.send(statement.send);
    } catch (error) {
      if (dialect.isReadOnlyRefusal(error) && heldFor === "primary") void cluster.recheck();
      throw error;
    }
    if (control === "begin" || control === "begin read only") inTransaction = true;
    else if (control === undefined) {
      if (way.verdict.kind === "session") touched = true;
      if (way.verdict.kind !== "read") wrote = true;
    } else {
      inTransaction = false;
      if (control === "unclear") touched = wrote = true;
    }
    if (!inTransaction) {
      await settled(connection, way.consistency);
      if (heldFor === "replica" && !touched) letGo();
    }
    return result;
  }

  /** No transaction is open: what was written is there to be seen. */
  async function settled(
    { lease, node }: HeldConnection<Client>,
    consistency: Consistency,
  ): Promise<void> {
    if (heldFor === "primary" && wrote) await remembering.wrote(lease, node.name);
    else if (consistency === "monotonic") await remembering.saw(lease);
    wrote = false;
  }

  // Transactions -----------------------------------------------------------------------------------------------------

  async function begin(mode: TransactionMode, given: RunOptions): Promise<void> {
    // A replica has no part in what serializable promises.
    const mayRead = mode.readOnly === true && mode.isolation !== "serializable";
    const kind = mayRead ? ("read" as const) : ("session" as const);
    const way = route("begin", { ...given, verdict: { kind, reason: "transaction" } });
    if (held === undefined) {
      if (way.target === "replica") await holdReplica(given, way);
      else await holdPrimary(given, mayRead ? way.reason : "transaction");
    }
    await heldNow().send((lease) => lease.begin(mode));
    inTransaction = true;
  }

  async function end(how: "commit" | "rollback"): Promise<void> {
    const connection = heldNow();
    inTransaction = false;
    await connection.send((lease) => lease[how]());
    wrote ||= how === "commit";
    await settled(connection, route(how, usual).consistency);
    if (heldFor === "replica" && !touched) letGo();
  }

  async function hold(sql: string, given: RunOptions): Promise<HeldClient<Client>> {
    const endTurn = await takeTurn();
    try {
      const way = route(sql, given);
      const ofItself = held === undefined && way.target === "replica";
      if (ofItself) await holdReplica(given, way);
      else if (held === undefined) await holdPrimary(given, way.reason);
      const connection = heldNow();
      return {
        client: connection.lease.client,
        reason: connection.reason,
        letGo: async (failure) => {
          try {
            if (way.verdict.kind !== "read") wrote = true;
            if (!inTransaction && failure === undefined) {
              await settled(connection, way.consistency);
            }
            if (ofItself) letGo(failure);
          } finally {
            endTurn();
          }
        },
      };
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  async function release(retire?: Error): Promise<void> {
    const endTurn = await takeTurn();
    released = true;
    letGo(retire);
    endTurn();
  }

  return {
    query: <Row>(sql: string, parameters: readonly unknown[] = [], given: RunOptions = {}) => {
      const all = { ...given, ...usual };
      return inTurn(() => send(statementOf<Row>(sql, parameters, all), all));
    },
    run: (sql, run, given = {}) => {
      const all = { ...given, ...usual };
      return inTurn(() => send(runOf(sql, run, all), all));
    },
    hold: (sql, given = {}) => hold(sql, { ...given, ...usual }),
    begin: (mode = {}, given = {}) => inTurn(() => begin(mode, { ...given, ...usual })),
    commit: () => inTurn(() => end("commit")),
    rollback: () => inTurn(() => end("rollback")),
    release,
    [Symbol.asyncDispose]: async () => {
      if (!released) await release();
    },
  };
}

function ended(): RouterError {
  return new RouterError(
    "SESSION_ENDED",
    "The session has ended",
    "Use a session until its release, and release it once.",
  );
}
