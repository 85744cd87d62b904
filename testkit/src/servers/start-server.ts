import { startMariadbServer, startMysqlServer } from "./mysql-server.ts";
import { startPostgresServer } from "./postgres-server.ts";
import type { Engine, TestServer } from "./test-server.ts";

const starters: Readonly<Record<Engine, () => Promise<TestServer>>> = {
  postgres: startPostgresServer,
  mysql: startMysqlServer,
  mariadb: startMariadbServer,
};

export const ENGINES: readonly Engine[] = ["postgres", "mysql", "mariadb"];

/** Starts a server in the first way that this machine has; installs it where it may. */
export function startServer(engine: Engine): Promise<TestServer> {
  return starters[engine]();
}
