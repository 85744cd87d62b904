import type { Server } from "@dbadvise/observe";
import type pg from "pg";
import type { Connection, QueryResult } from "../connector.ts";
import { cancelUntilEnded } from "./cancel-until-ended.ts";
import { insidesOf, workOf } from "./client-insides.ts";
import { errorCode } from "./error-code.ts";
import { type SendQuery } from "./instrument-queries.ts";
import type { KeptListeners } from "../kept-listeners.ts";
import type { StreamFactory } from "./request-cancel.ts";
import { type Cancellation, runCancellable } from "./run-cancellable.ts";
import type { Session } from "./session.ts";
import { beginStatement } from "./transaction-statements.ts";

/** Milliseconds in which the server must answer a goodbye, or a cancel request, before the socket is destroyed. */
const GRACE_MS = 1000;

export interface OpenedClient {
  readonly client: pg.Client;
  readonly server: Server;
  readonly session: Session;
  /** The client's own `query`, which nobody observes. */
  readonly send: SendQuery;
  readonly stream: StreamFactory;
  /** The listeners of the client after connecting. */
  readonly listeners: KeptListeners;
  /** What the application does to a new session, done again after a reset. */
  setUp(): Promise<void>;
  /** See `Connection.isWorking`. */
  isWorking(signal: AbortSignal): Promise<boolean>;
}

/** The pool's view of a client that is connected and set up. */
export function createConnection(opened: OpenedClient): Connection<pg.Client> {
  const { client, server, session, send, stream, listeners } = opened;
  const { connection: wire } = insidesOf(client);
  let cancelling = 0;

  const settled = (): Promise<void> => untilIdle(client, session);

  const hasArrived = (): boolean => session.answering;

  const cancellation: Cancellation = {
    client,
    stream,
    graceMs: GRACE_MS,
    settled,
    nextReady: session.nextReady,
    hasArrived,
    giveUp(error) {
      session.retire("cancel-failed", error);
      wire.stream.destroy();
    },
  };

  const run = (sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> =>
    untilSettled(() => client.query(sql, parameters.length === 0 ? undefined : [...parameters]));

  async function untilSettled<Result>(give: () => Promise<Result>): Promise<Result> {
    try {
      return await give();
    } catch (error) {
      // The error comes ahead of the server's word that it is ready, without which the state isn't known.
      await settled();
      throw error;
    }
  }

  async function close(now: boolean): Promise<void> {
    session.close();
    if (session.ended) return;
    const gone = new Promise<void>((resolve) => wire.once("end", () => resolve()));
    // A statement whose client has gone would run to its end.
    if (!now && workOf(client) === "running") await cancelBestEffort();
    const end = client.end();
    if (now) wire.stream.destroy();
    const timer = setTimeout(() => wire.stream.destroy(), GRACE_MS);
    await Promise.all([end, gone]);
    clearTimeout(timer);
  }

  async function cancelBestEffort(): Promise<void> {
    const isRunning = (): boolean => workOf(client) === "running";
    const statement = { isRunning, hasArrived, ended: settled() };
    try {
      await cancelUntilEnded(client, stream, statement, AbortSignal.timeout(GRACE_MS));
    } catch {
      // The connection is closed all the same.
    }
  }

  let closing: Promise<void> | undefined;

  return {
    client,
    server,
    async query<Row>(
      sql: string,
      parameters: readonly unknown[],
      { signal }: { readonly signal?: AbortSignal | undefined },
    ): Promise<QueryResult<Row>> {
      return resultOf<Row>(await cancellable(() => run(sql, parameters), signal));
    },
    run: (give, { signal }) => cancellable(() => untilSettled(() => give(client)), signal),
    lastHeard: () => session.heard,
    state() {
      // A lost socket fails its statement before it tells its end: whoever released it must not pass it on.
      if (wire.stream.destroyed || cancelling > 0) return "busy";
      const work = workOf(client);
      if (work === "running") return "busy";
      if (work === "failed" || session.inTransaction || session.changed) return "dirty";
      return listeners.changed() ? "dirty" : "clean";
    },
    async reset() {
      listeners.restore();
      await settled();
      const inTransaction = session.inTransaction;
      if (!inTransaction && !session.changed) return;
      if (inTransaction) await send("rollback");
      // Not in one message with the rollback: two statements there are a transaction, which DISCARD ALL refuses.
      await send("discard all");
      wire.parsedStatements = {};
      if (wire.submittedNamedStatements !== undefined) wire.submittedNamedStatements = {};
      await opened.setUp();
      await settled();
      session.begin();
    },
    async validate() {
      // An empty query is the least that the server answers.
      const asks = session.role === "primary" && session.inHotStandby === undefined;
      const answer = await send(asks ? "select pg_is_in_recovery() as standby" : "");
      if (asks ? isStandby(answer) : session.role === "primary" && session.inHotStandby)
        throw new Error(`${server.host} is a standby now, where a primary is wanted.`);
    },
    async close(options) {
      const now = options?.now ?? false;
      if (now && closing !== undefined) wire.stream.destroy();
      await (closing ??= close(now));
    },
    async begin(mode) {
      await run(beginStatement(mode), []);
    },
    async commit() {
      const { command } = await run("commit", []);
      // What COMMIT answers in a failed transaction, without an error.
      if (command === "ROLLBACK")
        throw new Error("The transaction was rolled back: one of its statements had failed.");
    },
    async rollback() {
      await run("rollback", []);
    },
    isWorking: opened.isWorking,
  };

  function cancellable<Result>(
    give: () => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    return signal === undefined ? give() : cancelledBy(signal, give);
  }

  async function cancelledBy<Result>(
    signal: AbortSignal,
    give: () => Promise<Result>,
  ): Promise<Result> {
    cancelling += 1;
    try {
      return await runCancellable(give, signal, cancellation);
    } finally {
      cancelling -= 1;
    }
  }
}

function isStandby(answer: unknown): boolean {
  return (answer as pg.QueryResult<{ standby: boolean }>).rows[0]?.standby === true;
}

/** Resolves when nothing runs on the client, or its connection has ended. */
export async function untilIdle(client: pg.Client, session: Session): Promise<void> {
  while (!session.ended && workOf(client) !== "idle") await session.nextReady();
}

/** Tags of the statements that change rows. */
const CHANGING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** Of several statements in one text, the last. */
function resultOf<Row>(result: pg.QueryResult | readonly pg.QueryResult[]): QueryResult<Row> {
  const last = Array.isArray(result)
    ? (result.at(-1) as pg.QueryResult)
    : (result as pg.QueryResult);
  const rowCount = last.rowCount ?? undefined;
  const changes = CHANGING.has(last.command) ? { affected: rowCount ?? 0 } : undefined;
  return { rows: last.rows as Row[], rowCount, changes };
}

/** Whether the server ended a transaction for another one's sake: serialization failure or deadlock. */
export function mayRetry(error: unknown): boolean {
  const code = errorCode(error);
  return code === "40001" || code === "40P01";
}
