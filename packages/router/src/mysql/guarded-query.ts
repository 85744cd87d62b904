import type { Lease, QueryOptions, QueryResult } from "@dbadvise/pool";
import type { Connection } from "mysql2";

type Callback = (error: Error | null, rows?: unknown) => void;

/** Of mysql2's Query: gets the packets of its answer one by one, the first call sends it. True when it has ended. */
interface Command {
  execute(packet: unknown, connection: Driver): boolean;
}

/** Of mysql2's connection, what is used beyond its documented API. */
interface Driver {
  readonly config: object;
  readonly constructor: {
    createQuery(sql: string, values: readonly unknown[], done: Callback, config: object): Command;
  };
  readonly stream: { cork(): void; uncork(): void };
  /** The number that the next packet must have: each command counts anew. */
  sequenceId: number;
  query(command: Command): unknown;
}

export interface GuardedResult<Row> {
  /** What the guard answered, in its only row and column. */
  readonly guard: string;
  readonly result: QueryResult<Row>;
}

/**
 * Sends a guard and a query in one flight: both commands are written before the first is answered. The server runs
 * them one after the other, so that the query's snapshot is younger than what the guard saw; one statement for both would
 * open its snapshot first. The guard must be a SELECT of one text that is not empty.
 */
export async function sendGuarded<Row>(
  lease: Lease<Connection>,
  guardSql: string,
  sql: string,
  parameters: readonly unknown[],
  options: QueryOptions,
): Promise<GuardedResult<Row>> {
  const rows = Promise.withResolvers<unknown>();
  const guard: { error?: Error | null; rows?: unknown } = {};
  // Where the connection is lost only the query is told: to mysql2 it is the one that is under way.
  const result = await lease.run((client) => {
    const driver = client as unknown as Driver;
    const { createQuery } = driver.constructor;
    const told: Callback = (error, answer) => Object.assign(guard, { error, rows: answer });
    const query = createQuery(sql, parameters, settle(rows), driver.config);
    put(createQuery(guardSql, [], told, driver.config), query);
    driver.query(query);
    // It ends after the guard: not before may the connection go to somebody else.
    return rows.promise;
  }, options);
  if (guard.error) throw guard.error;
  const [first] = guard.rows as readonly Readonly<Record<string, unknown>>[];
  const read = result as readonly Row[];
  return {
    guard: String(Object.values(first ?? {})[0]),
    result: { rows: read, rowCount: read.length },
  };
}

/** Puts a command before another one, which has not been sent. To mysql2 both are the second one. */
function put(first: Command, second: Command): void {
  const execute = second.execute.bind(second);
  let ended = false;
  second.execute = (packet, connection) => {
    if (packet === undefined) {
      const { stream } = connection;
      stream.cork();
      first.execute(undefined, connection);
      const isOver = execute(undefined, connection);
      stream.uncork();
      return isOver;
    }
    if (ended) return execute(packet, connection);
    ended = first.execute(packet, connection);
    if (ended) connection.sequenceId = 1;
    return false;
  };
}

function settle({ resolve, reject }: PromiseWithResolvers<unknown>): Callback {
  return (error, rows) => {
    if (error) reject(error);
    else resolve(rows);
  };
}
