import { EventEmitter } from "node:events";
import { isSubmittable, onSubmittableEnd, type Submittable } from "@dbadvise/pool/postgres";
import pg from "pg";
import type { Router } from "../router.ts";
import { argumentsOf, RoutedClient, tell } from "./routed-client.ts";

type Release = (error?: unknown) => void;
type ConnectCallback = (error: unknown, client?: RoutedClient, release?: Release) => void;

/** `pg.Pool` over a router; `routedPool` gives it the type of the original. */
export class RoutedPool extends EventEmitter {
  ending = false;
  ended = false;
  readonly options: object = {};
  readonly idleCount: number = 0;
  readonly waitingCount: number = 0;
  readonly expiredCount: number = 0;
  readonly #router: Router<pg.Client>;
  readonly #out = new Set<RoutedClient>();
  #onEmpty: (() => void) | undefined;

  constructor(router: Router<pg.Client>) {
    super();
    this.#router = router;
    router.on("error", (error) => {
      if (this.listenerCount("error") > 0) this.emit("error", error);
    });
  }

  get totalCount(): number {
    return this.#out.size;
  }

  connect(callback?: ConnectCallback): Promise<RoutedClient> | undefined {
    const lent = this.#lend();
    if (callback === undefined) return lent;
    lent.then(
      (client) => process.nextTick(callback, undefined, client, client.release),
      (error: unknown) => process.nextTick(callback, error, undefined, () => {}),
    );
    return undefined;
  }

  query(query: unknown, values?: unknown, callback?: unknown): Promise<unknown> | undefined {
    const { text, parameters, done } = argumentsOf(query, values, callback);
    const result = isSubmittable(query) ? this.#submit(query) : this.#run(text, query, parameters);
    if (done === undefined) return result;
    tell(result, done);
    return undefined;
  }

  end(callback?: (error?: unknown) => void): Promise<void> | undefined {
    const ended = this.#end();
    if (callback === undefined) return ended;
    tell(ended, callback);
    return undefined;
  }

  async #lend(): Promise<RoutedClient> {
    this.#refuseEnded();
    const client = new RoutedClient(this.#router.session(), (error) => {
      this.#out.delete(client);
      this.emit("release", error, client);
      if (this.#out.size === 0) this.#onEmpty?.();
    });
    this.#out.add(client);
    this.emit("connect", client);
    this.emit("acquire", client);
    return Promise.resolve(client);
  }

  async #run(text: string, query: unknown, parameters: unknown): Promise<unknown> {
    this.#refuseEnded();
    const session = this.#router.session();
    try {
      return await session.run(text, (client) =>
        client.query(query as string, parameters as unknown[]),
      );
    } finally {
      await session.release();
    }
  }

  async #submit(query: Submittable): Promise<void> {
    const client = await this.#lend();
    await new Promise<void>((resolve, reject) => {
      onSubmittableEnd(query, (error) => (error === undefined ? resolve() : reject(error)));
      client.query(query);
    }).finally(() => client.release());
  }

  #refuseEnded(): void {
    if (this.ending) throw new Error("Cannot use a pool after calling end on the pool");
  }

  async #end(): Promise<void> {
    if (this.ending) throw new Error("Called end on pool more than once");
    this.ending = true;
    if (this.#out.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    await this.#router.close();
    this.ended = true;
  }
}

// Libraries tell a pool from a client by `instanceof pg.Pool` (Drizzle does, to run a transaction on one client).
Object.setPrototypeOf(RoutedPool.prototype, pg.Pool.prototype);
