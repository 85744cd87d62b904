import { AsyncLocalStorage } from "node:async_hooks";

/** One unit of the application's work (a request, a job), to which everything that it awaits belongs. */
export interface Scope {
  /** Unique in this process. */
  readonly id: number;
  /** For people: `GET /orders/:id`. */
  readonly name: string | undefined;
}

const storage = new AsyncLocalStorage<Scope>();
const endings = new Set<(scope: Scope) => void>();
let scopes = 0;

/** Runs `fn` in a new scope; everything that it calls and awaits is in it. A scope inside another replaces it. */
export function withScope<Result>(fn: () => Result, name?: string): Result {
  scopes += 1;
  const scope: Scope = { id: scopes, name };
  const result = storage.run(scope, fn);
  if (endings.size === 0) return result;
  if (!(result instanceof Promise)) {
    end(scope);
    return result;
  }
  const settled = result.then((value: unknown) => {
    end(scope);
    return value;
  });
  return settled as Result;
}

/**
 * Calls `listener` when the function of a `withScope` has returned, or the promise it returned is fulfilled, until the
 * returned function is called. `withScope` then throws, or rejects with, what `listener` throws. A scope that failed has
 * its own error, and calls nobody.
 */
export function onScopeEnd(listener: (scope: Scope) => void): () => void {
  endings.add(listener);
  return () => {
    endings.delete(listener);
  };
}

function end(scope: Scope): void {
  for (const listener of endings) listener(scope);
}

/** The scope of the running code, `undefined` outside of any. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}
