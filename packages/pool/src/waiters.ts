/** One caller in line. It is its own place there: a line of many costs no more than its callers. */
export interface Waiter<Lent> {
  readonly priority: number;
  /** On the pool's clock; Infinity for none. */
  readonly deadline: number;
  readonly since: number;
  /** Its stack is where the caller stands; only with leak detection. */
  readonly origin: Error | undefined;
  readonly resolve: (lent: Lent) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to the caller's signal, where there is one. */
  forget: (() => void) | undefined;
  /** Neighbours; written by the line alone. */
  before: Waiter<Lent> | undefined;
  after: Waiter<Lent> | undefined;
  inLine: boolean;
}

/** Callers in the order in which they are served: by priority, and first come, first served within one. */
export interface Waiters<Lent> {
  readonly length: number;
  add(waiter: Waiter<Lent>): void;
  /** Takes a caller out of the line; false for one that has left already. */
  leave(waiter: Waiter<Lent>): boolean;
  /** Takes the next caller out of the line. */
  next(): Waiter<Lent> | undefined;
  /** Takes out all callers that match, in order. */
  remove(matches: (waiter: Waiter<Lent>) => boolean): Waiter<Lent>[];
  /** The least of what is asked of each in line; Infinity when there is none. */
  least(of: (waiter: Waiter<Lent>) => number): number;
}

/** A linked list: joining at the end, leaving from anywhere and being served cost the same at any length. */
export function createWaiters<Lent>(): Waiters<Lent> {
  let first: Waiter<Lent> | undefined;
  let last: Waiter<Lent> | undefined;
  let length = 0;

  function leave(waiter: Waiter<Lent>): boolean {
    if (!waiter.inLine) return false;
    waiter.inLine = false;
    length -= 1;
    if (waiter.before === undefined) first = waiter.after;
    else waiter.before.after = waiter.after;
    if (waiter.after === undefined) last = waiter.before;
    else waiter.after.before = waiter.before;
    return true;
  }

  function add(waiter: Waiter<Lent>): void {
    let before = last;
    while (before !== undefined && before.priority < waiter.priority) before = before.before;
    const after = before === undefined ? first : before.after;
    waiter.before = before;
    waiter.after = after;
    waiter.inLine = true;
    if (before === undefined) first = waiter;
    else before.after = waiter;
    if (after === undefined) last = waiter;
    else after.before = waiter;
    length += 1;
  }

  function next(): Waiter<Lent> | undefined {
    const waiter = first;
    if (waiter !== undefined) leave(waiter);
    return waiter;
  }

  function remove(matches: (waiter: Waiter<Lent>) => boolean): Waiter<Lent>[] {
    const removed: Waiter<Lent>[] = [];
    for (let waiter = first; waiter !== undefined; waiter = waiter.after) {
      if (!matches(waiter)) continue;
      leave(waiter);
      removed.push(waiter);
    }
    return removed;
  }

  function least(of: (waiter: Waiter<Lent>) => number): number {
    let found = Number.POSITIVE_INFINITY;
    for (let waiter = first; waiter !== undefined; waiter = waiter.after) {
      found = Math.min(found, of(waiter));
    }
    return found;
  }

  return {
    get length() {
      return length;
    },
    add,
    leave,
    next,
    remove,
    least,
  };
}
