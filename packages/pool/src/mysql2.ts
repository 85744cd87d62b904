/**
 * `mysql2` with a `createPool` of our own, which behaves as the original: adopted by changing the import.
 *
 *     import mysql from "@dbadvise/pool/mysql2";            // instead of "mysql2"
 *     import mysql from "@dbadvise/pool/mysql2/promise";    // instead of "mysql2/promise"
 *
 * What is better: a connection that changed its session is reset before the next holder gets it (`resetOnRelease` has
 * nothing left to do); it is checked before it is lent after a pause; one that turned read-only is replaced however it was
 * used; a stream on a lost connection ends; `acquireTimeout` bounds the wait for a connection; `end()` waits for those
 * that are lent, up to ten seconds; and every query is published to `@dbadvise/observe`.
 *
 * As there, a second `release()` does nothing (a warning of the process tells of the first), since code in use does that.
 * Events `acquire` and `release` come for each holder, also where a connection goes from one to the next at once. A
 * pool with `connection` listeners replaces a connection whose session needs more than a rollback: they are told once.
 */
import mysql2 from "mysql2";
import { MysqlPool } from "./mysql/mysql-pool.ts";
import type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";
import { createPool as createPoolPromise } from "./mysql2-promise.ts";

export * from "mysql2";
export type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

/** Takes a URL or the options of mysql2's `createPool`. Connects nothing before it must. */
export function createPool(config: string | MysqlPoolOptions): mysql2.Pool {
  return new MysqlPool(config) as unknown as mysql2.Pool;
}

const withPool: Omit<typeof mysql2, "createPool"> & { readonly createPool: typeof createPool } =
  Object.create(mysql2, {
    createPool: { value: createPool, enumerable: true },
    // Not in the types of mysql2, but there.
    createPoolPromise: { value: createPoolPromise, enumerable: true },
  });

/** The types that users of the default import name, as `mysql.RowDataPacket`. */
namespace withPool {
  export type AuthPlugin = mysql2.AuthPlugin;
  export type ConnectTraceContext = mysql2.ConnectTraceContext;
  export type Connection = mysql2.Connection;
  export type ConnectionConfig = mysql2.ConnectionConfig;
  export type ConnectionOptions = mysql2.ConnectionOptions;
  export type ConnectionState = mysql2.ConnectionState;
  export type ErrorPacketParams = mysql2.ErrorPacketParams;
  export type ExecuteTraceContext = mysql2.ExecuteTraceContext;
  export type ExecuteValues = mysql2.ExecuteValues;
  export type Field = mysql2.Field;
  export type FieldPacket = mysql2.FieldPacket;
  export type IntegerTypedParameterFactory = mysql2.IntegerTypedParameterFactory;
  export type JsonTypedParameterFactory = mysql2.JsonTypedParameterFactory;
  export type OkPacket = mysql2.OkPacket;
  export type OkPacketParams = mysql2.OkPacketParams;
  export type Pool = mysql2.Pool;
  export type PoolCluster = mysql2.PoolCluster;
  export type PoolClusterOptions = mysql2.PoolClusterOptions;
  export type PoolConnectTraceContext = mysql2.PoolConnectTraceContext;
  export type PoolConnection = mysql2.PoolConnection;
  export type PoolNamespace = mysql2.PoolNamespace;
  export type PoolOptions = mysql2.PoolOptions;
  export type Prepare = mysql2.Prepare;
  export type PrepareStatementInfo = mysql2.PrepareStatementInfo;
  export type ProcedureCallPacket = mysql2.ProcedureCallPacket;
  export type Query = mysql2.Query;
  export type QueryError = mysql2.QueryError;
  export type QueryOptions = mysql2.QueryOptions;
  export type QueryResult = mysql2.QueryResult;
  export type QueryTraceContext = mysql2.QueryTraceContext;
  export type QueryValues = mysql2.QueryValues;
  export type Raw = mysql2.Raw;
  export type ResultSetHeader = mysql2.ResultSetHeader;
  export type RowDataPacket = mysql2.RowDataPacket;
  export type SqlValue = mysql2.SqlValue;
  export type SslOptions = mysql2.SslOptions;
  export type Timezone = mysql2.Timezone;
  export type TypeCast = mysql2.TypeCast;
  export type TypeCastField = mysql2.TypeCastField;
  export type TypeCastGeometry = mysql2.TypeCastGeometry;
  export type TypeCastNext = mysql2.TypeCastNext;
  export type TypeCastType = mysql2.TypeCastType;
  export type TypedParameter = mysql2.TypedParameter;
  export type TypedParameterFactory = mysql2.TypedParameterFactory;
  export type TypedParameterInput = mysql2.TypedParameterInput;
  export type TypedParameterValue = mysql2.TypedParameterValue;
}

export default withPool;
// What `require` gives: else the original, which comes along with the rest of its exports.
export { withPool as "module.exports" };
