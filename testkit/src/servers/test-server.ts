/** The database engines that tests run on. */
export type Engine = "postgres" | "mysql" | "mariadb";

/** A server for tests, shared by all databases that are made on it. */
export interface TestServer {
  /** Which server answers, for people: `PostgreSQL 18.1 binaries from npm`. */
  readonly name: string;
  /** Connection string of an account with all privileges. */
  readonly url: string;
  stop(): Promise<void>;
}
