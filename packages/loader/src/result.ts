/** What is known of a key: its value, an error, or what brings them. That is a batch where `loadMany` asked for no promise. */
export type Result<V> = V | Error | Promise<V> | Failure | Pending<V>;

/** The batch failed, with whatever was thrown. */
export class Failure {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/** A batch that is not answered yet. */
export abstract class Pending<V> {
  /** The promise of one of its keys, which settles in the place of the key among those of its loads. */
  abstract promiseOf(id: number): Promise<V>;
}

/** For a `then`, once there is an answer: the value or a promise of it. An error is thrown. */
export function valueOf<V>(result: Result<V>): V | Promise<V> {
  if (result instanceof Error) throw result;
  if (result instanceof Failure) throw result.reason;
  return result as V | Promise<V>;
}
