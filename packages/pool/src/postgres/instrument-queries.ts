import {
  observeQuery,
  queriesAreObserved,
  type QueryObservation,
  type Server,
} from "@dbadvise/observe";
import type pg from "pg";
import { isSubmittable, onSubmittableEnd, type Submittable } from "./submittable.ts";

/** `client.query` in all its forms. */
export type SendQuery = (config: unknown, values?: unknown, callback?: unknown) => unknown;

export interface QueryHooks {
  readonly server: Server;
  readonly pool: string;
  /** Called with each text before it is sent; `undefined` for a query object that doesn't tell its text. */
  sent(sql: string | undefined): void;
}

type Callback = (error: unknown, result: unknown) => void;

interface QueryConfig {
  readonly text?: unknown;
  readonly values?: unknown;
  readonly callback?: unknown;
}

/**
 * Replaces `client.query`, so that whatever is sent by way of the client is seen, and published where anybody listens.
 * Returns the client's own, for what isn't the application's.
 */
export function instrumentQueries(client: pg.Client, hooks: QueryHooks): SendQuery {
  const send: SendQuery = client.query.bind(client) as SendQuery;

  const query: SendQuery = (config, values, callback) => {
    const sql = textOf(config);
    hooks.sent(sql);
    if (!queriesAreObserved()) return send(config, values, callback);
    const observation = observeQuery({
      sql: sql ?? "",
      parameters: parametersOf(config, values),
      server: hooks.server,
      pool: hooks.pool,
    });
    try {
      return sendObserved(observation, config, values, callback);
    } catch (error) {
      observation.fail(error);
      throw error;
    }
  };

  function sendObserved(
    observation: QueryObservation,
    config: unknown,
    values: unknown,
    callback: unknown,
  ): unknown {
    if (isSubmittable(config)) {
      watchSubmittable(config, observation);
      return send(config, values, callback);
    }
    if (typeof values === "function") return send(config, watch(values as Callback, observation));
    if (typeof callback === "function")
      return send(config, values, watch(callback as Callback, observation));
    const own = (config as QueryConfig | null)?.callback;
    if (typeof own === "function")
      return send(
        Object.create(config as object, {
          callback: { value: watch(own as Callback, observation) },
        }),
        values,
      );
    const result = send(config, values);
    return result instanceof Promise ? settled(result, observation) : result;
  }

  Object.defineProperty(client, "query", { value: query, configurable: true, writable: true });
  return send;
}

function textOf(config: unknown): string | undefined {
  if (typeof config === "string") return config;
  const { text, cursor } = (config ?? {}) as Submittable;
  if (typeof text === "string") return text;
  if (typeof cursor?.text === "string") return cursor.text;
  // A statement that was prepared under its name before: its text was seen then.
  return isSubmittable(config) ? undefined : "";
}

function parametersOf(config: unknown, values: unknown): readonly unknown[] {
  const { values: own, cursor } = (
    typeof config === "object" && config !== null ? config : {}
  ) as Submittable;
  return [values, own, cursor?.values].find((each) => Array.isArray(each)) ?? [];
}

function watch(callback: Callback, observation: QueryObservation): Callback {
  return (error, result) => {
    if (error) observation.fail(error);
    else observation.succeed(rowsOf(result));
    callback(error, result);
  };
}

/** In the place of the promise, not beside it: a rejection that the application doesn't handle stays unhandled. */
async function settled(result: Promise<unknown>, observation: QueryObservation): Promise<unknown> {
  try {
    const given = await result;
    observation.succeed(rowsOf(given));
    return given;
  } catch (error) {
    observation.fail(error);
    throw error;
  }
}

/** The rows of a result, or of all results of a text with several statements. */
function rowsOf(result: unknown): number | undefined {
  if (Array.isArray(result))
    return result.reduce<number>((sum, each) => sum + (rowsOf(each) ?? 0), 0);
  return (result as { rowCount?: number | null } | undefined)?.rowCount ?? undefined;
}

/** A query object is told of its end by the client, by these methods. */
function watchSubmittable(query: Submittable, observation: QueryObservation): void {
  const { handleDataRow, handleCommandComplete } = query;
  let rows = 0;
  let changed = 0;
  query.handleDataRow = (message) => {
    rows += 1;
    handleDataRow.call(query, message);
  };
  query.handleCommandComplete = (message, wire) => {
    const [, count] = /^(?:INSERT \d+|UPDATE|DELETE|MERGE|COPY) (\d+)$/.exec(tagOf(message)) ?? [];
    changed += Number(count ?? 0);
    handleCommandComplete.call(query, message, wire);
  };
  onSubmittableEnd(query, (error) => {
    if (error === undefined) observation.succeed(rows === 0 ? changed : rows);
    else observation.fail(error);
  });
}

function tagOf(message: unknown): string {
  return (message as { text?: string } | undefined)?.text ?? "";
}
