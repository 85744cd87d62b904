/** One key that is sent, and all who wait for its rows. */
export interface Entry<Query> {
  readonly query: Query;
  /** Of the query for this key. */
  readonly parameters: readonly unknown[];
  /** All who waited have left. */
  readonly isGone: boolean;
  /** All who wait may leave. */
  readonly mayLeave: boolean;
  /** Called when the last one leaves. */
  onGone: (() => void) | undefined;
  /** The rows, or the signal's reason when it aborts before. */
  wait(signal: AbortSignal | undefined): Promise<readonly unknown[]>;
}

/**
 * @param request sends the entry
 * @param forget called when the entry has failed, or all who waited have left: nobody else may wait for it
 */
export function createEntry<Query>(
  query: Query,
  parameters: readonly unknown[],
  request: (entry: Entry<Query>) => Promise<readonly unknown[]>,
  forget: () => void,
): Entry<Query> {
  let waiting = 0;
  let isGone = false;
  let mayLeave = true;
  const entry: Entry<Query> = {
    query,
    parameters,
    get isGone() {
      return isGone;
    },
    get mayLeave() {
      return mayLeave;
    },
    onGone: undefined,
    wait(signal) {
      waiting += 1;
      if (signal === undefined) {
        mayLeave = false;
        return rows;
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          reject(signal.reason as Error);
          waiting -= 1;
          if (waiting > 0) return;
          isGone = true;
          forget();
          entry.onGone?.();
        };
        signal.addEventListener("abort", leave, { once: true });
        rows.finally(() => signal.removeEventListener("abort", leave)).then(resolve, reject);
      });
    },
  };
  const rows = request(entry);
  // Whoever waits handles it. The next one asks again.
  rows.catch(forget);
  return entry;
}
