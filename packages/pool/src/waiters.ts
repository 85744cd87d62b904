/** One caller in line. */
export interface Waiter<Lent> {
  readonly priority: number;
  /** On the pool's clock; Infinity for none. */
  readonly deadline: number;
  readonly since: number;
  /** Its stack is where the caller stands; only with leak detection. */
  readonly origin: Error | undefined;
  resolve(lent: Lent): void;
  reject(error: unknown): void;
  /** Stops listening to the caller's signal. */
  forget(): void;
}

interface Place<Lent> {
  readonly waiter: Waiter<Lent>;
  before: Place<Lent> | undefined;
  after: Place<Lent> | undefined;
  inLine: boolean;
}

/** Callers in the order in which they are served: by priority, and first come, first served within one. */
export interface Waiters<Lent> {
  readonly length: number;
  /** Puts a caller in line. The returned function takes it out again; it is false for one that has left already. */
  add(waiter: Waiter<Lent>): () => boolean;
  /** Takes the next caller out of the line. */
  next(): Waiter<Lent> | undefined;
  /** Takes out all callers that match, in order. */
  remove(matches: (waiter: Waiter<Lent>) => boolean): Waiter<Lent>[];
  /** The least of what is asked of each in line; Infinity when there is none. */
  least(of: (waiter: Waiter<Lent>) => number): number;
}

/** A linked list: joining at the end, leaving from anywhere and being served cost the same at any length. */
export function createWaiters<Lent>(): Waiters<Lent> {
  let first: Place<Lent> | undefined;
  let last: Place<Lent> | undefined;
  let length = 0;

  function leave(place: Place<Lent>): boolean {
    if (!place.inLine) return false;
    place.inLine = false;
    length -= 1;
    if (place.before === undefined) first = place.after;
    else place.before.after = place.after;
    if (place.after === undefined) last = place.before;
    else place.after.before = place.before;
    return true;
  }

  function add(waiter: Waiter<Lent>): () => boolean {
    let before = last;
    while (before !== undefined && before.waiter.priority < waiter.priority) before = before.before;
    const after = before === undefined ? first : before.after;
    const place: Place<Lent> = { waiter, before, after, inLine: true };
    if (before === undefined) first = place;
    else before.after = place;
    if (after === undefined) last = place;
    else after.before = place;
    length += 1;
    return () => leave(place);
  }

  function next(): Waiter<Lent> | undefined {
    const place = first;
    if (place === undefined) return undefined;
    leave(place);
    return place.waiter;
  }

  function remove(matches: (waiter: Waiter<Lent>) => boolean): Waiter<Lent>[] {
    const removed: Waiter<Lent>[] = [];
    for (let place = first; place !== undefined; place = place.after) {
      if (!matches(place.waiter)) continue;
      leave(place);
      removed.push(place.waiter);
    }
    return removed;
  }

  function least(of: (waiter: Waiter<Lent>) => number): number {
    let found = Number.POSITIVE_INFINITY;
    for (let place = first; place !== undefined; place = place.after) {
      found = Math.min(found, of(place.waiter));
    }
    return found;
  }

  return {
    get length() {
      return length;
    },
    add,
    next,
    remove,
    least,
  };
}
