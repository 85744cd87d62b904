import type { Snapshot } from "../catalog/snapshot.ts";
import type { EventSource } from "../log/event-source.ts";
import type { Severity } from "../findings/finding.ts";
import type { CheckReport } from "./check-report.ts";
import type { MigrationEngine } from "./migration-engine.ts";
import type { MigrationFindingCode } from "./migration-finding.ts";
import type { Migration } from "./migration.ts";
import type { Runner } from "./runner.ts";

export interface CheckOptions {
  readonly engine: MigrationEngine;
  readonly runner: Runner;
  /** All of the history, in order. */
  readonly migrations: readonly Migration[];
  /** Paths of files that the change adds or edits; `null`: every migration is checked. */
  readonly changed: ReadonlySet<string> | null;
  /** The revision that `changed` counts from, for the report. */
  readonly base: string | null;
  /** `embedded`, a connection string, or `none`. Default `embedded`. */
  readonly trial?: string;
  readonly snapshot?: Snapshot;
  /** Workload beside the snapshot's. */
  readonly sources?: readonly EventSource[];
  /** Queries that the change brings: files of SQL, captures of a test run. */
  readonly newQueries?: readonly EventSource[];
  readonly severities?: Readonly<Partial<Record<MigrationFindingCode, Severity | "off">>>;
  /** As `server_version_num`. Default: the snapshot's, or else the engine's. */
  readonly serverVersion?: number;
  /** Fingerprints that were known before. */
  readonly baseline?: ReadonlySet<string>;
  /** Whether the tool itself sets a lock timeout (by role or connection string), in milliseconds. Default: it does not. */
  readonly lockTimeoutMs?: number;
  readonly progress?: (message: string) => void;
  readonly now?: Date;
}

export type CheckMigrations = (options: CheckOptions) => Promise<CheckReport>;
