import type { Severity } from "../findings/finding.ts";
import type { FindingObject } from "../findings/finding.ts";
import type { Basis, MigrationFindingCode } from "./migration-finding.ts";
import type { Migration, MigrationStatement } from "./migration.ts";
import type { ProductionTable } from "./production.ts";
import type { Runner, SafeStep } from "./runner.ts";
import type { SchemaAction } from "./schema-action.ts";
import type { KnownSchema } from "./known-schema.ts";
import type { Observation } from "./trial.ts";
import type { TableName } from "../catalog/catalog.ts";

/** A statement of a changed migration, with all that is known of it. */
export interface CheckedStatement {
  readonly statement: MigrationStatement;
  readonly migration: Migration;
  readonly direction: "up" | "down";
  readonly actions: readonly SchemaAction[];
  /** Of the trial; `null` where it was not run there: rules then go by what its text says. */
  readonly observation: Observation | null;
  /** Whether the tool runs it inside a transaction. */
  readonly inTransaction: boolean;
  /** Those before it in the same transaction, in order. None outside a transaction. */
  readonly before: readonly CheckedStatement[];
  /** Those before it in the same migration and direction, in order, whatever their transaction. */
  readonly earlier: readonly CheckedStatement[];
  /** The schema right before it. */
  readonly schema: KnownSchema;
  /** `lock_timeout` in force, milliseconds; 0 is no limit; `null`: nobody set it. */
  readonly lockTimeoutMs: number | null;
}

export interface RuleContext {
  readonly runner: Runner;
  /** Oldest server version that the migrations have to run on, as `server_version_num`. */
  readonly serverVersion: number;
  /** Size of a table in production, by the snapshot; `null` without one. */
  readonly production: (table: TableName) => ProductionTable | null;
  /** The schema after all migrations that are checked: what one leaves open, a later one may do. */
  readonly final: KnownSchema;
  /** A name as SQL. */
  readonly quote: (name: string) => string;
}

/** What a rule says of one action. The rest of the finding comes from the statement. */
export interface RuleVerdict {
  /** Default: the rule's. */
  readonly severity?: Severity;
  /** `inferred` where it does not rest on what the trial showed. Default: `measured` where the trial ran the statement. */
  readonly basis?: Basis;
  readonly object: FindingObject;
  /** One sentence: what is so, and what it costs whom. Without sizes: those are added where production's are known. */
  readonly message: string;
  /** The safe way, one or two sentences. */
  readonly advice: string;
  /** The safe way written out; it becomes files of the migration tool. None where there is only advice. */
  readonly steps: readonly SafeStep[];
  /** Of the table's size in production: what it means for the time that locks are held. */
  readonly work: "rewrite" | "scan" | "index-build" | "none";
  readonly table: TableName | null;
}

/** One rule = one file = one page in docs/migrations = one test. */
export interface MigrationRule {
  readonly code: MigrationFindingCode;
  readonly severity: Severity;
  /** Whether it also looks at what takes a migration back, where dropping things is the point. Default: no. */
  readonly down?: true;
  /** Verdicts on one statement; none where all is well. It must not throw. */
  check(statement: CheckedStatement, context: RuleContext): readonly RuleVerdict[];
}
