import { EventEmitter } from "node:events";
import { withRoute } from "@dbadvise/observe";
import { isSubmittable, onSubmittableEnd, type Submittable } from "@dbadvise/pool/postgres";
import pg from "pg";
import type { HeldClient, RouterSession } from "../router-session.ts";

export type QueryCallback = (error: unknown, result?: unknown) => void;

/** What the server tells a client of its own accord. */
const FORWARDED = ["notification", "notice", "error", "end"] as const;

/** A `pg.PoolClient` over a session. */
export class RoutedClient extends EventEmitter {
  readonly #session: RouterSession<pg.Client>;
  readonly #onRelease: (error: unknown) => void;
  #released = false;
  /** The client of the server that it is at, or was last. */
  #client: pg.Client | undefined;
  #reading: HeldClient<pg.Client> | undefined;
  readonly #forward = FORWARDED.map(
    (name) => [name, (...args: unknown[]) => this.#tell(name, args)] as const,
  );

  constructor(session: RouterSession<pg.Client>, onRelease: (error: unknown) => void) {
    super();
    this.#session = session;
    this.#onRelease = onRelease;
  }

  /** Process id of the server's end; `undefined` where no server was chosen yet. */
  get processID(): number | undefined {
    return (this.#client as { readonly processID?: number } | undefined)?.processID;
  }

  query(query: unknown, values?: unknown, callback?: unknown): unknown {
    if (isSubmittable(query)) {
      void this.#submit(query);
      return query;
    }
    const { text, parameters, done } = argumentsOf(query, values, callback);
    const result = this.#session.run(text, (client) => {
      this.#isAt(client);
      return client.query(query as string, parameters as unknown[]);
    });
    if (done === undefined) return result;
    tell(result, done);
    return undefined;
  }

  /** With an error, or `true`, the connection is closed instead of lent again. */
  release: (error?: unknown) => void = (error) => {
    if (this.#released) {
      throw new Error("Release called on client which has already been released to the pool.");
    }
    this.#released = true;
    const retire = error instanceof Error ? error : new Error("released for removal");
    void this.#reading?.letGo(retire);
    void this.#end(error, retire);
  };

  escapeIdentifier(text: string): string {
    return pg.escapeIdentifier(text);
  }

  escapeLiteral(text: string): string {
    return pg.escapeLiteral(text);
  }

  async #end(error: unknown, retire: Error): Promise<void> {
    await this.#session.release(error ? retire : undefined);
    this.#isAt(undefined);
    this.#onRelease(error);
  }

  /** Its text is not trusted to say all: the primary takes it. */
  async #submit(query: Submittable): Promise<void> {
    const { text } = argumentsOf(query.cursor ?? query, undefined, undefined);
    let held: HeldClient<pg.Client>;
    try {
      held = await this.#session.hold(text, {
        verdict: { kind: "session", reason: "a cursor" },
      });
    } catch (error) {
      query.handleError(error, undefined);
      return;
    }
    this.#isAt(held.client);
    this.#reading = held;
    onSubmittableEnd(query, () => {
      if (this.#reading !== held) return;
      this.#reading = undefined;
      void held.letGo();
    });
    withRoute(held.reason, () => held.client.query(query as unknown as pg.Submittable));
  }

  #isAt(client: pg.Client | undefined): void {
    if (client === this.#client) return;
    for (const [name, listener] of this.#forward) {
      this.#client?.off(name, listener);
      client?.on(name, listener);
    }
    this.#client = client;
  }

  #tell(name: string, args: unknown[]): void {
    // The pool knows of a connection's end: without a listener the error ends no process.
    if (name !== "error" || this.listenerCount("error") > 0) this.emit(name, ...args);
  }
}

/** The three ways in which `pg` takes a query. */
export function argumentsOf(
  query: unknown,
  values: unknown,
  callback: unknown,
): {
  readonly text: string;
  readonly parameters: unknown;
  readonly done: QueryCallback | undefined;
} {
  const config = query as { readonly text?: unknown } | null | undefined;
  const text = typeof query === "string" ? query : config?.text;
  const parameters = typeof values === "function" ? undefined : values;
  const done = [values, callback].find((one) => typeof one === "function");
  return {
    text: typeof text === "string" ? text : "",
    parameters,
    done: done as QueryCallback | undefined,
  };
}

/** In a tick of its own: what a callback throws is an uncaught exception, not a rejection. */
export function tell(result: Promise<unknown>, callback: QueryCallback): void {
  result.then(
    (given) => process.nextTick(callback, undefined, given),
    (error: unknown) => process.nextTick(callback, error),
  );
}
