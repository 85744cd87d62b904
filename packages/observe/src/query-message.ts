import type { CallSite } from "./call-site.ts";
import type { Scope } from "./scope.ts";

/** Names of the database systems, as OpenTelemetry's `db.system.name` has them. */
export type DatabaseSystem = "postgresql" | "mysql" | "mariadb";

/** The part that a server plays. `unknown` where nobody has said or asked. */
export type ServerRole = "primary" | "replica" | "unknown";

/** The server that a connection leads to. */
export interface Server {
  readonly system: DatabaseSystem;
  readonly host: string;
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  readonly database: string | undefined;
  readonly role: ServerRole;
}

/** A query as it is sent: the message of the channel `dbadvise:query:start`. */
export interface QueryStart {
  /** The text as it is sent, placeholders in place. */
  readonly sql: string;
  /** How many parameters go with it. */
  readonly parameterCount: number;
  /** The parameters themselves. Whoever reads them handles data of the application: nobody does unless asked to. */
  parameters(): readonly unknown[];
  readonly server: Server;
  /** Name of the pool, `undefined` for a connection outside of any. */
  readonly pool: string | undefined;
  /** The scope (a request, a job) that it was sent in, `undefined` outside of {@link withScope}. */
  readonly scope: Scope | undefined;
  /** Why it goes to this server, where a router chose: `orders-2: proved read-only, ...`. */
  readonly route: string | undefined;
  /** Start, milliseconds since the epoch. */
  readonly startedAt: number;
  /**
   * The line of code that sent it. The stack is taken at the first call (10 to 30 microseconds), so that call must come
   * from a subscriber of `dbadvise:query:start`; afterwards it is remembered. `undefined` where no frame is the
   * application's own, or where nobody asked in time.
   */
  callSite(): CallSite | undefined;
}

/** A query that has ended: the message of the channel `dbadvise:query`. The same object that its start published. */
export interface QueryEnd extends QueryStart {
  /** Milliseconds from sending to the last row. */
  readonly durationMs: number;
  /** Rows returned or changed; `undefined` where the driver doesn't say, or on an error. */
  readonly rows: number | undefined;
  /** SQLSTATE (PostgreSQL), the symbolic code (MySQL: `ER_DUP_ENTRY`) or the driver's code; `undefined` on success. */
  readonly errorCode: string | undefined;
  /** What the driver rejected with; `undefined` on success. Not enumerable: servers quote rows in errors. */
  readonly error: unknown;
}
