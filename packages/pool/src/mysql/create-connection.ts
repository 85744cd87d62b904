import type { Server } from "@dbadvise/observe";
import type { Connection as Client, ConnectionOptions } from "mysql2";
import type { Connection, ConnectOptions, QueryResult } from "../connector.ts";
import { keepListeners } from "../kept-listeners.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { instrumentQueries } from "./instrument-queries.ts";
import { isWorking } from "./is-working.ts";
import { killQuery } from "./kill-query.ts";
import {
  type Command,
  currentCommand,
  handshakeOf,
  type MysqlDriver,
  queueOf,
  systemOf,
} from "./mysql-driver.ts";
import { openClient } from "./open-client.ts";
import { resetSession } from "./reset-session.ts";
import { retiresConnection } from "./retires-connection.ts";
import { type Cancellation, runCancellable, type RunningStatement } from "./run-cancellable.ts";
import { sessionEffect } from "./session-effect.ts";
import { createSession } from "./session.ts";
import { trackGtids } from "./tracked-gtids.ts";
import { watchPackets } from "./watch-packets.ts";

/** Milliseconds in which the server must answer a goodbye, or end a killed statement. */
const GOODBYE_MS = 1000;
const KILL_MS = 5000;

export interface ConnectionSettings {
  readonly options: ConnectionOptions;
  readonly onConnect: ((client: Client) => unknown) | undefined;
  /** Fresh options for a second connection: a token may have expired since. */
  renewOptions(): Promise<ConnectionOptions>;
}

/** Connects, and gives the pool's view of the connection. */
export async function createConnection(
  settings: ConnectionSettings,
  { signal, pool, role, onRetire }: ConnectOptions,
): Promise<Connection<Client>> {
  const { client, driver } = await openClient(settings.options, signal);
  const server = serverOf(driver, role);
  const session = createSession(handshakeOf(driver).statusFlags);
  const { charsetNumber } = driver.config;
  const { database } = server;
  const gone = Promise.withResolvers<void>();

  const packets = watchPackets(driver, {
    onStatus: session.answered,
    onError: (errno, packet) => {
      session.failed();
      const error = packet.asError(driver.clientEncoding);
      packet.reset();
      const known = { readOnlyAsked: session.readOnlyAsked(), replica: role === "replica" };
      if (retiresConnection(errno, error.message, known)) retire(error);
    },
  });
  trackGtids(client, packets.gtids);
  const queries = instrumentQueries(driver, {
    server,
    pool,
    sent: (sql) => session.sent(sessionEffect(sql), !packets.isBusy()),
  });
  const { send } = queries;
  // A pool like mysql2's gives its connections an `end` of their own.
  const quit = driver.end.bind(driver);

  function retire(error: Error & { readonly code?: string }): void {
    onRetire(error.code ?? error.name, error);
  }

  let ended = false;
  client.on("error", retire);
  const lost = Object.assign(new Error("The connection is lost"), {
    code: "PROTOCOL_CONNECTION_LOST",
  });
  const onLost = (): void => {
    ended = true;
    retire(lost);
  };
  driver.stream.once("end", onLost);
  driver.stream.once("close", () => {
    queries.lost(lost);
    gone.resolve();
    onLost();
  });
  const changeUser = driver.changeUser.bind(driver);
  driver.changeUser = (options, callback) => {
    retire(Object.assign(new Error("The session has another user now"), { code: "CHANGE_USER" }));
    return changeUser(options, callback);
  };

  const setUp = async (): Promise<void> => {
    await settings.onConnect?.(client);
    // What it sent without waiting is answered before this, and what it sends then before the next.
    while (packets.isBusy()) await ping();
  };
  try {
    await unlessAborted(setUp, signal);
  } catch (error) {
    driver.stream.destroy();
    throw error;
  }
  session.settle();
  const listeners = keepListeners(client);

  const cancellation: Cancellation = {
    driver,
    graceMs: KILL_MS,
    hold: packets.hold,
    kill: async (sql, isRunning, until) =>
      killQuery(driver, sql, await settings.renewOptions(), isRunning, until),
    sendNothing: () =>
      new Promise((resolve) => packets.ahead(() => send("do sleep(0)", () => resolve()))),
    giveUp: (error) => {
      retire(error);
      driver.stream.destroy();
    },
  };

  function ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      driver.ping((error) => (error ? reject(error) : resolve()));
    });
  }

  function start<Row>(
    sql: string,
    parameters: readonly unknown[],
  ): RunningStatement<QueryResult<Row>> {
    const answered = Promise.withResolvers<QueryResult<Row>>();
    const command = driver.query(
      sql,
      parameters,
      (error: Error | null, result: unknown, fields: unknown) => {
        if (error) answered.reject(error);
        else answered.resolve(resultOf<Row>(result, fields));
      },
    );
    return { command, result: answered.promise };
  }

  async function run(sql: string): Promise<void> {
    await start(sql, []).result;
  }

  let closing: Promise<void> | undefined;

  async function close(now: boolean): Promise<void> {
    const { stream } = driver;
    if (stream.closed) return;
    if (now) stream.destroy();
    else quit();
    const timer = setTimeout(() => stream.destroy(), GOODBYE_MS);
    await gone.promise;
    clearTimeout(timer);
  }

  return {
    client,
    server,
    async query<Row>(
      sql: string,
      parameters: readonly unknown[],
      { signal: abort }: { readonly signal?: AbortSignal | undefined },
    ): Promise<QueryResult<Row>> {
      if (abort === undefined) return start<Row>(sql, parameters).result;
      return runCancellable(() => start<Row>(sql, parameters), abort, cancellation);
    },
    run<Result>(
      give: (to: Client) => Promise<Result>,
      { signal: abort }: { readonly signal?: AbortSignal | undefined },
    ): Promise<Result> {
      if (abort === undefined) return give(client);
      const startCommand = (): RunningStatement<Result> => {
        const result = give(client);
        return { command: lastCommand(driver), result };
      };
      return runCancellable(startCommand, abort, cancellation);
    },
    lastHeard: packets.lastHeard,
    state: () => {
      // A lost socket fails its statement before it tells its end: whoever released it must not pass it on.
      if (ended || driver.stream.destroyed || packets.isBusy()) return "busy";
      return session.isClean() && !listeners.changed() ? "clean" : "dirty";
    },
    reset: async () => {
      listeners.restore();
      if (session.isClean()) return;
      await resetSession({ driver, session, send, charsetNumber, database, setUp });
    },
    validate: ping,
    close: (options) => {
      if (options?.now === true) driver.stream.destroy();
      return (closing ??= close(options?.now ?? false));
    },
    begin: async ({ isolation, readOnly = false }) => {
      if (isolation !== undefined) await run(`set transaction isolation level ${isolation}`);
      await run(readOnly ? "start transaction read only" : "start transaction");
    },
    commit: () => run("commit"),
    rollback: () => run("rollback"),
    isWorking: async (until) => isWorking(driver, await settings.renewOptions(), until),
  };
}

/** The command that was added last. */
function lastCommand(driver: MysqlDriver): Command {
  const queue = queueOf(driver);
  const command = queue.length > 0 ? queue.get(queue.length - 1) : currentCommand(driver);
  if (command === undefined) throw new Error("Nothing was sent");
  return command;
}

function serverOf(driver: MysqlDriver, role: Server["role"]): Server {
  const { config } = driver;
  const isSocket = config.socketPath !== undefined;
  return {
    system: systemOf(driver),
    host: config.socketPath ?? config.host ?? "localhost",
    port: isSocket ? undefined : config.port,
    database: config.database || undefined,
    role,
  };
}

/** What mysql2 gives for a statement without rows. Large numbers are strings. */
interface ResultHeader {
  readonly affectedRows: number | string;
  readonly changedRows: number;
  readonly insertId: number | string;
}

/** Of several results in one answer (CALL, several statements), the first that has rows. */
function resultOf<Row>(result: unknown, fields: unknown): QueryResult<Row> {
  if (Array.isArray(fields) && fields.some((each) => !each || Array.isArray(each))) {
    const first = fields.findIndex((each) => Array.isArray(each));
    const results = result as readonly unknown[];
    return resultOf<Row>(results[first] ?? results.at(-1), undefined);
  }
  if (Array.isArray(result)) return { rows: result as Row[], rowCount: result.length };
  const { affectedRows, changedRows, insertId } = result as ResultHeader;
  const affected = Number(affectedRows);
  return {
    rows: [],
    rowCount: affected,
    changes: {
      affected,
      changed: changedRows,
      // None is told as 0, which no column gets.
      insertId: Number(insertId) === 0 ? undefined : BigInt(insertId),
    },
  };
}
