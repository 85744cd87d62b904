import { type Cell, takeResult } from "./cell.ts";

/**
 * Promises of many cells' results, all derived from one that is fulfilled when the cells have them. They share a handler: a
 * promise calls its handlers in the order of their registration, so that the handler knows whose turn it is. That spares
 * each load the two functions that resolve a promise of its own.
 */
export class Turns<V> {
  readonly opened: Promise<void>;
  readonly open: () => void;
  readonly #cells: Cell<V>[] = [];
  #turn = 0;

  constructor() {
    ({ promise: this.opened, resolve: this.open } = Promise.withResolvers<void>());
  }

  promiseOf(cell: Cell<V>): Promise<V> {
    this.#cells.push(cell);
    return this.opened.then(this.#take);
  }

  /** Fulfilled when the promise of a cell would be that is asked for now. */
  turn(): Promise<void> {
    return this.opened.then(nothing);
  }

  readonly #take = (): V | Promise<V> => takeResult(this.#cells[this.#turn++] as Cell<V>);
}

function nothing(): void {}
