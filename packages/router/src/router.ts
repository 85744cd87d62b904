import type {
  AcquireOptions,
  Lease,
  QueryOptions,
  QueryResult,
  TransactionOptions,
} from "@dbadvise/pool";
import type { Consistency } from "./consistency.ts";
import type { RouteDecision } from "./route-decision.ts";
import type { RouterEvents } from "./router-events.ts";
import type { RouterSession } from "./router-session.ts";
import type { Verdict } from "./verdict.ts";

export interface RouteOptions {
  /** Default: the scope's, else the router's. */
  readonly consistency?: Consistency | undefined;
  /** Where it must go, whatever the text says. */
  readonly target?: "primary" | "replica" | undefined;
  /** For balancers that keep a key's reads on one node. */
  readonly key?: string | undefined;
  /** What is proved of the statement by other means than its text, an AST for instance. */
  readonly verdict?: Verdict | undefined;
}

/** Sends each query to the server that may take it. Made by `createRouter`. */
export interface Router<Client> extends AsyncDisposable {
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
    options?: RouteOptions & AcquireOptions & QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** READ ONLY transactions may go to a replica; others to the primary, whole. */
  transaction<Result>(
    fn: (lease: Lease<Client>) => Promise<Result>,
    options?: RouteOptions & TransactionOptions,
  ): Promise<Result>;
  /** Statements in order, on one connection as soon as they need one: what ORMs take for a connection. */
  session(options?: RouteOptions): RouterSession<Client>;
  /** The same router, with everything sent to the primary, or to replicas. */
  primary(): Router<Client>;
  replica(): Router<Client>;
  /** Where a text would go now, and why. */
  explain(sql: string, options?: RouteOptions): RouteDecision;
  /** What the reads of this scope may miss, from now on. */
  setConsistency(consistency: Consistency): void;
  /**
   * What this scope has written and seen, signed, for a cookie, a header or a job's payload; `undefined` where it has
   * neither.
   */
  token(): string | undefined;
  /** Takes over a token: reads of this scope see what it stands for. An invalid one is refused with `INVALID_TOKEN`. */
  accept(token: string): void;
  on<Name extends keyof RouterEvents>(name: Name, listener: RouterEvents[Name]): () => void;
  close(): Promise<void>;
}
