import { randomBytes } from "node:crypto";
import { MariaDbContainer } from "@testcontainers/mariadb";
import { MySqlContainer } from "@testcontainers/mysql";
import { dockerServer, findServer, keptServer, namedServer } from "./find-server.ts";
import { MARIADB_PROGRAMS, MYSQL_PROGRAMS } from "./mysql-programs.ts";
import { MYSQL_FLAGS, SERVER_FLAGS } from "./mysql-settings.ts";
import type { TestServer } from "./test-server.ts";

/**
 * The server of `DBADVISE_TEST_MYSQL_URL` if set, else one in Docker where an engine answers and can run it, else
 * `mysqld` of this machine, else that of Debian's packages.
 */
export function startMysqlServer(): Promise<TestServer> {
  return findServer("mysql", [
    namedServer("mysql"),
    dockerServer(async () => {
      const image = "mysql:9";
      const container = await new MySqlContainer(image)
        .withRootPassword(randomBytes(12).toString("hex"))
        .withCommand([...SERVER_FLAGS, ...MYSQL_FLAGS])
        .start();
      return containerServer(image, container);
    }),
    ...MYSQL_PROGRAMS.map(keptServer),
  ]);
}

/** The same for MariaDB: `DBADVISE_TEST_MARIADB_URL`, Docker, `mariadbd`, Debian's packages. */
export function startMariadbServer(): Promise<TestServer> {
  return findServer("mariadb", [
    namedServer("mariadb"),
    dockerServer(async () => {
      const image = "mariadb:11.8";
      const container = await new MariaDbContainer(image)
        .withRootPassword(randomBytes(12).toString("hex"))
        .withCommand([...SERVER_FLAGS])
        .start();
      return containerServer(image, container);
    }),
    ...MARIADB_PROGRAMS.map(keptServer),
  ]);
}

interface Container {
  getConnectionUri(isRoot: boolean): string;
  stop(): Promise<unknown>;
}

function containerServer(image: string, container: Container): TestServer {
  const url = new URL(container.getConnectionUri(true));
  url.protocol = "mysql:";
  url.pathname = "/";
  return {
    name: `Docker image ${image}`,
    url: url.href,
    stop: async () => {
      await container.stop();
    },
  };
}
