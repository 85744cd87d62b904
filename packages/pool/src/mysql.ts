import type { Connection } from "mysql2";
import type { Connector } from "./connector.ts";
import { isPermanentConnectError, mayRetry } from "./mysql/connect-errors.ts";
import { createConnection } from "./mysql/create-connection.ts";
import { describeConfig, type MysqlConfig, resolveConfig } from "./mysql/mysql-config.ts";
import { unlessAborted } from "./unless-aborted.ts";

export type { MysqlConfig, MysqlConnectionOptions } from "./mysql/mysql-config.ts";
export { trackedGtids } from "./mysql/tracked-gtids.ts";

export interface MysqlOptions {
  /**
   * Called with each new connection before its first use, and again after its session was reset, which wipes what it set:
   * the place for SET. When it fails, so does the connect or the reset.
   */
  readonly onConnect?: ((client: Connection) => unknown) | undefined;
}

/**
 * A MySQL or MariaDB server, by the driver `mysql2`.
 *
 * A function is called for each connect: new credentials are used from then on. So is a `password` function in the
 * configuration. Host names are resolved anew for each connect. TCP keepalive is on unless the configuration has
 * `enableKeepAlive: false`.
 *
 * `query` sends parameters as mysql2's `query` does: it writes them into the text. For prepared statements there is
 * `execute` of the lease's client; the driver keeps them until the session is reset.
 */
export function mysql(
  config: MysqlConfig | (() => MysqlConfig | Promise<MysqlConfig>),
  options: MysqlOptions = {},
): Connector<Connection> {
  let system: "mysql" | "mariadb" = "mysql";
  const { onConnect } = options;
  const renewOptions = () => resolveConfig(config);
  return {
    /** `mysql` until a server has said that it is `mariadb`. */
    get system() {
      return system;
    },
    description: typeof config === "function" ? "mysql" : describeConfig(config),
    async connect(connect) {
      const resolved = await unlessAborted(renewOptions, connect.signal);
      const settings = { options: resolved, onConnect, renewOptions };
      const connection = await createConnection(settings, connect);
      if (connection.server.system === "mariadb") system = "mariadb";
      return connection;
    },
    mayRetry,
    isPermanent: isPermanentConnectError,
  };
}
