import { join } from "node:path";
import { findFirst, type Way } from "./servers/find-server.ts";
import { MARIADB_PROGRAMS, MYSQL_PROGRAMS } from "./servers/mysql-programs.ts";
import { npmPostgres } from "./servers/postgres-server.ts";
import {
  setMariadbReadOnly,
  setMysqlReadOnly,
  setPostgresReadOnly,
} from "./servers/set-read-only.ts";
import { type ServerProgram, startKeeper } from "./servers/start-keeper.ts";
import type { Engine } from "./servers/test-server.ts";
import { createMariadbDatabase, createMysqlDatabase } from "./start-mysql.ts";
import { createPostgresDatabase } from "./start-postgres.ts";
import type { TestDatabase } from "./test-database.ts";

/** A server of its own for a test that breaks it. What it acknowledged survives `kill`. */
export interface PrivateServer {
  /** Which server it is, for people. */
  readonly name: string;
  /**
   * Connection string of an account with all privileges (on MariaDB but READ ONLY ADMIN) and an empty database. It stays
   * the same through restarts.
   */
  readonly url: string;
  /** Its data directory, as this process sees it. */
  readonly data: string;
  /** Process id of the running server, or of the last one. */
  pid(): number;
  /** Stops all its processes where they are (SIGSTOP): the kernel still accepts connections, nobody answers. */
  pause(): Promise<void>;
  /** Lets them go on (SIGCONT). */
  resume(): Promise<void>;
  /** Ends it at once, as a crash does: SIGKILL, for PostgreSQL SIGQUIT ("immediate shutdown"). Resolves when it has gone. */
  kill(): Promise<void>;
  /** Starts it after `kill`, on the same port with the same data; resolves once it accepts connections. */
  start(): Promise<void>;
  /** `kill`, then `start`. */
  restart(): Promise<void>;
  /**
   * Refuses writes, also on connections that are open, as a primary that became a replica does; or accepts them again.
   * MySQL and MariaDB forget it at a restart.
   */
  setReadOnly(readOnly: boolean): Promise<void>;
  /** Stops the server in whatever state it is, and removes its files. */
  close(): Promise<void>;
}

interface Internals {
  readonly programs: readonly Way<ServerProgram>[];
  /** Settings under which what is acknowledged survives the end of the process, though not of the machine. */
  readonly settings: Readonly<Record<string, string>>;
  createDatabase(serverUrl: string): Promise<TestDatabase>;
  setReadOnly(serverUrl: string, readOnly: boolean): Promise<void>;
}

const FLUSH_AT_COMMIT = { "innodb-flush-log-at-trx-commit": "2" };

const internals: Readonly<Record<Engine, Internals>> = {
  postgres: {
    programs: [npmPostgres],
    settings: { synchronous_commit: "on", full_page_writes: "on" },
    createDatabase: createPostgresDatabase,
    setReadOnly: setPostgresReadOnly,
  },
  mysql: {
    programs: MYSQL_PROGRAMS,
    settings: FLUSH_AT_COMMIT,
    createDatabase: createMysqlDatabase,
    setReadOnly: setMysqlReadOnly,
  },
  mariadb: {
    programs: MARIADB_PROGRAMS,
    settings: FLUSH_AT_COMMIT,
    createDatabase: createMariadbDatabase,
    setReadOnly: setMariadbReadOnly,
  },
};

/**
 * Starts a server on this machine for one test alone; it ends with this process at the latest. Its program is found as for
 * the shared server, but never in Docker nor behind an environment variable: its processes must be in reach. `settings` are
 * those of the server's configuration file, beside the ones of every private server.
 */
export async function startPrivateServer(
  engine: Engine,
  settings: Readonly<Record<string, string>> = {},
): Promise<PrivateServer> {
  const { programs, settings: own, createDatabase, setReadOnly } = internals[engine];
  const { found } = await findFirst(engine, programs);
  const server = await startKeeper({ ...found, settings: { ...own, ...settings } });
  try {
    const { url } = await createDatabase(server.url);
    return {
      name: server.name,
      url,
      data: join(found.root ?? "", server.directory, "data"),
      pid: server.pid,
      pause: () => server.tell("pause"),
      resume: () => server.tell("resume"),
      kill: () => server.tell("kill"),
      start: () => server.tell("start"),
      restart: async () => {
        await server.tell("kill");
        await server.tell("start");
      },
      setReadOnly: (readOnly) => setReadOnly(server.url, readOnly),
      close: server.stop,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
