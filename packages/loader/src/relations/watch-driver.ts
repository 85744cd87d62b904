import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";

/** A connection with the one of the driver inside. */
interface WatchedConnection extends DatabaseConnection {
  readonly inner: DatabaseConnection;
}

/**
 * A driver that tells of every statement when it has ended, well or not.
 *
 * @param ended called with the statement; with `undefined` for the end of a transaction or the return to a savepoint
 */
export function watchDriver(
  driver: Driver,
  ended: (statement: CompiledQuery | undefined) => void,
): Driver {
  const { savepoint, rollbackToSavepoint, releaseSavepoint } = driver;
  const inner = (connection: DatabaseConnection): DatabaseConnection =>
    (connection as WatchedConnection).inner;
  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) =>
      watchConnection(await driver.acquireConnection(options), ended),
    beginTransaction: (connection, settings) =>
      driver.beginTransaction(inner(connection), settings),
    commitTransaction: (connection) =>
      driver.commitTransaction(inner(connection)).finally(() => ended(undefined)),
    rollbackTransaction: (connection) =>
      driver.rollbackTransaction(inner(connection)).finally(() => ended(undefined)),
    ...(savepoint && {
      savepoint: (connection, name, compile) =>
        savepoint.call(driver, inner(connection), name, compile),
    }),
    ...(rollbackToSavepoint && {
      rollbackToSavepoint: (connection, name, compile) =>
        rollbackToSavepoint
          .call(driver, inner(connection), name, compile)
          .finally(() => ended(undefined)),
    }),
    ...(releaseSavepoint && {
      releaseSavepoint: (connection, name, compile) =>
        releaseSavepoint.call(driver, inner(connection), name, compile),
    }),
    releaseConnection: (connection, options) =>
      driver.releaseConnection(inner(connection), options),
    destroy: (options) => driver.destroy(options),
  };
}

function watchConnection(
  connection: DatabaseConnection,
  ended: (statement: CompiledQuery) => void,
): WatchedConnection {
  const { cancelQuery, collectSessionInfo, killSession } = connection;
  return {
    inner: connection,
    executeQuery: <R>(
      statement: CompiledQuery,
      options: Parameters<DatabaseConnection["executeQuery"]>[1],
    ): Promise<QueryResult<R>> =>
      connection.executeQuery<R>(statement, options).finally(() => ended(statement)),
    async *streamQuery<R>(
      statement: CompiledQuery,
      chunkSize: number,
      options: Parameters<DatabaseConnection["streamQuery"]>[2],
    ): AsyncIterableIterator<QueryResult<R>> {
      try {
        yield* connection.streamQuery<R>(statement, chunkSize, options);
      } finally {
        ended(statement);
      }
    },
    ...(cancelQuery && { cancelQuery: cancelQuery.bind(connection) }),
    ...(collectSessionInfo && { collectSessionInfo: collectSessionInfo.bind(connection) }),
    ...(killSession && { killSession: killSession.bind(connection) }),
  };
}
