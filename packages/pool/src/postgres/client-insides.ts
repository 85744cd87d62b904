import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type pg from "pg";

/** The protocol's side of a client: what `pg` calls its `Connection`. Its events are the server's messages. */
export interface Wire extends EventEmitter {
  readonly stream: Socket;
  /** Names and texts of the statements that `pg` prepared in this session. */
  parsedStatements: Record<string, string>;
  submittedNamedStatements?: Record<string, string>;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/** A query that `pg` runs or is about to. */
export interface PendingQuery {
  handleError(error: unknown, wire: Wire): void;
}

/**
 * Parts of a `pg` client that its types don't tell, as far as they are used here: the same from 8.13 on, where
 * `_getActiveQuery` and `_queryQueue` were still called `activeQuery` and `queryQueue`.
 */
export interface ClientInsides {
  readonly connection: Wire;
  /** False while a query is under way, until the server's ReadyForQuery. */
  readonly readyForQuery?: boolean;
  readonly processID: number | null;
  readonly secretKey: number | null;
  readonly ssl: unknown;
  readonly sslNegotiation?: string;
  readonly host: string;
  readonly port: number;
  readonly _getActiveQuery?: () => PendingQuery | null | undefined;
  readonly activeQuery?: PendingQuery | null;
  readonly _queryQueue?: PendingQuery[];
  readonly queryQueue?: PendingQuery[];
  readonly _sentQueryQueue?: readonly PendingQuery[];
  ref(): void;
  unref(): void;
}

export function insidesOf(client: pg.Client): ClientInsides {
  return client as unknown as ClientInsides;
}

/** The query that the server works on. */
export function activeQuery(insides: ClientInsides): PendingQuery | undefined {
  // The newer name is asked first: reading the older one warns.
  const { _getActiveQuery: current } = insides;
  return (current === undefined ? insides.activeQuery : current.call(insides)) ?? undefined;
}

/** Queries that wait in the client. */
export function queuedQueries(insides: ClientInsides): PendingQuery[] {
  const { _queryQueue: queue = insides.queryQueue } = insides;
  return queue ?? [];
}

/** Whether a query was sent while the server still works on another: only in pipeline mode. */
export function isSentAhead(insides: ClientInsides, query: PendingQuery | undefined): boolean {
  const { _sentQueryQueue: sent = [] } = insides;
  return sent.some((each) => each === query);
}

/** The query that was sent last. */
export function newestQuery(insides: ClientInsides): PendingQuery | undefined {
  const { _sentQueryQueue: sent = [] } = insides;
  return queuedQueries(insides).at(-1) ?? sent.at(-1) ?? activeQuery(insides);
}

/**
 * `failed`: the statement has ended with an error, and the server's ReadyForQuery is still under way (it comes in a
 * packet of its own). Nothing runs any more.
 */
export function workOf(client: pg.Client): "failed" | "idle" | "running" {
  const insides = insidesOf(client);
  const { _sentQueryQueue: sent = [] } = insides;
  if (activeQuery(insides) !== undefined) return "running";
  if (queuedQueries(insides).length > 0 || sent.length > 0) return "running";
  return insides.readyForQuery === true ? "idle" : "failed";
}
