import { type Cell, Hit, InBatch, type Result, withoutHit } from "./cell.ts";
import type { PendingMany } from "./pending-many.ts";
import { Turns } from "./turns.ts";

/** Loads of cached keys that wait for a batch. */
export class CacheHits<V> {
  count = 0;
  readonly #batch: object;
  /** Each when a promise would that is resolved with the cached one together with the loads. */
  readonly #inOrder: (() => void)[] = [];
  /** Takes hits as long as none comes between them that waits for something else. */
  #gate: Turns<V> | undefined = undefined;
  #hitBy: PendingMany<V> | undefined = undefined;

  constructor(batch: object) {
    this.#batch = batch;
  }

  promiseOf(cell: Cell<V>): Promise<V> {
    this.count += 1;
    const before = withoutHit(cell.result);
    const elsewhere = this.#promiseElsewhere(before, cell);
    const promise =
      elsewhere === undefined ? this.#openGate().promiseOf(cell) : this.#follow(elsewhere);
    cell.result = new Hit<V>(this.#batch, before, promise);
    return promise;
  }

  /** The same for a key of `loadMany`: the cell that has its result then. */
  cellOf(cell: Cell<V>, pending: PendingMany<V>): Cell<V> {
    this.count += 1;
    const elsewhere = this.#promiseElsewhere(withoutHit(cell.result), cell);
    if (elsewhere !== undefined) return pending.addPromise(this.#follow(elsewhere));
    if (this.#hitBy !== pending) {
      this.#hitBy = pending;
      pending.addPart(this.#openGate().turn());
    }
    return cell;
  }

  /** A key that is cached as a promise, in a map of the user's. */
  follow(cached: Promise<V>): Promise<V> {
    this.count += 1;
    return this.#follow(cached);
  }

  readonly settle = (): void => {
    for (const settleHit of this.#inOrder) settleHit();
  };

  /** The promise that a result comes with. `undefined` if it comes with the batch or is there. */
  #promiseElsewhere(result: Result<V>, cell: Cell<V>): Promise<V> | undefined {
    if (result instanceof Promise) return result;
    if (!(result instanceof InBatch) || result.batch === this.#batch) return undefined;
    return result.batch.promiseOf(cell);
  }

  #openGate(): Turns<V> {
    if (this.#gate !== undefined) return this.#gate;
    const gate = new Turns<V>();
    this.#gate = gate;
    this.#inOrder.push(() => {
      void now.then(gate.open);
    });
    return gate;
  }

  #follow(cached: Promise<V>): Promise<V> {
    const { promise, resolve } = Promise.withResolvers<V>();
    this.#gate = undefined;
    this.#inOrder.push(() => {
      resolve(cached);
    });
    return promise;
  }
}

const now = Promise.resolve();
