import { channel, type Channel } from "node:diagnostics_channel";

/** A batch of a loader that has ended. */
export interface BatchMessage {
  /** The loader's name. `null` if it has none. */
  readonly loader: string | null;
  /** Number of keys that the batch function was called with; 0 if all loads were hits and it was not called. */
  readonly keys: number;
  /** Number of loads that found their key in the cache and waited for this batch. */
  readonly hits: number;
  /** From the call of the batch function to its answer. */
  readonly durationMs: number;
  /** What failed the whole batch. `undefined` otherwise, also when single keys have errors. */
  readonly error: unknown;
}

const batches: Channel = channel("dbadvise:batch");

/** Whether anybody listens. Asked before a message is built. */
export function batchesAreObserved(): boolean {
  return batches.hasSubscribers;
}

/** Publishes a batch on `dbadvise:batch`. */
export function publishBatch(message: BatchMessage): void {
  batches.publish(message);
}

/** Calls `listener` for each batch of any loader that has ended, until the returned function is called. */
export function onBatch(listener: (batch: BatchMessage) => void): () => void {
  const subscriber = (message: unknown): void => listener(message as BatchMessage);
  batches.subscribe(subscriber);
  return () => {
    batches.unsubscribe(subscriber);
  };
}
