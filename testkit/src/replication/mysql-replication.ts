import type { Connection, RowDataPacket } from "mysql2/promise";
import { MYSQL_PROGRAMS } from "../servers/mysql-programs.ts";
import { runOnMysql } from "../servers/run-on-mysql.ts";
import { setMysqlReadOnly } from "../servers/set-read-only.ts";
import { createAccount, createMysqlDatabase } from "../start-mysql.ts";
import type { Replication } from "./replication.ts";

/** Replication by GTIDs. `super_read_only` binds everybody on a replica. */
export const mysqlReplication: Replication = {
  programs: MYSQL_PROGRAMS,
  settings: (number) => ({
    "server-id": String(number),
    "log-bin": "binlog",
    "sync-binlog": "0",
    "gtid-mode": "ON",
    "enforce-gtid-consistency": "ON",
    "session-track-gtids": "OWN_GTID",
    "relay-log": "relay",
    "relay-log-recovery": "ON",
    "innodb-flush-log-at-trx-commit": "2",
  }),
  createDatabase: async (server) => {
    const database = await createMysqlDatabase(server);
    return { ...database, url: await createAccount(database.url) };
  },
  follow: (replica, primary) =>
    runOnMysql(replica, async (connection) => {
      const { hostname, port, username, password } = new URL(primary);
      await connection.query("stop replica");
      await connection.query(
        `change replication source to source_host = ?, source_port = ?, source_user = ?, source_password = ?,
          source_auto_position = 1, source_connect_retry = 1, get_source_public_key = 1`,
        [hostname, Number(port), username, password],
      );
      await connection.query("start replica");
      await setMysqlReadOnly(replica, true);
    }),
  restarted: async (server, role) => {
    if (role === "replica") await setMysqlReadOnly(server, true);
  },
  lag: (replica, milliseconds) =>
    runOnMysql(replica, async (connection) => {
      await connection.query("stop replica sql_thread");
      await connection.query(
        `change replication source to source_delay = ${Math.ceil(milliseconds / 1000)}`,
      );
      await connection.query("start replica sql_thread");
    }),
  pauseReplay: (replica) => run(replica, "stop replica sql_thread"),
  resumeReplay: (replica) => run(replica, "start replica sql_thread"),
  stopReceiver: (replica) => run(replica, "stop replica io_thread"),
  startReceiver: (replica) => run(replica, "start replica io_thread"),
  promote: async (replica) => {
    await runOnMysql(replica, async (connection) => {
      await connection.query("stop replica io_thread");
      await connection.query("start replica sql_thread");
      const received =
        "select received_transaction_set as received from performance_schema.replication_connection_status";
      await waitFor(connection, (await first(connection, received))["received"]);
      await connection.query("stop replica");
      await connection.query("reset replica all");
    });
    await setMysqlReadOnly(replica, false);
  },
  catchUp: (replica, other) =>
    runOnMysql(other, async (primary) => {
      const { executed } = await first(primary, "select @@global.gtid_executed as executed");
      await runOnMysql(replica, (connection) => waitFor(connection, executed));
    }),
};

function run(server: string, sql: string): Promise<void> {
  return runOnMysql(server, (connection) => connection.query(sql));
}

async function first(connection: Connection, sql: string): Promise<RowDataPacket> {
  const [[row]] = await connection.query<RowDataPacket[]>(sql);
  if (row === undefined) throw new Error(`No row: ${sql}`);
  return row;
}

async function waitFor(connection: Connection, gtids: unknown): Promise<void> {
  const sql = `select wait_for_executed_gtid_set(${connection.escape(gtids)}, 30) as timed_out`;
  if ((await first(connection, sql))["timed_out"] !== 0)
    throw new Error(`The replica has not reached ${String(gtids)}`);
}
