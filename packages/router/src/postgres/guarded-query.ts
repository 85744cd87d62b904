import pg from "pg";
import type { Position } from "../position.ts";
import type { Guard } from "./state-sql.ts";

/** Of `pg`'s Connection, what its own Query uses. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string>;
  close(what: { type: "S"; name: string }): void;
  parse(statement: { name: string; text: string; types: readonly number[] }): void;
  bind(portal: { statement: string; values: readonly unknown[] }): void;
  execute(portal: object): void;
}

type Callback = (error: Error | undefined, result: unknown) => void;

/** Of `pg`'s Query, what is put before. The client calls these with the server's messages. */
interface QueryObject {
  submit(wire: Wire): Error | null;
  requiresPreparation(): boolean;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

const PgQuery = pg.Query as unknown as new (
  sql: string,
  parameters: readonly unknown[],
  callback: Callback,
) => QueryObject;

const DIVISION_BY_ZERO = "22012";

/**
 * A query of `pg`, for `client.query`, that is sent in one message with the guard before it, and one Sync: an error of the guard ends
 * both. The guard returns no rows, so that whatever the server answers after its end is the query's.
 */
export class GuardedQuery extends PgQuery {
  readonly #guard: Guard;
  readonly #wanted: Position;
  #passed = false;

  constructor(
    guard: Guard,
    wanted: Position,
    sql: string,
    parameters: readonly unknown[],
    callback: Callback,
  ) {
    super(sql, parameters, callback);
    this.#guard = guard;
    this.#wanted = wanted;
  }

  /** Whether the guard stopped the query with this error, and not the query itself, or something else. */
  isStopped(error: unknown): boolean {
    return (
      !this.#passed && (error as { readonly code?: unknown } | null)?.code === DIVISION_BY_ZERO
    );
  }

  /** A text without parameters would go by the simple protocol, which a failed guard doesn't stop. */
  override requiresPreparation(): boolean {
    return true;
  }

  override submit(wire: Wire): Error | null {
    const { name, sql } = this.#guard;
    wire.stream.cork();
    try {
      if (wire.parsedStatements[name] === undefined) {
        // It may be there all the same, of a guard that stopped its query. To close what isn't there is no error.
        wire.close({ type: "S", name });
        wire.parse({ name, text: sql, types: [] });
      }
      wire.bind({ statement: name, values: [this.#wanted.at, this.#wanted.epoch] });
      wire.execute({});
      return super.submit(wire);
    } finally {
      wire.stream.uncork();
    }
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#passed) {
      super.handleCommandComplete(message, wire);
      return;
    }
    this.#passed = true;
    // Forgotten with the others when the session is reset.
    wire.parsedStatements[this.#guard.name] = this.#guard.sql;
  }
}
