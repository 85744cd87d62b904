import type { Connector } from "../connector.ts";
import { mysql } from "../mysql.ts";
import { postgres } from "../postgres.ts";

/** Where to connect, and how: what the configurations of both drivers have in common. */
export interface Address {
  readonly url: string;
  readonly password?: () => string | Promise<string>;
}

/** What a test of the pool says differently to each engine. */
export interface EngineWords {
  connector(address: Address): Connector<unknown>;
  insert(table: string): string;
  /** Ends all sessions of this user but the one that asks, which is ended with them or not. */
  terminateAll(query: (sql: string) => Promise<readonly Record<string, unknown>[]>): Promise<void>;
  /** Makes an account that may connect to `publicDatabase`. */
  createUser(name: string, password: string): string;
  readonly publicDatabase: string;
  setPassword(name: string, password: string): string;
  /** Runs for so long on the server. */
  sleep(seconds: number): string;
  /** Counts, as `sessions`, those in this database but the one that asks. */
  readonly countSessions: string;
  /** Error codes of a write that a read-only server refuses. */
  readonly refusesWrites: readonly string[];
}

function parts(url: string): {
  host: string;
  port: number;
  user: string;
  database: string;
  secret: string;
} {
  const { hostname, port, username, pathname, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    database: pathname.slice(1),
    secret: decodeURIComponent(password),
  };
}

const MYSQL: EngineWords = {
  connector: ({ url, password }) => {
    const { secret, ...address } = parts(url);
    return mysql({ ...address, password: password ?? secret });
  },
  insert: (table) => `insert into ${table} values (?)`,
  terminateAll: async (query) => {
    const sessions = await query("show processlist");
    for (const { Id, User } of sessions) {
      if (User === "root" || User === "dbadvise") await query(`kill ${String(Id)}`).catch(() => []);
    }
  },
  createUser: (name, password) => `create user '${name}'@'%' identified by '${password}'`,
  publicDatabase: "",
  setPassword: (name, password) => `alter user '${name}'@'%' identified by '${password}'`,
  sleep: (seconds) => `select sleep(${seconds})`,
  countSessions:
    "select count(*) as sessions from information_schema.processlist where db = database() and id <> connection_id()",
  refusesWrites: ["ER_OPTION_PREVENTS_STATEMENT", "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION"],
};

export const ENGINE_WORDS: Readonly<Record<"postgres" | "mysql" | "mariadb", EngineWords>> = {
  postgres: {
    connector: ({ url, password }) => {
      const { secret, ...address } = parts(url);
      return postgres({ ...address, password: password ?? secret });
    },
    insert: (table) => `insert into ${table} values ($1)`,
    terminateAll: async (query) => {
      await query(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = current_user",
      );
    },
    createUser: (name, password) => `create role ${name} login password '${password}'`,
    publicDatabase: "postgres",
    setPassword: (name, password) => `alter role ${name} password '${password}'`,
    sleep: (seconds) => `select pg_sleep(${seconds})`,
    countSessions:
      "select count(*) as sessions from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    refusesWrites: ["25006"],
  },
  mysql: MYSQL,
  mariadb: MYSQL,
};
