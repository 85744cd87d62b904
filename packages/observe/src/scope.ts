import { AsyncLocalStorage } from "node:async_hooks";

/** One unit of the application's work (a request, a job), to which everything that it awaits belongs. */
export interface Scope {
  /** Unique in this process. */
  readonly id: number;
  /** For people: `GET /orders/:id`. */
  readonly name: string | undefined;
}

const storage = new AsyncLocalStorage<Scope>();
let scopes = 0;

/** Runs `fn` in a new scope; everything that it calls and awaits is in it. A scope inside another replaces it. */
export function withScope<Result>(fn: () => Result, name?: string): Result {
  scopes += 1;
  return storage.run({ id: scopes, name }, fn);
}

/** The scope of the running code, `undefined` outside of any. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}
