import { Part, type PendingMany } from "./pending-many.ts";
import { Pending, type Result, valueOf } from "./result.ts";

/** Loads of cached keys that wait for a batch. */
export class CacheHits<V> {
  count = 0;
  readonly #batch: Pending<V>;
  readonly #results: Result<V>[];
  /** By id: loads of one key share a promise. */
  readonly #promises: Map<number, Promise<V>> = new Map();
  /** Each when a promise would that is resolved with the cached one together with the loads. */
  readonly #inOrder: (() => void)[] = [];
  /** Takes hits as long as none comes between them that waits for something else. */
  #gate: Gate<V> | undefined = undefined;
  #hitBy: PendingMany<V> | undefined = undefined;
  /** Those of `#hitBy` that wait for the gate. */
  #part: Part = new Part();

  constructor(batch: Pending<V>, results: Result<V>[]) {
    this.#batch = batch;
    this.#results = results;
  }

  promiseOf(id: number): Promise<V> {
    this.count += 1;
    const shared = this.#promises.get(id);
    if (shared !== undefined) return shared;
    const elsewhere = this.#promiseElsewhere(id);
    const promise =
      elsewhere === undefined ? this.#openGate().promiseOf(id) : this.#follow(elsewhere);
    this.#promises.set(id, promise);
    return promise;
  }

  /** The same for the key at `index` of a `loadMany`. */
  addTo(pending: PendingMany<V>, index: number, id: number): void {
    this.count += 1;
    const elsewhere = this.#promiseElsewhere(id);
    if (elsewhere !== undefined) {
      pending.addPromise(index, this.#follow(elsewhere));
      return;
    }
    if (this.#hitBy !== pending) {
      this.#hitBy = pending;
      this.#part = new Part();
      pending.addPart(this.#part, this.#results, this.#openGate().opened.then(nothing));
    }
    this.#part.add(index, id);
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
  #promiseElsewhere(id: number): Promise<V> | undefined {
    const result = this.#results[id] as Result<V>;
    if (result instanceof Promise) return result;
    if (!(result instanceof Pending) || result === this.#batch) return undefined;
    return result.promiseOf(id);
  }

  #openGate(): Gate<V> {
    if (this.#gate !== undefined) return this.#gate;
    const gate = new Gate<V>(this.#results);
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

/** Hits that follow each other: their promises have one handler, as those of a batch. */
class Gate<V> {
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

  readonly #take = (): V | Promise<V> =>
    valueOf(this.#results[this.#ids[this.#turn++] as number] as Result<V>);
}

const now = Promise.resolve();

function nothing(): void {}
