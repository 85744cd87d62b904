import { errorMonitor } from "node:events";
import {
  observeQuery,
  queriesAreObserved,
  type QueryObservation,
  type Server,
} from "@dbadvise/observe";
import type { Command, MysqlDriver, PreparedStatement, Send } from "./mysql-driver.ts";

export interface QueryHooks {
  readonly server: Server;
  readonly pool: string;
  /** Called with each text before it is sent, placeholders in place. */
  sent(sql: string): void;
}

export interface QueryInstrument {
  /** The client's own `query`, which nobody observes. */
  readonly send: Send;
  /** The connection is lost: ends the observation of queries that mysql2 tells nothing any more. */
  lost(error: Error): void;
}

type Callback = (error: unknown, result: unknown, fields: unknown) => void;

/** A query object (`mysql2.Query`) or an options object. */
interface QueryOptions {
  readonly sql?: unknown;
  readonly values?: unknown;
  onResult?: unknown;
}

/**
 * Replaces `query`, `execute` and `prepare` of the client, so that whatever is sent by way of it, or of its promise
 * wrapper, is seen, and published where anybody listens.
 */
export function instrumentQueries(driver: MysqlDriver, hooks: QueryHooks): QueryInstrument {
  const open = new Set<QueryObservation>();
  const instrumented = new WeakSet<PreparedStatement>();
  const send = driver.query.bind(driver);
  const prepare = driver.prepare.bind(driver);

  driver.query = instrument(send, (sql) => textOf(sql));
  driver.execute = instrument(driver.execute.bind(driver), (sql) => textOf(sql));
  driver.prepare = (options, callback) =>
    prepare(options, (error, statement) => {
      // The statement may come from the driver's cache, which the client's own `execute` shares.
      if (statement !== undefined && !instrumented.has(statement)) {
        instrumented.add(statement);
        const execute = statement.execute.bind(statement);
        const { query } = statement;
        const run = instrument(
          (_, values, done) =>
            typeof values === "function" ? execute([], values) : execute(values, done),
          () => query,
        );
        statement.execute = (values, done) => run(query, values, done);
      }
      callback?.(error, statement);
    });

  function instrument(original: Send, text: (sql: unknown) => string): Send {
    return (sql, values, callback) => {
      const sent = text(sql);
      hooks.sent(sent);
      if (!queriesAreObserved()) return original(sql, values, callback);
      const observation = observeQuery({
        sql: sent,
        parameters: parametersOf(sql, values),
        server: hooks.server,
        pool: hooks.pool,
      });
      open.add(observation);
      try {
        return sendObserved(original, observation, sql, values, callback);
      } catch (error) {
        fail(observation, error);
        throw error;
      }
    };
  }

  function sendObserved(
    original: Send,
    observation: QueryObservation,
    sql: unknown,
    values: unknown,
    callback: unknown,
  ): Command {
    if (typeof values === "function") return original(sql, watch(values as Callback, observation));
    if (typeof callback === "function") {
      return original(sql, values, watch(callback as Callback, observation));
    }
    const options = sql as QueryOptions;
    if (typeof sql === "object" && typeof options.onResult === "function") {
      options.onResult = watch(options.onResult as Callback, observation);
      return original(sql, values);
    }
    const command = original(sql, values);
    watchEvents(command, observation);
    return command;
  }

  function watch(callback: Callback, observation: QueryObservation): Callback {
    return (error, result, fields) => {
      if (error) fail(observation, error);
      else succeed(observation, rowsOf(result, fields));
      callback(error, result, fields);
    };
  }

  function watchEvents(command: Command, observation: QueryObservation): void {
    let rows = 0;
    command.on("result", (row: unknown) => {
      rows += rowsOf(row, undefined) ?? 1;
    });
    // A monitor is no handler: an error that nobody handles stays one.
    command.on(errorMonitor, (error: unknown) => fail(observation, error));
    command.once("end", () => succeed(observation, rows));
  }

  function succeed(observation: QueryObservation, rows: number | undefined): void {
    open.delete(observation);
    observation.succeed(rows);
  }

  function fail(observation: QueryObservation, error: unknown): void {
    open.delete(observation);
    observation.fail(error);
  }

  return {
    send,
    lost: (error) => {
      for (const observation of open) fail(observation, error);
    },
  };
}

function textOf(sql: unknown): string {
  if (typeof sql === "string") return sql;
  const text = (sql as QueryOptions | null | undefined)?.sql;
  return typeof text === "string" ? text : "";
}

function parametersOf(sql: unknown, values: unknown): readonly unknown[] {
  const own = typeof sql === "string" ? undefined : (sql as QueryOptions).values;
  const given = values === undefined || typeof values === "function" ? own : values;
  if (given === undefined) return [];
  if (Array.isArray(given)) return given;
  // Named placeholders, or one value alone.
  return isPlainObject(given) ? Object.values(given) : [given];
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

/** Rows read or changed; of several results together. `undefined` for what is a single row. */
function rowsOf(result: unknown, fields: unknown): number | undefined {
  if (Array.isArray(result)) {
    const several = Array.isArray(fields) && fields.some((each) => !each || Array.isArray(each));
    return several
      ? result.reduce<number>((sum, each) => sum + (rowsOf(each, undefined) ?? 0), 0)
      : result.length;
  }
  const { fieldCount, affectedRows } = (result ?? {}) as {
    readonly fieldCount?: unknown;
    readonly affectedRows?: unknown;
  };
  return fieldCount === 0 && typeof affectedRows === "number" ? affectedRows : undefined;
}
