import type { DatabaseConnection, Dialect, Driver, Kysely, QueryCompiler } from "kysely";
import type { CoalescingEngine } from "./coalescing-engine.ts";
import type { Shapes } from "./shapes.ts";
import { createVirtualConnection, type VirtualConnection } from "./virtual-connection.ts";
import { createWaitingReads } from "./waiting-reads.ts";

/** The parts of a Kysely instance over another one, whose connections are virtual. */
export interface CoalescingDialect extends Dialect {
  readonly driver: Driver;
  readonly compiler: QueryCompiler;
}

export function coalescingDialect(
  db: Kysely<unknown>,
  engine: CoalescingEngine,
  shapes: Shapes,
): CoalescingDialect {
  const executor = db.getExecutor();
  const compiler: QueryCompiler = { compileQuery: (node, id) => executor.compileQuery(node, id) };
  const waiting = createWaitingReads(db, engine, compiler);
  const virtual = (connection: DatabaseConnection): VirtualConnection =>
    connection as VirtualConnection;
  const driver: Driver = {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(createVirtualConnection(db, engine, shapes, waiting)),
    beginTransaction: (connection, settings) => virtual(connection).begin(settings),
    commitTransaction: (connection) => virtual(connection).end("commit"),
    rollbackTransaction: (connection) => virtual(connection).end("rollback"),
    savepoint: (connection, name, compile) =>
      virtual(connection).savepoint("savepoint", name, compile),
    rollbackToSavepoint: (connection, name, compile) =>
      virtual(connection).savepoint("rollback to savepoint", name, compile),
    releaseSavepoint: (connection, name, compile) =>
      virtual(connection).savepoint("release savepoint", name, compile),
    releaseConnection: (connection) => virtual(connection).release(),
    destroy: () => db.destroy(),
  };
  return {
    driver,
    compiler,
    createDriver: () => driver,
    createQueryCompiler: () => compiler,
    createAdapter: () => executor.adapter,
    createIntrospector: () => db.introspection,
  };
}
