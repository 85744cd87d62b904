/** A database server of a test, with its data directory in reach. */
export interface StartedServer {
  readonly url: string;
  readonly data: string;
  close(): Promise<void>;
}

/** Starts a server with settings: the testkit's `startPrivateServer`, which only tests import. */
export type StartServer = (
  engine: "postgres" | "mysql" | "mariadb",
  settings: Readonly<Record<string, string>>,
) => Promise<StartedServer>;
