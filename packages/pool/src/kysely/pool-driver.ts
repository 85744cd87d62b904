import type { DatabaseConnection, Driver, QueryCompiler, TransactionSettings } from "kysely";
import { createQueryId, IdentifierNode, RawNode } from "kysely";
import type { IsolationLevel } from "../connector.ts";
import type { Pool } from "../pool.ts";
import { leaseConnection, type LeaseConnection, type StreamRows } from "./lease-connection.ts";

/** A Kysely driver over a pool: leases, cancellation and session reset reach through. */
export function poolDriver<Client>(pool: Pool<Client>, streamRows: StreamRows<Client>): Driver {
  const held = (connection: DatabaseConnection): LeaseConnection<Client> =>
    connection as LeaseConnection<Client>;

  const savepoint = async (
    words: string,
    connection: DatabaseConnection,
    name: string,
    compileQuery: QueryCompiler["compileQuery"],
  ): Promise<void> => {
    const node = RawNode.create([`${words} `, ""], [IdentifierNode.create(name)]);
    await connection.executeQuery(compileQuery(node, createQueryId()));
  };

  return {
    init: () => Promise.resolve(),
    acquireConnection: async (options) => leaseConnection(await pool.acquire(options), streamRows),
    beginTransaction: (connection, settings) => held(connection).lease.begin(modeOf(settings)),
    commitTransaction: (connection) => held(connection).lease.commit(),
    async rollbackTransaction(connection) {
      const { lease } = held(connection);
      try {
        await lease.rollback();
      } catch (error) {
        held(connection).broken = error as Error;
        throw error;
      }
    },
    savepoint: (connection, name, compileQuery) =>
      savepoint("savepoint", connection, name, compileQuery),
    rollbackToSavepoint: (connection, name, compileQuery) =>
      savepoint("rollback to savepoint", connection, name, compileQuery),
    releaseSavepoint: (connection, name, compileQuery) =>
      savepoint("release savepoint", connection, name, compileQuery),
    releaseConnection(connection) {
      const { lease, broken } = held(connection);
      lease.release(broken);
      return Promise.resolve();
    },
    destroy: () => pool.drain(),
  };
}

function modeOf({ isolationLevel, accessMode }: TransactionSettings): {
  isolation: IsolationLevel | undefined;
  readOnly: boolean | undefined;
} {
  if (isolationLevel === "snapshot") {
    throw new Error("Isolation level snapshot is SQL Server's: use repeatable read");
  }
  return {
    isolation: isolationLevel,
    readOnly: accessMode === undefined ? undefined : accessMode === "read only",
  };
}
