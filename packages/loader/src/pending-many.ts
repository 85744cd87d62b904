import { Failure, type Result } from "./result.ts";

/** One call of `loadMany`: one promise for all of its keys, where one and its `catch` for each would do the same. */
export class PendingMany<V> {
  readonly promise: Promise<(V | Error)[]>;
  /** In the order of the keys. Holes where a call threw before it came so far. */
  readonly #values: (V | Error)[];
  readonly #resolve: (values: (V | Error)[]) => void;
  #parts = 0;

  constructor(length: number) {
    // As long as they will be: to grow them would copy each value several times.
    this.#values = Array<V | Error>(length);
    ({ promise: this.promise, resolve: this.#resolve } = Promise.withResolvers<(V | Error)[]>());
  }

  /** The keys of a part have their results when `settled`, the first of their loads, is. */
  addPart(part: Part, results: readonly Result<V>[], settled: Promise<unknown>): void {
    this.#waitFor(settled, () => {
      part.forEachRow((index, id, length) => {
        for (let at = 0; at < length; at += 1) this.#put(index + at, results[id + at] as Result<V>);
      });
      this.#endPart();
    });
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

  #put(index: number, result: Result<V>): void {
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

/** Keys of one call that have their results at the same time. */
export class Part {
  /** How many keys. */
  size = 0;
  /** Keys in a row whose ids are too. Three numbers each: the index of the first key, its id and how many there are. */
  readonly #rows: number[] = [];
  #index = 0;
  #id = 0;
  #length = 0;

  add(index: number, id: number): void {
    this.size += 1;
    if (index !== this.#index + this.#length || id !== this.#id + this.#length) {
      this.#endRow();
      this.#index = index;
      this.#id = id;
    }
    this.#length += 1;
  }

  forEachRow(callback: (index: number, id: number, length: number) => void): void {
    this.#endRow();
    const rows = this.#rows;
    for (let row = 0; row < rows.length; row += 3)
      callback(rows[row] as number, rows[row + 1] as number, rows[row + 2] as number);
  }

  #endRow(): void {
    if (this.#length > 0) this.#rows.push(this.#index, this.#id, this.#length);
    this.#length = 0;
  }
}

function nothing(): void {}
