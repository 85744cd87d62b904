import type { DatabaseConnection, Driver, QueryCompiler, TransactionSettings } from "kysely";
import { createQueryId, IdentifierNode, RawNode } from "kysely";
import type { IsolationLevel } from "../connector.ts";
import {
  type ConnectionSource,
  type KyselyConnection,
  kyselyConnection,
} from "./kysely-connection.ts";

/** A Kysely driver: leases, cancellation and session reset reach through. */
export function kyselyDriver(from: ConnectionSource): Driver {
  const held = (connection: DatabaseConnection): KyselyConnection => connection as KyselyConnection;

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
    acquireConnection: async (options) => kyselyConnection(await from.acquire(options)),
    beginTransaction: (connection, settings) => held(connection).source.begin(modeOf(settings)),
    commitTransaction: (connection) => held(connection).source.commit(),
    async rollbackTransaction(connection) {
      try {
        await held(connection).source.rollback();
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
      const { source, broken } = held(connection);
      return source.release(broken);
    },
    destroy: () => from.end(),
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
