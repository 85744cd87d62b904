import pg from "pg";
import type { Position } from "../position.ts";
import { GUARD_SQL, NOT_REACHED, STOPPED } from "./state-sql.ts";

/** Of `pg`'s Connection, what its own Query uses. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string>;
  close(what: { type: "S"; name: string }): void;
  parse(statement: { name: string; text: string; types: readonly number[] }): void;
  bind(portal: { statement: string; values: readonly unknown[] }): void;
  execute(portal: object): void;
}

/** Of `pg`'s Query, what is put before. The client calls these with the server's messages. */
interface QueryObject {
  submit(wire: Wire): Error | null;
  requiresPreparation(): boolean;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

const NAME = "dbadvise_guard";

export interface GuardedQuery {
  /** For `client.query`. */
  readonly query: pg.Query;
  /**
   * Whether the guard stopped the query with this error: the server has not reached the place, or the guard couldn't know.
   * `undefined` where the error is the query's own, or another one.
   */
  stopped(error: unknown): "behind" | "unsure" | undefined;
}

/**
 * A query of `pg` that is sent in one message with the guard before it, and one Sync: an error of the guard ends both. The
 * guard returns no rows, so that whatever the server answers after its end is the query's.
 */
export function guardedQuery(
  wanted: Position,
  sql: string,
  parameters: readonly unknown[],
  callback: (error: Error | undefined, result: unknown) => void,
): GuardedQuery {
  const query = new pg.Query(sql, [...parameters], callback);
  const own = query as unknown as QueryObject;
  const { submit, handleCommandComplete } = own;
  let passed = false;

  // A text without parameters would go by the simple protocol, which a failed guard doesn't stop.
  own.requiresPreparation = () => true;
  own.submit = (wire) => {
    wire.stream.cork();
    try {
      if (wire.parsedStatements[NAME] === undefined) {
        // It may be there all the same, of a guard that stopped its query. To close what isn't there is no error.
        wire.close({ type: "S", name: NAME });
        wire.parse({ name: NAME, text: GUARD_SQL, types: [] });
      }
      wire.bind({ statement: NAME, values: [wanted.at, wanted.epoch] });
      wire.execute({});
      return submit.call(query, wire);
    } finally {
      wire.stream.uncork();
    }
  };
  own.handleCommandComplete = (message, wire) => {
    if (passed) {
      handleCommandComplete.call(query, message, wire);
      return;
    }
    passed = true;
    // Forgotten with the others when the session is reset.
    wire.parsedStatements[NAME] = GUARD_SQL;
  };

  return {
    query,
    stopped: (error) => {
      if (passed || !(error instanceof Error)) return undefined;
      if (!STOPPED.test(error.message)) return undefined;
      return NOT_REACHED.test(error.message) ? "behind" : "unsure";
    },
  };
}
