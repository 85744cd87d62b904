import { AsyncLocalStorage } from "node:async_hooks";

const allowed = new AsyncLocalStorage<true>();

/**
 * Runs `fn`; no query that it sends counts for {@link detectNPlusOne}, `expectNoNPlusOne` or `expectConstantQueries`. For
 * a loop that is meant, and for the data that a test makes.
 */
export function allowNPlusOne<Result>(fn: () => Result): Result {
  return allowed.run(true, fn);
}

export function nPlusOneIsAllowed(): boolean {
  return allowed.getStore() === true;
}
