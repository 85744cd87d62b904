import { createBreaker } from "./breaker.ts";
import { asError } from "./as-error.ts";
import type { Connection } from "./connector.ts";
import type { Environment } from "./environment.ts";
import { createLedger } from "./ledger.ts";
import type { PoolEmitter } from "./pool-emitter.ts";
import type { ResolvedOptions } from "./resolve-options.ts";

/** Why a connection is of no more use. */
export interface Loss {
  readonly reason: string;
  readonly error: Error;
}

/** What becomes of a connect. Called in the turn in which it ends. */
export interface OpeningEnds<Client> {
  /** `loss`: it was lost between the end of connecting and now. */
  opened(connection: Connection<Client>, ms: number, loss: Loss | undefined): void;
  failed(error: unknown, ms: number): void;
  /** A connection that was opened earlier is of no more use. May be told more than once. */
  lost(connection: Connection<Client>, loss: Loss): void;
}

/** Connects, one at a time while the database is down, and counts the connections until they are closed. */
export interface ConnectionOpener<Client> {
  /** Connects under way. */
  readonly opening: number;
  readonly breaker: "closed" | "half-open" | "open";
  lastError(): { readonly error: unknown } | undefined;
  /** Milliseconds until a connect may be tried; Infinity for when the one under way has ended. */
  waitMs(at: number): number;
  open(at: number): void;
  /** A connection is closed: another may take its place. */
  closed(connection: Connection<Client>): Promise<void>;
  resize(max: number): void;
  /** Ends the connects that are under way. */
  abort(why: string): void;
}

export function createConnectionOpener<Client>(
  options: ResolvedOptions<Client>,
  environment: Environment,
  emitter: PoolEmitter,
  ends: OpeningEnds<Client>,
): ConnectionOpener<Client> {
  type Link = Connection<Client>;

  const shutdown = new AbortController();
  const ledger = createLedger<Link>(options.max, connect);
  const breaker = createBreaker(
    { threshold: options.breakerFailures, ...options.backoffMs },
    environment.random,
  );
  const known = new WeakSet<Link>();
  const lostEarly = new WeakMap<Link, Loss>();
  let opening = 0;

  async function connect(): Promise<Link> {
    const deadline = new AbortController();
    const timer = environment.setTimer(() => {
      deadline.abort(new Error(`not connected within ${options.connectTimeoutMs} ms`));
    }, options.connectTimeoutMs);
    let loss: Loss | undefined;
    let link: Link | undefined;
    try {
      link = await options.connector.connect({
        signal: AbortSignal.any([deadline.signal, shutdown.signal]),
        pool: options.name,
        role: options.role,
        onRetire: (reason, error) => {
          loss = { reason, error };
          if (link === undefined) return;
          if (known.has(link)) ends.lost(link, loss);
          else lostEarly.set(link, loss);
        },
      });
      if (loss === undefined) return link;
      await link.close({ now: true });
      throw loss.error;
    } finally {
      timer.cancel();
    }
  }

  function open(at: number): void {
    const before = breaker.state;
    opening += 1;
    breaker.begin();
    tell(before);
    void settle(at);
  }

  async function settle(begunAt: number): Promise<void> {
    const opened = await ledger.open();
    const at = environment.now();
    const before = breaker.state;
    opening -= 1;
    if (opened.ok) {
      breaker.succeed();
      tell(before);
      known.add(opened.connection);
      ends.opened(opened.connection, at - begunAt, lostEarly.get(opened.connection));
    } else {
      breaker.fail(opened.error, begunAt, at);
      tell(before);
      ends.failed(opened.error, at - begunAt);
    }
  }

  function tell(before: typeof breaker.state): void {
    const { state, lastError } = breaker;
    if (state === before) return;
    emitter.emit("breaker", state, lastError === undefined ? undefined : asError(lastError.error));
  }

  return {
    get opening() {
      return opening;
    },
    get breaker() {
      return breaker.state;
    },
    lastError: () => breaker.lastError,
    waitMs: (at) => breaker.waitMs(at, opening),
    open,
    closed: ledger.strike,
    resize: ledger.resize,
    abort: (why) => shutdown.abort(new Error(why)),
  };
}
