import type { CompiledQuery, QueryResult } from "kysely";
import type { Shape } from "./shapes.ts";

/** One `.execute()` that waits to be sent. */
export interface PendingCall {
  readonly query: CompiledQuery;
  readonly signal: AbortSignal | undefined;
  resolve(result: QueryResult<unknown>): void;
  reject(error: unknown): void;
}

/** Calls of one shape that may go together. */
export interface PendingBatch {
  readonly shape: Shape;
  readonly calls: PendingCall[];
}

/** Calls by what must be the same for them to go together: their scope and their shape. */
export interface PendingBatches {
  /** Lets a call join the batch of its like, which is of this call alone where it opened one. */
  add(scope: unknown, shape: Shape, call: PendingCall): PendingBatch;
  /** Lets nothing more join what waits, of one scope or of a batch. */
  close(scope: unknown, batch?: PendingBatch): readonly PendingBatch[];
}

export function createPendingBatches(): PendingBatches {
  const scopes = new Map<unknown, Map<Shape, PendingBatch>>();

  function add(scope: unknown, shape: Shape, call: PendingCall): PendingBatch {
    const shapes = scopes.get(scope) ?? new Map<Shape, PendingBatch>();
    scopes.set(scope, shapes);
    const batch = shapes.get(shape) ?? { shape, calls: [] };
    shapes.set(shape, batch);
    batch.calls.push(call);
    return batch;
  }

  function close(scope: unknown, batch?: PendingBatch): readonly PendingBatch[] {
    const shapes = scopes.get(scope);
    if (shapes === undefined) return [];
    const closed = batch === undefined ? [...shapes.values()] : [batch];
    for (const one of closed) if (shapes.get(one.shape) === one) shapes.delete(one.shape);
    if (shapes.size === 0) scopes.delete(scope);
    return closed;
  }

  return { add, close };
}
