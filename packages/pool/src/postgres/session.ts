import type { ServerRole } from "@dbadvise/observe";
import type pg from "pg";
import { insidesOf } from "./client-insides.ts";
import { errorCode } from "./error-code.ts";
import { retiresConnection } from "./retires-connection.ts";
import { sessionEffect } from "./session-effect.ts";

/** What is known of a session from what was sent and what the server told. */
export interface Session {
  /** `performance.now()` of the server's last ReadyForQuery. */
  readonly heard: number;
  /** The server has begun to answer what runs. */
  readonly answering: boolean;
  /** A transaction is open, perhaps a failed one. */
  readonly inTransaction: boolean;
  /** Something was changed that outlives the transaction. */
  readonly changed: boolean;
  /** The socket is closed. */
  readonly ended: boolean;
  /** The part that the server should play. */
  readonly role: ServerRole;
  /** The server is a standby; `undefined` where nobody says (PostgreSQL before 14, PgBouncer). */
  readonly inHotStandby: boolean | undefined;
  /** Notes a text that is about to be sent; `undefined` where it isn't known. */
  sent(sql: string | undefined): void;
  /** From here on everything counts as a change: the session is as after connecting. */
  begin(): void;
  /** Resolves at the server's next ReadyForQuery, or when the connection has ended. */
  nextReady(): Promise<void>;
  /** The connection must end, though the server says nothing. */
  retire(reason: string, error: Error): void;
  /** The end of the connection is wanted: it is no news from here on. */
  close(): void;
}

export interface SessionOptions {
  readonly role: ServerRole;
  /** The connection is of no more use. Called once. */
  onRetire(reason: string, error: Error): void;
}

/** Tags of commands that change the session, however they came to run (EXECUTE, a text that wasn't known). */
const CHANGING_TAGS =
  /^(?:LISTEN|UNLISTEN|PREPARE|DEALLOCATE|DEALLOCATE ALL|DISCARD.*|RESET|LOAD)$/;

/** Parameters that the server reports when it is promoted or reconfigured: no doing of the session. */
const SERVER_PARAMETERS = new Set(["in_hot_standby", "default_transaction_read_only"]);

/**
 * Follows a client's session. To be called before it connects: what the server says is then noted before the query that
 * it answers is settled.
 */
export function followSession(client: pg.Client, options: SessionOptions): Session {
  const { connection: wire } = insidesOf(client);
  let heard = performance.now();
  let status: unknown;
  let changed = false;
  let inHotStandby: boolean | undefined;
  let readOnlyAsked: "no" | "session" | "transaction" = "no";
  let waiting: (() => void)[] = [];
  let answering = false;
  let retired = false;
  let ended = false;

  const retire = (reason: string, error: Error): void => {
    if (retired) return;
    retired = true;
    options.onRetire(reason, error);
  };
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };

  wire.on("readyForQuery", (message: { status?: string }) => {
    heard = performance.now();
    ({ status } = message);
    answering = false;
    if (status === "I" && readOnlyAsked === "transaction") readOnlyAsked = "no";
    // After the driver's own listeners have settled the query.
    if (waiting.length > 0) queueMicrotask(wake);
  });
  // The first answers to a text and to a parsed statement; a suspended cursor has given one of them.
  for (const answer of ["parseComplete", "rowDescription"]) {
    wire.on(answer, () => {
      answering = true;
    });
  }
  wire.on("commandComplete", ({ text }: { text: string }) => {
    if (!changed && CHANGING_TAGS.test(text)) changed = true;
  });
  wire.on("parameterStatus", (message: { parameterName: string; parameterValue: string }) => {
    if (message.parameterName === "in_hot_standby") inHotStandby = message.parameterValue === "on";
    if (!SERVER_PARAMETERS.has(message.parameterName)) changed = true;
  });
  wire.on("errorMessage", (error: Error) => {
    const mayBeReadOnly = options.role === "replica" || readOnlyAsked !== "no";
    const reason = retiresConnection(error, { mayBeReadOnly });
    if (reason !== undefined) retire(reason, error);
    const code = errorCode(error);
    // A prepared statement that the server no longer knows, or that a change of its tables made useless, fails each time.
    if (code === "26000" || code === "0A000") changed = true;
  });
  // Always a listener: an error of an idle client must not end the process.
  client.on("error", (error: Error) => retire(errorCode(error) ?? "connection-lost", error));
  wire.on("end", () => {
    ended = true;
    retire("connection-ended", new Error("The connection has ended."));
    wake();
  });

  return {
    get heard() {
      return heard;
    },
    get answering() {
      return answering;
    },
    get inTransaction() {
      return status === "T" || status === "E";
    },
    get changed() {
      return changed;
    },
    get ended() {
      return ended;
    },
    role: options.role,
    get inHotStandby() {
      return inHotStandby;
    },
    sent(sql) {
      if (sql === undefined) {
        changed = true;
        return;
      }
      const effect = sessionEffect(sql);
      if (effect.changes) changed = true;
      if (effect.readOnly) readOnlyAsked = effect.changes ? "session" : "transaction";
    },
    begin() {
      changed = false;
      readOnlyAsked = "no";
    },
    nextReady: () => new Promise<void>((resolve) => waiting.push(resolve)),
    retire,
    close() {
      retired = true;
    },
  };
}
