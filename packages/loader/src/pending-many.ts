import { Cell, Failure, type Result, withoutHit } from "./cell.ts";

/** One call of `loadMany`: one promise for all of its keys, where one and its `catch` for each would do the same. */
export class PendingMany<V> {
  readonly promise: Promise<(V | Error)[]>;
  /** In the order of the keys. Holes where a call threw before it came so far. */
  readonly cells: Cell<V>[] = [];
  readonly #resolve: (values: (V | Error)[] | Promise<(V | Error)[]>) => void;
  #parts = 0;

  constructor(length: number) {
    // As long as they will be: to grow them would copy each cell several times.
    this.cells.length = length;
    ({ promise: this.promise, resolve: this.#resolve } = Promise.withResolvers<(V | Error)[]>());
  }

  /** Some cells have their results when `settled`, the last of their loads, is. */
  addPart(settled: Promise<unknown>): void {
    this.#parts += 1;
    // As many turns as a `catch` per key and `Promise.all` take: the order among loads is the same.
    void settled.then(nothing, nothing).then(this.#endPart);
  }

  /** The cell for the result of a promise. */
  addPromise(promise: Promise<V>): Cell<V> {
    const cell = new Cell<V>(promise);
    const put = (result: Result<V>): void => {
      cell.result = result;
    };
    promise.then(put, (error: unknown) => put(new Failure(error)));
    this.addPart(promise);
    return cell;
  }

  readonly #endPart = (): void => {
    this.#parts -= 1;
    if (this.#parts === 0) this.#resolve(valuesOf(this.cells));
  };
}

function valuesOf<V>(cells: readonly Cell<V>[]): (V | Error)[] | Promise<(V | Error)[]> {
  const values: (V | Error)[] = [];
  values.length = cells.length;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    // The call threw at a bad key: nobody has its promise.
    if (cell === undefined) break;
    const result = withoutHit(cell.result);
    // Left by a batch function that answers with promises in place of values, and rarely.
    if (result instanceof Promise) return allOf(cells);
    values[index] = valueOf(result);
  }
  return values;
}

function allOf<V>(cells: readonly Cell<V>[]): Promise<(V | Error)[]> {
  return Promise.all(
    cells.map(async ({ result }) => {
      const known = withoutHit(result);
      if (!(known instanceof Promise)) return valueOf(known);
      return known.catch((error: unknown) => error as Error);
    }),
  );
}

function valueOf<V>(result: Result<V>): V | Error {
  return result instanceof Failure ? (result.reason as Error) : (result as V);
}

function nothing(): void {}
