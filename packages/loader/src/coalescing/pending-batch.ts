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

/** Calls by what must be the same for them to go together. */
export interface PendingBatches {
  readonly size: number;
  add(key: unknown, shape: Shape, call: PendingCall): void;
  /** Takes out everything, in the order of the first calls. */
  takeAll(): PendingBatch[];
}

export function createPendingBatches(): PendingBatches {
  let batches = new Map<unknown, Map<Shape, PendingBatch>>();
  let size = 0;

  function add(key: unknown, shape: Shape, call: PendingCall): void {
    size += 1;
    const shapes = batches.get(key) ?? new Map<Shape, PendingBatch>();
    batches.set(key, shapes);
    const batch = shapes.get(shape);
    if (batch === undefined) shapes.set(shape, { shape, calls: [call] });
    else batch.calls.push(call);
  }

  function takeAll(): PendingBatch[] {
    const taken = [...batches.values()].flatMap((shapes) => [...shapes.values()]);
    batches = new Map();
    size = 0;
    return taken;
  }

  return {
    get size() {
      return size;
    },
    add,
    takeAll,
  };
}
