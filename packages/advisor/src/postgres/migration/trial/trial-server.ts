/** The database that a trial is made on: one session. */
export interface TrialServer {
  /** `embedded PostgreSQL 18.6`, `PostgreSQL 15.14 at localhost:5432`. */
  readonly name: string;
  /** As `server_version_num`. */
  readonly versionNumber: number;
  /** Whether others use the server too, so that what is the whole server's must be left alone. */
  readonly shared: boolean;
  /** Without parameters the text may hold several statements: the last one's rows. */
  query(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Also drops roles that were made for the trial. */
  close(roles: readonly string[]): Promise<void>;
}
