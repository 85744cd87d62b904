import {
  type CompiledQuery,
  type ControlConnectionProvider,
  createQueryId,
  type DatabaseConnection,
  type Driver,
  IdentifierNode,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  RawNode,
} from "kysely";
import type { CoalescingEngine } from "./coalescing-engine.ts";
import { type HeldConnection, holdConnection } from "./hold-connection.ts";
import { createTurns } from "./in-turn.ts";
import { createPendingBatches, type PendingCall } from "./pending-batch.ts";
import { sendBatch } from "./send-batch.ts";
import type { Shapes } from "./shapes.ts";
import type { WaitingReads } from "./waiting-reads.ts";

type Transaction = Awaited<ReturnType<ReturnType<Kysely<unknown>["startTransaction"]>["execute"]>>;

/**
 * What Kysely takes for a connection. Reads are gathered; anything else takes a real connection, which then is held until
 * release, and on which everything goes in the order in which it was asked for.
 */
export interface VirtualConnection extends DatabaseConnection {
  begin(settings: Parameters<Driver["beginTransaction"]>[1]): Promise<void>;
  end(how: "commit" | "rollback"): Promise<void>;
  savepoint(words: string, name: string, compile: QueryCompiler["compileQuery"]): Promise<void>;
  release(): Promise<void>;
}

export function createVirtualConnection(
  db: Kysely<unknown>,
  engine: CoalescingEngine,
  shapes: Shapes,
  waiting: WaitingReads,
): VirtualConnection {
  let holding: Promise<HeldConnection> | undefined;
  let transaction: Transaction | undefined;
  /** Something was sent that may have changed the session: what was learned of shapes may not hold here. */
  let sessionTouched = false;
  /** A statement of this connection alone, which can be cancelled without harm to another's. */
  let running: HeldConnection | undefined;
  /** Reads on the held connection. */
  const own = createPendingBatches();
  const turns = createTurns();

  function hold(): Promise<HeldConnection> {
    if (holding === undefined) {
      holding = holdConnection(db);
      // The next statement asks anew.
      holding.catch(() => {
        holding = undefined;
      });
    }
    return holding;
  }

  /** Puts what was gathered into its turn: ahead of whatever comes next on this connection. */
  function flushOwn(): void {
    for (const batch of own.close(undefined)) {
      void turns.run(async () => {
        try {
          const inside = transaction === undefined ? "outside" : "transaction";
          await sendBatch(batch, await hold(), engine, inside);
        } catch (error) {
          for (const call of batch.calls) call.reject(error);
        }
      });
    }
  }

  /** Takes the turn after everything that was asked for before. */
  function inTurn<Result>(task: (held: HeldConnection) => Promise<Result>): Promise<Result> {
    flushOwn();
    return turns.run(async () => await task(await hold()));
  }

  function gather<R>(
    query: CompiledQuery,
    signal: AbortSignal | undefined,
    into: (call: PendingCall) => void,
  ): Promise<QueryResult<R>> {
    return new Promise<QueryResult<R>>((resolve, reject) => {
      into({ query, signal, resolve: resolve as PendingCall["resolve"], reject });
    });
  }

  async function executeQuery<R>(
    query: CompiledQuery,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<QueryResult<R>> {
    const shape = shapes.of(query);
    shape.calls += 1;
    try {
      if (shape.obstacle === undefined && shapes.stopped === undefined) {
        if (holding === undefined) {
          return await gather<R>(query, signal, (call) => waiting.add(shape, call));
        }
        if (shape.plan !== undefined && !sessionTouched) {
          return await gather<R>(query, signal, (call) => {
            if (own.add(undefined, shape, call).calls.length === 1) setImmediate(flushOwn);
          });
        }
      }
      shape.statements += 1;
      if (holding === undefined) waiting.flush();
      if (shape.touchesSession) sessionTouched = true;
      return await inTurn(async (held) => {
        running = held;
        try {
          return await held.connection.executeQuery<R>(
            query,
            signal === undefined ? {} : { signal },
          );
        } finally {
          running = undefined;
          if (shape.touchesSession) shapes.sent(query);
        }
      });
    } catch (error) {
      throw withCallersStack(error);
    }
  }

  /** Reads that were merged are cancelled when all their callers have gone, not by one of them. */
  async function stop(
    how: "cancelQuery" | "killSession",
    another: ControlConnectionProvider,
  ): Promise<void> {
    const connection = running?.connection;
    await connection?.collectSessionInfo?.();
    if (running !== undefined) await connection?.[how]?.(another);
  }

  return {
    executeQuery,
    async *streamQuery<R>(
      query: CompiledQuery,
      chunkSize: number,
      options?: { readonly signal?: AbortSignal },
    ): AsyncIterableIterator<QueryResult<R>> {
      const shape = shapes.of(query);
      shape.calls += 1;
      shape.statements += 1;
      if (shape.touchesSession) sessionTouched = true;
      waiting.flush();
      flushOwn();
      const end = await turns.take();
      try {
        const { connection } = await hold();
        yield* connection.streamQuery<R>(query, chunkSize, options);
      } finally {
        end();
      }
    },
    collectSessionInfo: () => Promise.resolve(),
    cancelQuery: (another) => stop("cancelQuery", another),
    killSession: (another) => stop("killSession", another),
    begin: ({ isolationLevel, accessMode }) =>
      inTurn(async ({ kysely }) => {
        let builder = kysely.startTransaction();
        if (isolationLevel !== undefined) builder = builder.setIsolationLevel(isolationLevel);
        if (accessMode !== undefined) builder = builder.setAccessMode(accessMode);
        transaction = await builder.execute();
      }),
    end: (how) =>
      inTurn(async () => {
        const ended = transaction;
        transaction = undefined;
        await ended?.[how]().execute();
      }),
    savepoint: (words, name, compile) =>
      inTurn(async ({ connection }) => {
        const node = RawNode.create([`${words} `, ""], [IdentifierNode.create(name)]);
        await connection.executeQuery(compile(node, createQueryId()));
      }),
    async release() {
      if (holding === undefined) return;
      flushOwn();
      await turns.run(() => Promise.resolve());
      const held = await holding.catch(() => undefined);
      await held?.letGo();
    },
  };
}

const extended = new WeakSet<Error>();

/** The stack of an error begins in the driver, in answer to a batch: the lines of the caller who waits are added. */
function withCallersStack(error: unknown): unknown {
  if (error instanceof Error && !extended.has(error)) {
    extended.add(error);
    const lines = new Error("caller").stack?.split("\n").slice(1) ?? [];
    error.stack = [error.stack ?? String(error), ...lines].join("\n");
  }
  return error;
}
