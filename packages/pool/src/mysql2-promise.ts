/** `mysql2/promise` with a `createPool` of our own: see `@dbadvise/pool/mysql2`. */
import promises from "mysql2/promise";
import { MysqlPool } from "./mysql/mysql-pool.ts";
import type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

export * from "mysql2/promise";
export type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

/** Takes a URL or the options of mysql2's `createPool`. Connects nothing before it must. */
export function createPool(config: string | MysqlPoolOptions): promises.Pool {
  return new MysqlPool(config).promise();
}

const withPool: Omit<typeof promises, "createPool"> & { readonly createPool: typeof createPool } =
  Object.create(promises, { createPool: { value: createPool, enumerable: true } });

/** The types that users of the default import name, as `mysql.RowDataPacket`. */
namespace withPool {
  export type AuthPlugin = promises.AuthPlugin;
  export type ConnectTraceContext = promises.ConnectTraceContext;
  export type Connection = promises.Connection;
  export type ConnectionConfig = promises.ConnectionConfig;
  export type ConnectionOptions = promises.ConnectionOptions;
  export type ConnectionState = promises.ConnectionState;
  export type ErrorPacketParams = promises.ErrorPacketParams;
  export type ExecuteTraceContext = promises.ExecuteTraceContext;
  export type ExecuteValues = promises.ExecuteValues;
  export type Field = promises.Field;
  export type FieldPacket = promises.FieldPacket;
  export type IntegerTypedParameterFactory = promises.IntegerTypedParameterFactory;
  export type JsonTypedParameterFactory = promises.JsonTypedParameterFactory;
  export type OkPacket = promises.OkPacket;
  export type OkPacketParams = promises.OkPacketParams;
  export type Pool = promises.Pool;
  export type PoolCluster = promises.PoolCluster;
  export type PoolClusterOptions = promises.PoolClusterOptions;
  export type PoolConnectTraceContext = promises.PoolConnectTraceContext;
  export type PoolConnection = promises.PoolConnection;
  export type PoolNamespace = promises.PoolNamespace;
  export type PoolOptions = promises.PoolOptions;
  export type Prepare = promises.Prepare;
  export type PrepareStatementInfo = promises.PrepareStatementInfo;
  export type PreparedStatementInfo = promises.PreparedStatementInfo;
  export type ProcedureCallPacket = promises.ProcedureCallPacket;
  export type Query = promises.Query;
  export type QueryError = promises.QueryError;
  export type QueryOptions = promises.QueryOptions;
  export type QueryResult = promises.QueryResult;
  export type QueryTraceContext = promises.QueryTraceContext;
  export type QueryValues = promises.QueryValues;
  export type Raw = promises.Raw;
  export type ResultSetHeader = promises.ResultSetHeader;
  export type RowDataPacket = promises.RowDataPacket;
  export type SqlValue = promises.SqlValue;
  export type SslOptions = promises.SslOptions;
  export type Timezone = promises.Timezone;
  export type TypeCast = promises.TypeCast;
  export type TypeCastField = promises.TypeCastField;
  export type TypeCastGeometry = promises.TypeCastGeometry;
  export type TypeCastNext = promises.TypeCastNext;
  export type TypeCastType = promises.TypeCastType;
  export type TypedParameter = promises.TypedParameter;
  export type TypedParameterFactory = promises.TypedParameterFactory;
  export type TypedParameterInput = promises.TypedParameterInput;
  export type TypedParameterValue = promises.TypedParameterValue;
}

export default withPool;
// What `require` gives: else the original, which comes along with the rest of its exports.
export { withPool as "module.exports" };
