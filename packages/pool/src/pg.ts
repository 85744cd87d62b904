/**
 * `pg` with a `Pool` of our own, which behaves as the original: adopted by changing the import.
 *
 *     import pg from "@dbadvise/pool/pg";           // instead of "pg"
 *     import { Pool } from "@dbadvise/pool/pg";
 *
 * What is better: an idle client's error ends no process (`error` is emitted where somebody listens); a caller in line
 * gets the first client that comes free; a session is reset before the next holder gets it; a client is checked before
 * it is lent after a pause; a failed statement of `pool.query` costs no connection; `end()` returns though a client was
 * never released; and every query is published to `@dbadvise/observe`. `min` clients are opened ahead.
 */
import pg from "pg";
import { PgPool } from "./postgres/pg-pool.ts";

export * from "pg";

/** See {@link https://node-postgres.com/apis/pool}. */
export type Pool = pg.Pool;

/** Takes the options of `pg.Pool`, and as second argument the class of clients as `pg-pool` does. */
export const Pool: new (config?: pg.PoolConfig, Client?: new () => pg.Client) => pg.Pool =
  PgPool as unknown as new (config?: pg.PoolConfig, Client?: new () => pg.Client) => pg.Pool;

const withPool: Omit<typeof pg, "Pool"> & { readonly Pool: typeof Pool } = Object.create(pg, {
  Pool: { value: Pool, enumerable: true },
});

/** What a row is where nobody says. */
type Row = pg.QueryResult["rows"][number];

/** The types that users of the default import name, as `pg.PoolClient`. */
namespace withPool {
  export type BindConfig = pg.BindConfig;
  export type Client = pg.Client;
  export type ClientBase = pg.ClientBase;
  export type ClientConfig = pg.ClientConfig;
  export type Connection = pg.Connection;
  export type ConnectionConfig = pg.ConnectionConfig;
  export type CustomTypesConfig = pg.CustomTypesConfig;
  export type DatabaseError = pg.DatabaseError;
  export type Defaults = pg.Defaults;
  export type Events = pg.Events;
  export type ExecuteConfig = pg.ExecuteConfig;
  export type FieldDef = pg.FieldDef;
  export type MessageConfig = pg.MessageConfig;
  export type Notification = pg.Notification;
  export type Pool = pg.Pool;
  export type PoolClient = pg.PoolClient;
  export type PoolConfig = pg.PoolConfig;
  export type PoolOptions = pg.PoolOptions;
  export type Query = pg.Query;
  export type QueryArrayConfig<I = Row[]> = pg.QueryArrayConfig<I>;
  export type QueryArrayResult<R extends Row[] = Row[]> = pg.QueryArrayResult<R>;
  export type QueryConfig<I = Row[]> = pg.QueryConfig<I>;
  export type QueryConfigValues<T> = pg.QueryConfigValues<T>;
  export type QueryParse = pg.QueryParse;
  export type QueryResult<R extends QueryResultRow = Row> = pg.QueryResult<R>;
  export type QueryResultBase = pg.QueryResultBase;
  export type QueryResultRow = pg.QueryResultRow;
  export type Result = pg.Result;
  export type ResultBuilder<R extends QueryResultRow = Row> = pg.ResultBuilder<R>;
  export type Submittable = pg.Submittable;
  export type TypeOverrides = pg.TypeOverrides;
}

export default withPool;
