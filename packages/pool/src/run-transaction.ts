import { asError } from "./as-error.ts";
import type { Environment } from "./environment.ts";
import type { AcquireOptions, Lease } from "./lease.ts";
import type { TransactionOptions } from "./pool.ts";

/** Waits before a transaction is run again: up to the first, doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 1000;

/** See `Pool.transaction`. An error of COMMIT that leaves its fate unknown is never followed by another run. */
export async function runTransaction<Client, Result>(
  acquire: (options: AcquireOptions) => Promise<Lease<Client>>,
  mayRetry: (error: unknown) => boolean,
  environment: Environment,
  fn: (lease: Lease<Client>) => Promise<Result>,
  options: TransactionOptions,
): Promise<Result> {
  const { retries = 0, isolation, readOnly } = options;
  const lease = await acquire(options);
  let broken: Error | undefined;
  try {
    for (let run = 0; ; run += 1) {
      let result: Result;
      try {
        await lease.begin({ isolation, readOnly });
        result = await fn(lease);
        await lease.commit();
      } catch (error) {
        broken = await rollBack(lease);
        const isUsable = lease.active && broken === undefined;
        if (!isUsable || run >= retries || !mayRetry(error)) throw error;
        const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** run);
        await pause(environment, longest * environment.random());
        options.signal?.throwIfAborted();
        continue;
      }
      await options.afterCommit?.(lease);
      return result;
    }
  } finally {
    // Whoever released it inside `fn` has been told by the next use of it.
    if (lease.active) lease.release(broken);
  }
}

/** The error where even that fails: the connection is of no more use. */
async function rollBack(lease: Lease<unknown>): Promise<Error | undefined> {
  if (!lease.active) return undefined;
  try {
    await lease.rollback();
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

function pause(environment: Environment, ms: number): Promise<void> {
  return new Promise((resolve) => {
    environment.setTimer(resolve, ms);
  });
}
