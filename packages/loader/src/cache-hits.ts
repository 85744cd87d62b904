import type { PendingMany } from "./pending-many.ts";
import { Hit, InBatch, type Result, withoutHit } from "./result.ts";
import { Turns } from "./turns.ts";

/** Loads of cached keys that wait for a batch. */
export class CacheHits<V> {
  count = 0;
  readonly #batch: object;
  readonly #results: Result<V>[];
  /** Each when a promise would that is resolved with the cached one together with the loads. */
  readonly #inOrder: (() => void)[] = [];
  /** Takes hits as long as none comes between them that waits for something else. */
  #gate: Turns<V> | undefined = undefined;
  #hitBy: PendingMany<V> | undefined = undefined;
  /** Where `#hitBy` takes what comes through the gate. */
  #places: number[] = [];

  constructor(batch: object, results: Result<V>[]) {
    this.#batch = batch;
    this.#results = results;
  }

  promiseOf(id: number): Promise<V> {
    this.count += 1;
    const before = withoutHit(this.#results[id] as Result<V>);
    const elsewhere = this.#promiseElsewhere(before, id);
    const promise =
      elsewhere === undefined ? this.#openGate().promiseOf(id) : this.#follow(elsewhere);
    this.#results[id] = new Hit<V>(this.#batch, before, promise);
    return promise;
  }

  /** The same for the key at `index` of a `loadMany`. */
  addTo(pending: PendingMany<V>, index: number, id: number): void {
    this.count += 1;
    const elsewhere = this.#promiseElsewhere(withoutHit(this.#results[id] as Result<V>), id);
    if (elsewhere !== undefined) {
      pending.addPromise(index, this.#follow(elsewhere));
      return;
    }
    if (this.#hitBy !== pending) {
      this.#hitBy = pending;
      this.#places = pending.addPart(this.#results, this.#openGate().turn());
    }
    this.#places.push(index, id);
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
  #promiseElsewhere(result: Result<V>, id: number): Promise<V> | undefined {
    if (result instanceof Promise) return result;
    if (!(result instanceof InBatch) || result.batch === this.#batch) return undefined;
    return (result as InBatch<V>).batch.promiseOf(id);
  }

  #openGate(): Turns<V> {
    if (this.#gate !== undefined) return this.#gate;
    const gate = new Turns<V>(this.#results);
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
