import { channel, type Channel } from "node:diagnostics_channel";
import { type CallSite, takeCallSite } from "./call-site.ts";
import type { QueryEnd, QueryStart, Server } from "./query-message.ts";
import { currentRoute } from "./route.ts";
import { currentScope, type Scope } from "./scope.ts";

const starts: Channel = channel("dbadvise:query:start");
const ends: Channel = channel("dbadvise:query");

/** What a sender of queries knows before it sends one. */
export interface SentQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly server: Server;
  readonly pool: string | undefined;
}

/** A query under way. Exactly one of the two ends it; what comes after that is ignored. */
export interface QueryObservation {
  succeed(rows: number | undefined): void;
  fail(error: unknown): void;
}

/** Whether anybody listens. A sender asks this before it builds anything: that is all an unobserved query costs. */
export function queriesAreObserved(): boolean {
  return ends.hasSubscribers || starts.hasSubscribers;
}

/**
 * Publishes a query on `dbadvise:query:start`, and on `dbadvise:query` when it has ended. Called in the stack of whoever
 * sends it, since that is where its line of code is found.
 */
export function observeQuery(query: SentQuery): QueryObservation {
  const message = new Message(query);
  message.start();
  return message;
}

/** Calls `listener` for each query as it is sent, until the returned function is called. */
export function onQueryStart(listener: (query: QueryStart) => void): () => void {
  return subscribe(starts, listener);
}

/** Calls `listener` for each query that has ended, until the returned function is called. */
export function onQuery(listener: (query: QueryEnd) => void): () => void {
  return subscribe(ends, listener);
}

function subscribe(to: Channel, listener: (query: QueryEnd) => void): () => void {
  const subscriber = (message: unknown): void => listener(message as QueryEnd);
  to.subscribe(subscriber);
  return () => {
    to.unsubscribe(subscriber);
  };
}

/** One object from start to end, so that a subscriber of both can tell that they are one query. */
class Message implements QueryEnd, QueryObservation {
  readonly sql: string;
  readonly parameterCount: number;
  readonly server: Server;
  readonly pool: string | undefined;
  readonly scope: Scope | undefined;
  readonly route: string | undefined;
  readonly startedAt: number = Date.now();
  durationMs: number = Number.NaN;
  rows: number | undefined = undefined;
  errorCode: string | undefined = undefined;
  // Private by `#`, errors too (`Key (email)=(a@b.c) already exists`): whoever prints the message prints no data.
  readonly #parameters: readonly unknown[];
  #error: unknown = undefined;
  readonly #started: number = performance.now();
  #stage: "new" | "starting" | "sent" | "ended" = "new";
  #site: CallSite | undefined = undefined;

  constructor(query: SentQuery) {
    this.sql = query.sql;
    this.parameterCount = query.parameters.length;
    this.#parameters = query.parameters;
    this.server = query.server;
    this.pool = query.pool;
    this.scope = currentScope();
    this.route = currentRoute();
  }

  start(): void {
    this.#stage = "starting";
    starts.publish(this);
    this.#stage = "sent";
  }

  parameters(): readonly unknown[] {
    return this.#parameters;
  }

  get error(): unknown {
    return this.#error;
  }

  callSite(): CallSite | undefined {
    // Only while the start is published does the stack lead to the sender.
    if (this.#stage === "starting") this.#site ??= takeCallSite(observeQuery);
    return this.#site;
  }

  succeed(rows: number | undefined): void {
    this.#end(rows);
  }

  fail(error: unknown): void {
    if (this.#stage === "ended") return;
    this.#error = error;
    this.errorCode = errorCode(error);
    this.#end(undefined);
  }

  #end(rows: number | undefined): void {
    if (this.#stage === "ended") return;
    this.#stage = "ended";
    this.durationMs = performance.now() - this.#started;
    this.rows = rows;
    ends.publish(this);
  }
}

/** SQLSTATE or symbolic code as drivers put it on their errors; the error's name where there is none. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
