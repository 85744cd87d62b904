/** What is known of a key. A promise: the value comes with it, from a batch function or from whoever primed the cache. */
export type Result<V> = V | Promise<V> | Substitute;

/**
 * A key's place in the loader's own cache. Holds the value itself once that is known and no promise of it: less memory per
 * key, and a hit has no promise to ask.
 */
export class Cell<V> {
  result: Result<V>;

  constructor(result?: Result<V>) {
    this.result = result as Result<V>;
  }
}

/** What a cell may hold that is neither the value nor a promise of it. One class, so that a hit on a value asks once. */
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

/** The value comes with a batch, and `loadMany` asked for no promise of it. */
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
  readonly before: Result<V>;
  readonly promise: Promise<V>;

  constructor(batch: object, before: Result<V>, promise: Promise<V>) {
    super();
    this.batch = batch;
    this.before = before;
    this.promise = promise;
  }
}

/** For a `then`, once the result is there: the value or a promise of it. An error is thrown. */
export function takeResult<V>(cell: Cell<V>): V | Promise<V> {
  // The hits that share a promise have it now; it need not stay in memory.
  const result = withoutHit(cell.result);
  cell.result = result;
  if (!(result instanceof Substitute)) return result;
  throw (result as Failure).reason;
}

export function withoutHit<V>(result: Result<V>): Result<V> {
  return result instanceof Hit ? (result as Hit<V>).before : result;
}
