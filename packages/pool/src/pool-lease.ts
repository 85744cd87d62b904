import type { QueryResult, TransactionMode } from "./connector.ts";
import type { Lease, QueryOptions } from "./lease.ts";
import { PoolError } from "./pool-error.ts";
import type { Slot } from "./slot.ts";

/** What a lease asks of the pool that made it. */
export interface Lender<Client> {
  readonly name: string;
  giveBack(slot: Slot<Client>, retire: Error | undefined): void;
}

/** A new one for each loan, so that a stale one can't touch the next holder's connection. */
export class PoolLease<Client> implements Lease<Client> {
  /** Its stack is where the lease was acquired; only with leak detection. */
  readonly origin: Error | undefined;
  reported = false;
  #lender: Lender<Client>;
  #slot: Slot<Client> | undefined;

  constructor(lender: Lender<Client>, slot: Slot<Client>, origin: Error | undefined) {
    this.#lender = lender;
    this.#slot = slot;
    this.origin = origin;
  }

  get active(): boolean {
    return this.#slot !== undefined;
  }

  get client(): Client {
    return this.#held().connection.client;
  }

  query<Row>(
    sql: string,
    parameters: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    return this.#held().connection.query<Row>(sql, parameters, options);
  }

  run<Result>(
    send: (client: Client) => Promise<Result>,
    options: QueryOptions = {},
  ): Promise<Result> {
    return this.#held().connection.run(send, options);
  }

  begin(mode: TransactionMode = {}): Promise<void> {
    return this.#held().connection.begin(mode);
  }

  commit(): Promise<void> {
    return this.#held().connection.commit();
  }

  rollback(): Promise<void> {
    return this.#held().connection.rollback();
  }

  release(retire?: Error): void {
    const slot = this.#held();
    this.#slot = undefined;
    this.#lender.giveBack(slot, retire);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#slot !== undefined) this.release();
    return Promise.resolve();
  }

  #held(): Slot<Client> {
    if (this.#slot !== undefined) return this.#slot;
    throw new PoolError(
      "LEASE_ENDED",
      "This lease was released: its connection may be someone else's",
      {
        pool: this.#lender.name,
        hint: "Acquire a new lease, and release each one exactly once.",
      },
    );
  }
}
