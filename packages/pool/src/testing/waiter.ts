import type { Waiter } from "../waiters.ts";

/** A caller that nobody serves. */
export function waiter(given: {
  readonly since: number;
  readonly priority?: number;
  readonly deadline?: number;
}): Waiter<string> {
  const nothing = (): void => undefined;
  return {
    priority: 0,
    deadline: 100,
    ...given,
    origin: undefined,
    resolve: nothing,
    reject: nothing,
    forget: undefined,
    before: undefined,
    after: undefined,
    inLine: false,
  };
}
