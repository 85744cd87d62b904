import { batchesAreObserved, publishBatch } from "./batch-channel.ts";
import {
  Adopted,
  Cell,
  Failure,
  Hit,
  InBatch,
  Substitute,
  takeResult,
  valueOf,
  withoutHit,
} from "./cell.ts";
import { isArrayLike } from "./is-array-like.ts";
import { isThenable } from "./is-thenable.ts";
import type { PendingMany } from "./pending-many.ts";
import { Turns } from "./turns.ts";

/** What a batch asks of its loader. */
export interface BatchOwner<K> {
  readonly name: string | null;
  clear(key: K): unknown;
}

type BatchLoadFn<K, V> = (keys: readonly K[]) => PromiseLike<ArrayLike<V | Error>>;

const EXPECTED =
  "DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>";

/** Keys that go to the batch function together, and all who wait for it. */
export class Batch<K, V> {
  readonly keys: K[] = [];
  readonly #owner: BatchOwner<K>;
  readonly #batchLoadFn: BatchLoadFn<K, V>;
  /** By the position of the key. `undefined` without a cache, unless `loadMany` asks. */
  readonly #cells: (Cell<V> | undefined)[] = [];
  /** The promises of all loads derive from this one. */
  readonly #answered: Promise<void>;
  readonly #answer: () => void;
  /** By the position of the key. */
  readonly #results: (V | Substitute)[] = [];
  /** Of `load`, in their order. */
  readonly #promises: Promise<V>[] = [];
  /** Cells of this batch that were hit while it gathered. */
  readonly #alsoHit: Set<Cell<V>> = new Set();
  /** Whose promise is next. */
  #turn = 0;
  /** Positions of the keys that have promises, once there are others: those of `loadMany`. */
  #positions: number[] | undefined = undefined;
  readonly #inBatch: InBatch<V> = new InBatch<V>(this);
  /** For keys of this batch that were loaded again while a later one gathered. */
  #later: Map<Cell<V>, PromiseWithResolvers<V>> | undefined = undefined;
  #loadedBy: PendingMany<V> | undefined = undefined;
  /** Settles the hits in their order: each when a promise would that is resolved with the cached one together with the loads. */
  readonly #hits: (() => void)[] = [];
  /** Takes hits as long as none comes between them that waits for something else. */
  #gate: Turns<V> | undefined = undefined;
  #hitBy: PendingMany<V> | undefined = undefined;
  #hitCount = 0;
  #dispatched = false;
  #startedAt: number | undefined = undefined;

  constructor(owner: BatchOwner<K>, batchLoadFn: BatchLoadFn<K, V>) {
    this.#owner = owner;
    this.#batchLoadFn = batchLoadFn;
    ({ promise: this.#answered, resolve: this.#answer } = Promise.withResolvers<void>());
    void this.#answered.then(this.#settleHits);
  }

  /** A key that is not cached. */
  load(key: K, cell: Cell<V> | undefined): Promise<V> {
    if (cell !== undefined) cell.result = this.#inBatch;
    this.#positions?.push(this.keys.length);
    this.keys.push(key);
    this.#cells.push(cell);
    const promise = this.#answered.then(this.#take);
    this.#promises.push(promise);
    return promise;
  }

  /** The same for a key of `loadMany`. `cell` gets its result. */
  loadOfMany(key: K, cell: Cell<V>, pending: PendingMany<V>): void {
    if (this.#loadedBy !== pending) {
      this.#loadedBy = pending;
      this.#positions ??= [...this.keys.keys()];
      pending.addPart(this.#answered.then(nothing));
    }
    cell.result = this.#inBatch;
    this.keys.push(key);
    this.#cells.push(cell);
  }

  /** A key that is cached. */
  hit(cell: Cell<V>): Promise<V> {
    this.#hitCount += 1;
    let result = cell.result;
    if (result instanceof Substitute) {
      if (result instanceof Hit) {
        if (result.batch === this) return (result as Hit<V>).promise;
        result = (result as Hit<V>).before;
      }
      const promise = promiseElsewhere(result, cell, this);
      if (promise !== undefined) return this.#follow(promise);
    }
    if (result instanceof InBatch) this.#alsoHit.add(cell);
    const promise = this.#openGate().promiseOf(cell);
    cell.result = new Hit<V>(this, result, promise);
    return promise;
  }

  /** The same for a key of `loadMany`: the cell that has its result then. */
  hitOfMany(cell: Cell<V>, pending: PendingMany<V>): Cell<V> {
    this.#hitCount += 1;
    const result = withoutHit(cell.result);
    const promise = promiseElsewhere(result, cell, this);
    if (promise !== undefined) return pending.addPromise(this.#follow(promise));
    if (result instanceof InBatch) this.#alsoHit.add(cell);
    if (this.#hitBy !== pending) {
      this.#hitBy = pending;
      pending.addPart(this.#openGate().turn());
    }
    return cell;
  }

  /** A key that is cached as a promise, in a map of the user's. */
  hitPromise(cached: Promise<V>): Promise<V> {
    this.#hitCount += 1;
    return this.#follow(cached);
  }

  /** The promise of a key of this batch, which settles in its place among others that are asked for here. */
  promiseOf(cell: Cell<V>): Promise<V> {
    if (this.#later === undefined) {
      this.#later = new Map();
      void this.#answered.then(this.#settleLater);
    }
    const known = this.#later.get(cell);
    if (known !== undefined) return known.promise;
    const deferred = Promise.withResolvers<V>();
    // Handled by whoever gets the promise that follows this one.
    deferred.promise.catch(nothing);
    this.#later.set(cell, deferred);
    return deferred.promise;
  }

  /** Calls the batch function, the first time that it is called. */
  dispatch(): void {
    if (this.#dispatched) return;
    this.#dispatched = true;
    if (batchesAreObserved()) this.#startedAt = performance.now();
    if (this.keys.length === 0) {
      this.#settle(undefined);
      return;
    }
    let answer: PromiseLike<ArrayLike<V | Error>>;
    try {
      answer = this.#batchLoadFn.call(this.#owner, this.keys);
    } catch (error) {
      this.#fail(unexpected(`the function errored synchronously: ${String(error)}.`));
      return;
    }
    if (!isThenable(answer)) {
      this.#fail(unexpected(`the function did not return a Promise: ${String(answer)}.`));
      return;
    }
    // What is merely thenable may have no `catch`.
    Promise.resolve(answer)
      .then((values) => this.#succeed(values))
      .catch((error: unknown) => this.#fail(error));
  }

  #openGate(): Turns<V> {
    if (this.#gate !== undefined) return this.#gate;
    const gate = new Turns<V>();
    this.#gate = gate;
    this.#hits.push(() => {
      void now.then(gate.open);
    });
    return gate;
  }

  #follow(cached: Promise<V>): Promise<V> {
    const { promise, resolve } = Promise.withResolvers<V>();
    this.#gate = undefined;
    this.#hits.push(() => {
      resolve(cached);
    });
    return promise;
  }

  #succeed(values: ArrayLike<V | Error>): void {
    if (!isArrayLike(values))
      throw unexpected(`the function did not return a Promise of an Array: ${String(values)}.`);
    if (values.length !== this.keys.length)
      throw unexpected(
        "the function did not return a Promise of an Array of the same length as the Array of keys." +
          `\n\nKeys:\n${String(this.keys)}\n\nValues:\n${Array.prototype.toString.call(values)}`,
      );
    for (let position = 0; position < this.#cells.length; position += 1) {
      const result = resultOf(values[position] as V | Error);
      const cell = this.#cells[position];
      if (cell !== undefined) cell.result = result;
      this.#results.push(result);
    }
    this.#settle(undefined);
  }

  /** Rejects every load. None of the keys stays cached. */
  #fail(error: unknown): void {
    const failure = new Failure(error);
    for (const cell of this.#cells) {
      if (cell !== undefined) cell.result = failure;
      this.#results.push(failure);
    }
    this.#settle(error);
    for (const key of this.keys) this.#owner.clear(key);
  }

  /** The promises' one handler: called in the order in which they were derived, it knows whose turn it is. */
  readonly #take = (): V | Promise<V> => {
    const turn = this.#turn++;
    const position = this.#positions === undefined ? turn : (this.#positions[turn] as number);
    const result = this.#results[position] as V | Substitute;
    if (result instanceof Failure) {
      const cell = this.#cells[position];
      // Whoever hit the key has the error to handle then: the first to ask for it may have left.
      if (cell !== undefined && this.#alsoHit.has(cell)) this.#promises[turn]?.catch(nothing);
    }
    return valueOf<V>(result);
  };

  readonly #settleHits = (): void => {
    for (const settleHit of this.#hits) settleHit();
  };

  readonly #settleLater = (): void => {
    for (const cell of this.#cells) {
      const deferred = cell === undefined ? undefined : this.#later?.get(cell);
      if (cell === undefined || deferred === undefined) continue;
      try {
        deferred.resolve(takeResult(cell));
      } catch (error) {
        deferred.reject(error);
      }
    }
  };

  #settle(error: unknown): void {
    this.#answer();
    if (this.#startedAt === undefined) return;
    publishBatch({
      loader: this.#owner.name,
      keys: this.keys.length,
      hits: this.#hitCount,
      durationMs: performance.now() - this.#startedAt,
      error,
    });
  }
}

const now = Promise.resolve();

/** What a cell holds for an answer of the batch function, or for a primed value. */
export function resultOf<V>(value: V | PromiseLike<V> | Error): V | Substitute {
  if (value instanceof Error) return new Failure(value);
  if (!isThenable(value)) return value;
  const promise = Promise.resolve(value);
  // Handled by whoever loads the key.
  promise.catch(nothing);
  return new Adopted<V>(promise);
}

/** The promise of a result that `batch` will not have. `undefined` if it will, or has it. */
function promiseElsewhere<V>(
  result: V | Substitute,
  cell: Cell<V>,
  batch: object,
): Promise<V> | undefined {
  if (result instanceof Adopted) return (result as Adopted<V>).promise;
  if (!(result instanceof InBatch) || result.batch === batch) return undefined;
  return result.batch.promiseOf(cell);
}

function unexpected(what: string): TypeError {
  return new TypeError(`${EXPECTED}, but ${what}`);
}

function nothing(): void {}
