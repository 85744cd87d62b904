import type { Connection } from "mysql2";
import { mariadbDialect } from "./mysql/mariadb-dialect.ts";
import { mysqlDialect } from "./mysql/mysql-dialect.ts";
import type { RouterDialect } from "./router-dialect.ts";

/**
 * MySQL with `gtid_mode = ON`, and the driver `mysql2`. A position is a GTID set.
 *
 * Where `session_track_gtids` is `OWN_GTID` (in the server's configuration, or set in the pool's `onConnect`), a commit tells its
 * place; else each write takes one more round trip. An account that may read `performance_schema` is told which server a
 * replica follows; another can't tell a write that is lost from one that is still to come.
 */
export function mysql(): RouterDialect<Connection> {
  return mysqlDialect();
}

/**
 * MariaDB with its binary log on, and the driver `mysql2`. A position is the newest GTID of each domain and server. Replicas
 * should have `log_slave_updates`: others know only the last server that wrote, and after a failover what was written before it is
 * read from the primary.
 *
 * Where `last_gtid` is among `session_track_system_variables` (in the server's configuration, or set in the pool's
 * `onConnect`), most commits tell their place; else each write takes one more round trip.
 */
export function mariadb(): RouterDialect<Connection> {
  return mariadbDialect();
}
