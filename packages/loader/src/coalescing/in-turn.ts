/** Runs tasks one after the other, in the order in which they were given. */
export interface Turns {
  run<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Resolves with the function that ends the turn. */
  take(): Promise<() => void>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();

  async function take(): Promise<() => void> {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    return resolve;
  }

  async function run<Result>(task: () => Promise<Result>): Promise<Result> {
    const end = await take();
    try {
      return await task();
    } finally {
      end();
    }
  }

  return { run, take };
}
