/** What is known of a key: its value, an error, or a promise, which the value comes with. */
export type Result<V> = V | Error | Promise<V> | Substitute;

/** What stands for a result that is neither the value nor an error nor a promise. One class, so that a hit on a value asks once. */
export abstract class Substitute {
  /** Never set: tells it from values, for the compiler. */
  declare readonly substitutes: true;
}

/** The batch failed, with whatever was thrown. */
export class Failure extends Substitute {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super();
    this.reason = reason;
  }
}

/** The value comes with a batch, and `loadMany` asked for no promise of it. */
export class InBatch<V> extends Substitute {
  readonly batch: { promiseOf(id: number): Promise<V> };

  constructor(batch: { promiseOf(id: number): Promise<V> }) {
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

/** For a `then`, once the result of an id is there: the value or a promise of it. An error is thrown. */
export function takeResult<V>(results: Result<V>[], id: number): V | Promise<V> {
  // The hits that share a promise have it now; it need not stay in memory.
  const result = withoutHit(results[id] as Result<V>);
  results[id] = result;
  if (result instanceof Error) throw result;
  if (result instanceof Substitute) throw (result as Failure).reason;
  return result;
}

export function withoutHit<V>(result: Result<V>): Result<V> {
  return result instanceof Hit ? (result as Hit<V>).before : result;
}
