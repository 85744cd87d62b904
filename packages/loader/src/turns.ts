import { type Result, takeResult } from "./result.ts";

/**
 * Promises of many results, all derived from one that is fulfilled when the results are there. They share a handler: a
 * promise calls its handlers in the order of their registration, so that the handler knows whose turn it is. That spares
 * each load the two functions that resolve a promise of its own.
 */
export class Turns<V> {
  readonly opened: Promise<void>;
  readonly open: () => void;
  readonly #results: Result<V>[];
  readonly #ids: number[] = [];
  #turn = 0;

  constructor(results: Result<V>[]) {
    this.#results = results;
    ({ promise: this.opened, resolve: this.open } = Promise.withResolvers<void>());
  }

  promiseOf(id: number): Promise<V> {
    this.#ids.push(id);
    return this.opened.then(this.#take);
  }

  /** Fulfilled when the promise of a result would be that is asked for now. */
  turn(): Promise<void> {
    return this.opened.then(nothing);
  }

  readonly #take = (): V | Promise<V> =>
    takeResult(this.#results, this.#ids[this.#turn++] as number);
}

function nothing(): void {}
