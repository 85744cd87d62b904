import { AsyncLocalStorage } from "node:async_hooks";
import { currentScope } from "@dbadvise/observe";
import type { Kysely, QueryCompiler } from "kysely";
import { type CoalescingEngine, NotMergeable } from "./coalescing-engine.ts";
import { type HeldConnection, holdConnection } from "./hold-connection.ts";
import { createPendingBatches, type PendingBatch, type PendingCall } from "./pending-batch.ts";
import { sendBatch } from "./send-batch.ts";
import type { Shape } from "./shapes.ts";

/** Reads outside of transactions: gathered until the tick is over and a connection is free. */
export interface WaitingReads {
  add(shape: Shape, call: PendingCall): void;
  /** Before a write in this scope: what waits asks for its connection now, ahead of it, and nothing more joins. */
  flush(): void;
}

export function createWaitingReads(
  db: Kysely<unknown>,
  engine: CoalescingEngine,
  compiler: QueryCompiler,
): WaitingReads {
  const batches = createPendingBatches();
  const starts = new WeakMap<PendingBatch, () => void>();

  function add(shape: Shape, call: PendingCall): void {
    const scope = currentScope();
    const batch = batches.add(scope, shape, call);
    // Full: those that come have a statement and a connection of their own, beside this.
    if (batch.calls.length === shape.plan?.maxCalls) batches.close(scope, batch);
    if (batch.calls.length > 1) return;
    const inContext = AsyncLocalStorage.snapshot();
    let started = false;
    const start = (): void => {
      if (started) return;
      started = true;
      void inContext(send, scope, batch);
    };
    starts.set(batch, start);
    setImmediate(start);
  }

  function flush(): void {
    for (const batch of batches.close(currentScope())) starts.get(batch)?.();
  }

  async function send(scope: unknown, batch: PendingBatch): Promise<void> {
    let held: HeldConnection;
    try {
      held = await holdConnection(db);
    } catch (error) {
      batches.close(scope, batch);
      for (const call of batch.calls) call.reject(error);
      return;
    }
    batches.close(scope, batch);
    try {
      if (batch.calls.length > 1) await prepare(batch, held, engine, compiler);
      await sendBatch(batch, held, engine, "outside");
    } finally {
      // Each caller has its answer: a connection that could not be given back is the pool's affair.
      await held.letGo().catch(() => undefined);
    }
  }

  return { add, flush };
}

/** Milliseconds for which it holds what was learned of a shape: others may change its tables. */
const LEARNED_FOR = 60_000;

/** Learns how a shape is merged. What is no answer of the database is asked again at the next occasion. */
async function prepare(
  { shape, calls: [first] }: PendingBatch,
  { connection }: HeldConnection,
  engine: CoalescingEngine,
  compiler: QueryCompiler,
): Promise<void> {
  const known = shape.plan !== undefined && performance.now() - shape.learnedAt < LEARNED_FOR;
  if (known || shape.obstacle !== undefined || first === undefined) return;
  shape.preparing ??= learn(shape, first);
  await shape.preparing;

  async function learn(of: Shape, { query }: PendingCall): Promise<void> {
    of.plan = undefined;
    try {
      of.plan = await engine.prepare(query, compiler, connection);
      of.learnedAt = performance.now();
    } catch (error) {
      if (error instanceof NotMergeable) of.obstacle = error.message;
      else if (engine.faultOf(error) !== "connection") {
        of.obstacle = `refused by the database: ${error instanceof Error ? error.message : String(error)}`;
      }
    } finally {
      of.preparing = undefined;
    }
  }
}
