/** An empty database of its own on a real server. */
export interface TestDatabase {
  /** Connection string of an account with all privileges: a superuser, `root`. */
  readonly url: string;
  /** Drops the database, also when sessions are still open. */
  close(): Promise<void>;
}
