import type { Way } from "../servers/find-server.ts";
import type { ServerProgram } from "../servers/start-keeper.ts";
import type { TestDatabase } from "../test-database.ts";

/**
 * How an engine replicates: what `startCluster` asks of it. Servers are given by the URLs of their superusers. What has an
 * effect on a server has it when the promise resolves.
 */
export interface Replication {
  readonly programs: readonly Way<ServerProgram>[];
  /** Settings of the server with this number, which is 1 for the first. */
  settings(number: number): Readonly<Record<string, string>>;
  /** Makes an empty database, and an account that can do everything but write to a replica. */
  createDatabase(server: string): Promise<TestDatabase>;
  /** Makes a replica of a server, or lets it go on after its restart. */
  follow(replica: string, primary: string): Promise<void>;
  /** A server that has been restarted takes up its part again, as far as it doesn't remember it by itself. */
  restarted(server: string, role: "primary" | "replica"): Promise<void>;
  lag(replica: string, milliseconds: number): Promise<void>;
  pauseReplay(replica: string): Promise<void>;
  resumeReplay(replica: string): Promise<void>;
  stopReceiver(replica: string): Promise<void>;
  startReceiver(replica: string): Promise<void>;
  readonly killReceiver?: (replica: string) => Promise<void>;
  promote(replica: string): Promise<void>;
  /** Waits until the replica has replayed what the other has written by now; throws after half a minute. */
  catchUp(replica: string, other: string): Promise<void>;
}
