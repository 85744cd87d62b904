import { currentScope } from "@dbadvise/observe";
import {
  CompiledQuery,
  createQueryId,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  IdentifierNode,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  RawNode,
} from "kysely";
import { type CoalescingEngine, NotMergeable } from "./coalescing-engine.ts";
import { connectionOf, type HeldConnection, holdConnection } from "./hold-connection.ts";
import { createPendingBatches, type PendingBatch, type PendingBatches } from "./pending-batch.ts";
import { sendBatch } from "./send-batch.ts";
import type { Shapes } from "./shapes.ts";

/** Calls that wait on a connection of their own, which orders them: reads are gathered, all else sends them first. */
interface VirtualConnection extends DatabaseConnection {
  begin(settings: Parameters<Driver["beginTransaction"]>[1]): Promise<void>;
  end(how: "commit" | "rollback"): Promise<void>;
  savepoint(
    words: string,
    name: string,
    compileQuery: QueryCompiler["compileQuery"],
  ): Promise<void>;
  release(): Promise<void>;
}

/**
 * A dialect over another Kysely instance, whose connections are virtual: reads that meet are merged, and a real connection is
 * taken only when something is sent.
 */
export function coalescingDialect(
  db: Kysely<unknown>,
  engine: CoalescingEngine,
  shapes: Shapes,
): Dialect {
  const executor = db.getExecutor();
  const compiler: QueryCompiler = { compileQuery: (node, id) => executor.compileQuery(node, id) };
  /** Reads outside of transactions, by scope. */
  const pending = createPendingBatches();
  let flushing = false;

  /** After this turn of the event loop, when a connection is free: until then more may come. */
  function flushSoon(): void {
    if (flushing) return;
    flushing = true;
    setImmediate(() => void flush());
  }

  async function flush(): Promise<void> {
    let held: HeldConnection | undefined;
    let failure: unknown;
    try {
      held = await holdConnection(db);
    } catch (error) {
      failure = error;
    }
    flushing = false;
    const batches = pending.takeAll();
    if (held === undefined) {
      for (const { calls } of batches) for (const call of calls) call.reject(failure);
      return;
    }
    await sendAll(batches, held);
  }

  /** Each batch on a connection of its own, as far as there are any: the first on the one that is held. */
  async function sendAll(batches: readonly PendingBatch[], held: HeldConnection): Promise<void> {
    const [first, ...rest] = batches;
    const others = rest.map(async (batch) => {
      try {
        const other = await holdConnection(db);
        await sendPrepared(batch, other);
      } catch (error) {
        for (const call of batch.calls) call.reject(error);
      }
    });
    if (first === undefined) await held.letGo();
    else await sendPrepared(first, held);
    await Promise.all(others);
  }

  async function sendPrepared(batch: PendingBatch, held: HeldConnection): Promise<void> {
    try {
      if (batch.calls.length > 1) await prepare(batch, held.connection);
      await sendBatch(batch, held.connection, engine, true);
    } finally {
      await held.letGo();
    }
  }

  async function prepare({ shape, calls }: PendingBatch, on: DatabaseConnection): Promise<void> {
    const query = calls[0]?.query;
    if (shape.plan !== undefined || shape.obstacle !== undefined || query === undefined) return;
    shape.preparing ??= engine.prepare(query, compiler, on).then(
      (plan) => {
        shape.plan = plan;
      },
      (error: unknown) => {
        shape.obstacle =
          error instanceof NotMergeable ? error.message : `refused: ${String(error)}`;
      },
    );
    await shape.preparing;
  }

  function connect(): VirtualConnection {
    let held: HeldConnection | undefined;
    let transaction:
      | Awaited<ReturnType<ReturnType<typeof db.startTransaction>["execute"]>>
      | undefined;
    /** Something was sent that may have changed the session: what was learned of shapes may not hold here. */
    let sessionTouched = false;
    /** Reads on the held connection. */
    const own: PendingBatches = createPendingBatches();
    let sending: Promise<unknown> = Promise.resolve();

    async function real(): Promise<DatabaseConnection> {
      held ??= await holdConnection(db);
      return inner(held);
    }

    /** The transaction's way to the connection while there is one. */
    function inner({ connection }: HeldConnection): DatabaseConnection {
      return transaction === undefined ? connection : connectionOf(transaction);
    }

    /** Sends what was gathered: now, so that it is ahead of whatever comes next on this connection. */
    function flushOwn(): void {
      if (held === undefined) return;
      const connection = inner(held);
      for (const batch of own.takeAll()) {
        sending = Promise.all([
          sending,
          sendBatch(batch, connection, engine, transaction === undefined),
        ]);
      }
    }

    function gather<R>(
      into: PendingBatches,
      query: CompiledQuery,
      signal: AbortSignal | undefined,
      soon: () => void,
    ): Promise<QueryResult<R>> {
      const shape = shapes.of(query);
      return new Promise<QueryResult<R>>((resolve, reject) => {
        into.add(currentScope(), shape, {
          query,
          signal,
          resolve: resolve as (result: QueryResult<unknown>) => void,
          reject,
        });
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        soon();
      });
    }

    async function executeQuery<R>(
      query: CompiledQuery,
      options: { readonly signal?: AbortSignal | undefined } = {},
    ): Promise<QueryResult<R>> {
      const shape = shapes.of(query);
      shape.calls += 1;
      if (shape.obstacle === undefined && held === undefined) {
        return await gather<R>(pending, query, options.signal, flushSoon);
      }
      if (shape.obstacle === undefined && shape.plan !== undefined && !sessionTouched) {
        return await gather<R>(own, query, options.signal, () => {
          if (own.size === 1) setImmediate(flushOwn);
        });
      }
      shape.statements += 1;
      const connection = await real();
      flushOwn();
      if (!isKnownStatement(query)) sessionTouched = true;
      return await connection.executeQuery<R>(query, options);
    }

    return {
      executeQuery,
      async *streamQuery(query, chunkSize, options) {
        const connection = await real();
        flushOwn();
        yield* connection.streamQuery(query, chunkSize, options) as AsyncIterableIterator<
          QueryResult<never>
        >;
      },
      async begin({ isolationLevel, accessMode }) {
        held ??= await holdConnection(db);
        let builder = held.kysely.startTransaction();
        if (isolationLevel !== undefined) builder = builder.setIsolationLevel(isolationLevel);
        if (accessMode !== undefined) builder = builder.setAccessMode(accessMode);
        transaction = await builder.execute();
      },
      async end(how) {
        flushOwn();
        await sending;
        const ended = transaction;
        transaction = undefined;
        await ended?.[how]().execute();
      },
      async savepoint(words, name, compileQuery) {
        const connection = await real();
        flushOwn();
        const node = RawNode.create([`${words} `, ""], [IdentifierNode.create(name)]);
        await connection.executeQuery(compileQuery(node, createQueryId()));
      },
      async release() {
        flushOwn();
        await sending;
        await held?.letGo();
      },
    };
  }

  const virtual = (connection: DatabaseConnection): VirtualConnection =>
    connection as VirtualConnection;
  const driver: Driver = {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connect()),
    beginTransaction: (connection, settings) => virtual(connection).begin(settings),
    commitTransaction: (connection) => virtual(connection).end("commit"),
    rollbackTransaction: (connection) => virtual(connection).end("rollback"),
    savepoint: (connection, name, compile) =>
      virtual(connection).savepoint("savepoint", name, compile),
    rollbackToSavepoint: (connection, name, compile) =>
      virtual(connection).savepoint("rollback to savepoint", name, compile),
    releaseSavepoint: (connection, name, compile) =>
      virtual(connection).savepoint("release savepoint", name, compile),
    releaseConnection: (connection) => virtual(connection).release(),
    destroy: () => db.destroy(),
  };
  return {
    createDriver: () => driver,
    createQueryCompiler: () => compiler,
    createAdapter: () => executor.adapter,
    createIntrospector: () => db.introspection,
  };
}

/** Statements that change rows and nothing else: neither the session nor the meaning of names. */
function isKnownStatement({ query }: CompiledQuery): boolean {
  return ["SelectQueryNode", "InsertQueryNode", "UpdateQueryNode", "DeleteQueryNode"].includes(
    query.kind,
  );
}
