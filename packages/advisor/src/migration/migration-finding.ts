import type { Evidence, FindingObject, QueryImpact, Severity } from "../findings/finding.ts";
import type { SourcePlace } from "./migration.ts";
import type { WrittenFile } from "./runner.ts";

/** Rules on statements, each with a page in docs/migrations. */
export type MigrationFindingCode =
  | "add-check-validated"
  | "add-exclusion-constraint"
  | "add-foreign-key-validated"
  | "add-identity-column"
  | "add-stored-generated-column"
  | "add-unique-constraint"
  | "attach-partition-scan"
  | "change-column-type"
  | "cluster-table"
  | "concurrently-if-not-exists"
  | "concurrently-in-transaction"
  | "create-index-blocking"
  | "create-trigger"
  | "detach-partition-blocking"
  | "drop-column"
  | "drop-index-blocking"
  | "drop-table"
  | "dropped-in-use"
  | "enum-value-in-transaction"
  | "foreign-key-without-index"
  | "lock-held-long"
  | "missing-lock-timeout"
  | "n-plus-one"
  | "new-duplicate-index"
  | "new-redundant-index"
  | "new-slow-query"
  | "not-null-without-default"
  | "plan-regression"
  | "refresh-blocking"
  | "reindex-blocking"
  | "rename-column"
  | "rename-table"
  | "row-versions-exhausted"
  | "set-logged"
  | "set-not-null"
  | "table-copied"
  | "truncate-table"
  | "update-all-rows"
  | "vacuum-full"
  | "validate-in-same-transaction"
  | "volatile-default"
  | "writes-blocked";

/** `measured`: seen on the trial database. `inferred`: concluded from the text alone. */
export type Basis = "measured" | "inferred";

/** What a migration does that a team should know before it is merged. */
export interface MigrationFinding {
  readonly code: MigrationFindingCode;
  readonly severity: Severity;
  readonly basis: Basis;
  readonly place: SourcePlace;
  /** The migration's name. */
  readonly migration: string;
  readonly statement: string;
  readonly object: FindingObject;
  /** One or two sentences; with production's size where that is known. */
  readonly message: string;
  /** What was seen: locks, rewrites, plans. */
  readonly evidence: readonly Evidence[];
  /** What to do instead. */
  readonly advice: string;
  /** The safe way as files of the migration tool, in order; none where the advice has no SQL. */
  readonly alternative: readonly WrittenFile[];
  /** Queries of the workload that it concerns. */
  readonly queries: readonly QueryImpact[];
  /** The same for the same problem in the same migration, whatever moves around it: 16 hexadecimal digits. */
  readonly fingerprint: string;
}
