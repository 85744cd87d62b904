import { Failure, type Result, withoutHit } from "./result.ts";

/** One call of `loadMany`: one promise for all of its keys, where one and its `catch` for each would do the same. */
export class PendingMany<V> {
  readonly promise: Promise<(V | Error)[]>;
  /** In the order of the keys. Holes where a call threw before it came so far. */
  readonly #values: (V | Error)[] = [];
  readonly #resolve: (values: (V | Error)[]) => void;
  #parts = 0;

  constructor(length: number) {
    // As long as they will be: to grow them would copy each value several times.
    this.#values.length = length;
    ({ promise: this.promise, resolve: this.#resolve } = Promise.withResolvers<(V | Error)[]>());
  }

  /**
   * Some keys have their results when `settled`, the last of their loads, is. For each of them two numbers go into what is
   * returned: the index of the key and its id.
   */
  addPart(results: readonly Result<V>[], settled: Promise<unknown>): number[] {
    const places: number[] = [];
    this.#waitFor(settled, () => {
      for (let at = 0; at < places.length; at += 2)
        this.#put(places[at] as number, results[places[at + 1] as number] as Result<V>);
      this.#endPart();
    });
    return places;
  }

  addPromise(index: number, promise: Promise<V>): void {
    promise.then(
      (value) => this.#put(index, value),
      (error: unknown) => this.#put(index, new Failure(error)),
    );
    this.#waitFor(promise, this.#endPart);
  }

  #waitFor(settled: Promise<unknown>, end: () => void): void {
    this.#parts += 1;
    // As many turns as a `catch` per key and `Promise.all` take: the order among loads is the same.
    void settled.then(nothing, nothing).then(end);
  }

  #put(index: number, put: Result<V>): void {
    const result = withoutHit(put);
    if (result instanceof Promise) {
      // Left by a batch function that answers with promises in place of values, and rarely.
      this.#parts += 1;
      void result
        .then(
          (value) => this.#put(index, value),
          (error: unknown) => this.#put(index, new Failure(error)),
        )
        .then(this.#endPart);
    } else
      this.#values[index] = result instanceof Failure ? (result.reason as Error) : (result as V);
  }

  readonly #endPart = (): void => {
    this.#parts -= 1;
    if (this.#parts === 0) this.#resolve(this.#values);
  };
}

function nothing(): void {}
