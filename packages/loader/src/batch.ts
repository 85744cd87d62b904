import { batchesAreObserved, publishBatch } from "./batch-channel.ts";
import { CacheHits } from "./cache-hits.ts";
import { type Cell, Failure, Hit, InBatch, type Result, takeResult } from "./cell.ts";
import { isArrayLike } from "./is-array-like.ts";
import { isThenable } from "./is-thenable.ts";
import type { PendingMany } from "./pending-many.ts";

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
  /** By the position of the key. Without a cache only those of `loadMany`. */
  readonly #cells: (Cell<V> | undefined)[] = [];
  /** The promises of all loads derive from this one. */
  readonly #answered: Promise<void>;
  readonly #answer: () => void;
  /** By the position of the key. */
  #values: readonly (V | Error)[] = [];
  #failure: Failure | undefined = undefined;
  /** Whose promise is next. */
  #turn = 0;
  /** Positions of the keys that have promises, once there are others: those of `loadMany`. */
  #positions: number[] | undefined = undefined;
  readonly #inBatch: InBatch<V> = new InBatch<V>(this);
  /** For keys of `loadMany` that were loaded again while a later batch gathered. */
  #later: Map<Cell<V>, PromiseWithResolvers<V>> | undefined = undefined;
  /** Up to which position these are settled. */
  #laterSettled = 0;
  #loadedBy: PendingMany<V> | undefined = undefined;
  #hits: CacheHits<V> | undefined = undefined;
  #dispatched = false;
  #startedAt: number | undefined = undefined;

  constructor(owner: BatchOwner<K>, batchLoadFn: BatchLoadFn<K, V>) {
    this.#owner = owner;
    this.#batchLoadFn = batchLoadFn;
    ({ promise: this.#answered, resolve: this.#answer } = Promise.withResolvers<void>());
  }

  /** A key that is not cached. */
  load(key: K, cell: Cell<V> | undefined): Promise<V> {
    const promise = this.#answered.then(this.#take);
    // Other than `push`, which V8 calls rather than inlines once it has seen arrays of several kinds.
    const position = this.keys.length;
    this.keys[position] = key;
    this.#positions?.push(position);
    if (cell !== undefined) {
      cell.result = promise;
      this.#cells[position] = cell;
    }
    return promise;
  }

  /** The same for a key of `loadMany`. `cell` gets its result. */
  loadOfMany(key: K, cell: Cell<V>, pending: PendingMany<V>): void {
    const position = this.keys.length;
    if (this.#loadedBy !== pending) {
      this.#loadedBy = pending;
      this.#positions ??= [...this.keys.keys()];
      pending.addPart(this.#answered.then(nothing));
    }
    cell.result = this.#inBatch;
    this.keys[position] = key;
    this.#cells[position] = cell;
  }

  /** A key that is cached. */
  hit(cell: Cell<V>): Promise<V> {
    const { result } = cell;
    if (!(result instanceof Hit) || result.batch !== this)
      return (this.#hits ??= new CacheHits<V>(this)).promiseOf(cell);
    if (this.#hits !== undefined) this.#hits.count += 1;
    return (result as Hit<V>).promise;
  }

  /** The same for a key of `loadMany`: the cell that has its result then. */
  hitOfMany(cell: Cell<V>, pending: PendingMany<V>): Cell<V> {
    return (this.#hits ??= new CacheHits<V>(this)).cellOf(cell, pending);
  }

  /** A key that is cached as a promise, in a map of the user's. */
  hitPromise(cached: Promise<V>): Promise<V> {
    return (this.#hits ??= new CacheHits<V>(this)).follow(cached);
  }

  /** The promise of a key of this batch, which settles in its place among others that are asked for here. */
  promiseOf(cell: Cell<V>): Promise<V> {
    this.#later ??= new Map();
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
      this.#settle();
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

  #succeed(values: ArrayLike<V | Error>): void {
    if (!isArrayLike(values))
      throw unexpected(`the function did not return a Promise of an Array: ${String(values)}.`);
    if (values.length !== this.keys.length)
      throw unexpected(
        "the function did not return a Promise of an Array of the same length as the Array of keys." +
          `\n\nKeys:\n${String(this.keys)}\n\nValues:\n${Array.prototype.toString.call(values)}`,
      );
    // As they are now: the promises take theirs one job later.
    this.#values = Array.prototype.slice.call(values) as (V | Error)[];
    for (let position = 0; position < this.#cells.length; position += 1) {
      const cell = this.#cells[position];
      if (cell !== undefined) cell.result = resultOf(this.#values[position] as V | Error);
    }
    this.#settle();
  }

  /** Rejects every load. None of the keys stays cached. */
  #fail(error: unknown): void {
    const failure = new Failure(error);
    this.#failure = failure;
    for (const cell of this.#cells) if (cell !== undefined) cell.result = failure;
    this.#settle();
    for (const key of this.keys) this.#owner.clear(key);
  }

  /** The promises' one handler: called in the order in which they were derived, it knows whose turn it is. */
  readonly #take = (): V => {
    const turn = this.#turn++;
    const position = this.#positions === undefined ? turn : (this.#positions[turn] as number);
    if (this.#later !== undefined) this.#settleLater(position);
    if (this.#failure !== undefined) throw this.#failure.reason;
    const value = this.#values[position] as V | Error;
    if (value instanceof Error) throw value;
    return value;
  };

  /** Those of positions before `end`, between the promises of loads: each in its place. */
  #settleLater(end: number): void {
    for (; this.#laterSettled < end; this.#laterSettled += 1) {
      const cell = this.#cells[this.#laterSettled];
      const deferred = cell === undefined ? undefined : this.#later?.get(cell);
      if (cell === undefined || deferred === undefined) continue;
      try {
        deferred.resolve(takeResult(cell));
      } catch (error) {
        deferred.reject(error);
      }
    }
  }

  /** Hits in one promise job, then each load in one. */
  #settle(): void {
    if (this.#hits !== undefined) void now.then(this.#hits.settle);
    this.#answer();
    if (this.#later !== undefined) void now.then(() => this.#settleLater(this.keys.length));
    if (this.#startedAt === undefined) return;
    publishBatch({
      loader: this.#owner.name,
      keys: this.keys.length,
      hits: this.#hits?.count ?? 0,
      durationMs: performance.now() - this.#startedAt,
      error: this.#failure?.reason,
    });
  }
}

const now = Promise.resolve();

/** What a cell holds for an answer of the batch function, or for a primed value. */
export function resultOf<V>(value: V | PromiseLike<V> | Error): Result<V> {
  if (value instanceof Error) return new Failure(value);
  if (!isThenable(value)) return value;
  const promise = Promise.resolve(value);
  // Handled by whoever loads the key.
  promise.catch(nothing);
  return promise;
}

function unexpected(what: string): TypeError {
  return new TypeError(`${EXPECTED}, but ${what}`);
}

function nothing(): void {}
