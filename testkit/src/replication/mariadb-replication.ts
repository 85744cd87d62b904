import type { Connection, RowDataPacket } from "mysql2/promise";
import { MARIADB_PROGRAMS } from "../servers/mysql-programs.ts";
import { runOnMysql } from "../servers/run-on-mysql.ts";
import { setMariadbReadOnly } from "../servers/set-read-only.ts";
import { createMariadbDatabase } from "../start-mysql.ts";
import type { Replication } from "./replication.ts";

/** Replication by GTIDs. `read_only` binds accounts without the privilege READ ONLY ADMIN. */
export const mariadbReplication: Replication = {
  programs: MARIADB_PROGRAMS,
  settings: (number) => ({
    "server-id": String(number),
    "log-bin": "binlog",
    "log-slave-updates": "ON",
    "gtid-strict-mode": "ON",
    "session-track-system-variables":
      "autocommit,character_set_client,character_set_connection,character_set_results,time_zone,last_gtid",
    "relay-log": "relay",
    "innodb-flush-log-at-trx-commit": "2",
  }),
  createDatabase: createMariadbDatabase,
  follow: (replica, primary) =>
    runOnMysql(replica, async (connection) => {
      const { hostname, port, username, password } = new URL(primary);
      await connection.query("stop slave");
      await connection.query(
        `change master to master_host = ?, master_port = ?, master_user = ?, master_password = ?,
          master_use_gtid = slave_pos, master_connect_retry = 1`,
        [hostname, Number(port), username, password],
      );
      await connection.query("start slave");
      await setMariadbReadOnly(replica, true);
    }),
  restarted: async (server, role) => {
    if (role === "replica") await setMariadbReadOnly(server, true);
  },
  lag: (replica, milliseconds) =>
    runOnMysql(replica, async (connection) => {
      await connection.query("stop slave");
      await connection.query(`change master to master_delay = ${Math.ceil(milliseconds / 1000)}`);
      await connection.query("start slave");
    }),
  pauseReplay: (replica) => run(replica, "stop slave sql_thread"),
  resumeReplay: (replica) => run(replica, "start slave sql_thread"),
  stopReceiver: (replica) => run(replica, "stop slave io_thread"),
  startReceiver: (replica) => run(replica, "start slave io_thread"),
  promote: async (replica) => {
    await runOnMysql(replica, async (connection) => {
      await connection.query("stop slave io_thread");
      await connection.query("start slave sql_thread");
      await waitFor(connection, (await first(connection, "show slave status"))["Gtid_IO_Pos"]);
      await connection.query("stop slave");
      await connection.query("reset slave all");
    });
    await setMariadbReadOnly(replica, false);
  },
  catchUp: (replica, other) =>
    runOnMysql(other, async (primary) => {
      const { position } = await first(primary, "select @@global.gtid_current_pos as position");
      await runOnMysql(replica, (connection) => waitFor(connection, position));
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

async function waitFor(connection: Connection, position: unknown): Promise<void> {
  const sql = `select master_gtid_wait(${connection.escape(position)}, 30) as waited`;
  if ((await first(connection, sql))["waited"] !== 0)
    throw new Error(`The replica has not reached ${String(position)}`);
}
