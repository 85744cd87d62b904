/**
 * A place in a server's history: what has been written so far. Made, read and compared only by the dialect that it came
 * from.
 */
export interface Position {
  /**
   * Which history: the timeline (PostgreSQL), the identity of the writing servers (MariaDB, MySQL). A place in another history says
   * nothing here: after a failover a server can be "further" and lack the row.
   */
  readonly epoch: string;
  /** The place: an LSN (`0/16B3748`), a GTID set. */
  readonly at: string;
}

/** `reached`: everything up to it is there. `unknown`: another history, in which it may have been lost. */
export type Coverage = "reached" | "behind" | "unknown";
