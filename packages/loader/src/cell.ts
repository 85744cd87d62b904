/**
 * A key's place in the loader's own cache. Holds the value itself once that is known and no promise of it: less memory per
 * key, and a hit has no promise to ask.
 */
export class Cell<V> {
  result: V | Substitute;

  constructor(result?: V | Substitute) {
    this.result = result as V | Substitute;
  }
}

/** What a cell may hold that is not the value. One class, so that a hit on a value asks once. */
export abstract class Substitute {
  /** Never set: tells it from values, for the compiler. */
  declare readonly substitutes: true;
}

/** The key was answered with an error. */
export class Failure extends Substitute {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super();
    this.reason = reason;
  }
}

/** The value comes with a promise: one that the cache was primed with, or that a batch function gave in place of a value. */
export class Adopted<V> extends Substitute {
  readonly promise: Promise<V>;

  constructor(promise: Promise<V>) {
    super();
    this.promise = promise;
  }
}

/** The value comes with a batch. */
export class InBatch<V> extends Substitute {
  readonly batch: { promiseOf(cell: Cell<V>): Promise<V> };

  constructor(batch: { promiseOf(cell: Cell<V>): Promise<V> }) {
    super();
    this.batch = batch;
  }
}

/** The key was loaded again in the batch that gathers: whoever does so gets the same promise. */
export class Hit<V> extends Substitute {
  readonly batch: object;
  readonly before: V | Substitute;
  readonly promise: Promise<V>;

  constructor(batch: object, before: V | Substitute, promise: Promise<V>) {
    super();
    this.batch = batch;
    this.before = before;
    this.promise = promise;
  }
}

/** For a `then`, once the result is there: the value or a promise of it. An error is thrown. */
export function takeResult<V>(cell: Cell<V>): V | Promise<V> {
  // The hits that share a promise have it now; it need not stay in memory.
  cell.result = withoutHit(cell.result);
  return valueOf(cell.result);
}

/** The same of what a cell would hold. */
export function valueOf<V>(result: V | Substitute): V | Promise<V> {
  if (!(result instanceof Substitute)) return result;
  if (result instanceof Failure) throw result.reason;
  return (result as Adopted<V>).promise;
}

export function withoutHit<V>(result: V | Substitute): V | Substitute {
  return result instanceof Hit ? (result as Hit<V>).before : result;
}
