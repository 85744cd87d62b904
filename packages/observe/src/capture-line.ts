import type { NPlusOnePattern } from "./n-plus-one-pattern.ts";
import type { DatabaseSystem, ServerRole } from "./query-message.ts";

/** Raised when a reader of the older version would misread a line. A new `kind` of line does not raise it. */
export const CAPTURE_VERSION = 1;

/** What every line of a capture's file begins with, so that any part of any file can be read alone. */
interface Line {
  readonly format: "dbadvise-capture";
  readonly version: number;
  /** The time that the line stands for, ISO 8601. */
  readonly from: string;
  readonly to: string;
}

/** The executions of one statement on one server in the time from `from` to `to`. */
export interface CapturedQuery extends Line {
  readonly kind: "query";
  /**
   * Constants replaced by placeholders, comments removed. Empty where no execution succeeded: where the constants are in a
   * text that the server refuses can't be known for certain.
   */
  readonly sql: string;
  readonly server: {
    readonly system: DatabaseSystem;
    readonly host: string;
    /** `null` for a Unix socket. */
    readonly port: number | null;
    readonly database: string | null;
    readonly role: ServerRole;
  };
  readonly pool: string | null;
  /** Executions that ended without an error. */
  readonly calls: number;
  /** Time of `calls` together in milliseconds, as the application saw it. */
  readonly totalMs: number;
  /** Rows of `calls` together; `null` where the driver did not say for any of them. */
  readonly rows: number | null;
  /** Executions that failed, by SQLSTATE or the driver's code. They are not in `calls`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Lines of code that sent it, most calls first. */
  readonly callSites: readonly CapturedCallSite[];
  /** A few executions with their values. Empty unless the capture was allowed to keep them. */
  readonly samples: readonly CapturedSample[];
}

/** A line of code, and how many executions it sent by estimate: the stacks of a sample are taken. */
export interface CapturedCallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string | null;
  readonly calls: number;
}

/** One execution with its values. */
export interface CapturedSample {
  /** As it was sent. */
  readonly sql: string;
  /** In the order of the placeholders; `null` is SQL NULL. */
  readonly parameters: readonly (string | null)[];
  readonly ms: number;
}

/**
 * Queries of one shape that scopes (requests, jobs) sent again and again, as `detectNPlusOne` found them from `from` to
 * `to`. They are in the lines of the kind `query` too.
 */
export interface CapturedNPlusOne extends Line {
  readonly kind: "n-plus-one";
  /** Whether the parameters differed or were the same. */
  readonly pattern: NPlusOnePattern["kind"];
  /** As in the line of the kind `query`. */
  readonly sql: string;
  readonly server: { readonly system: DatabaseSystem; readonly database: string | null };
  /** Names of the scopes, the first few. */
  readonly scopeNames: readonly string[];
  /** Scopes in which it was first found in this time. */
  readonly scopes: number;
  /** Executions in such scopes. */
  readonly calls: number;
  /** Most executions, and most different lists of parameters, in one scope. */
  readonly occurrences: number;
  readonly distinctParameters: number;
  /** Those of `calls` that were sent while another was under way in the same scope. */
  readonly overlapping: number;
  /** Lines of code that sent it. `calls` counts those executions whose stack was taken. */
  readonly callSites: readonly CapturedCallSite[];
  /** Lines of code that led to one of the executions, innermost first. */
  readonly stack: readonly Omit<CapturedCallSite, "calls">[];
}

/** Executions, failed ones too, that are in no other line, and why. */
export interface CaptureLoss extends Line {
  readonly kind: "loss";
  readonly calls: number;
  /** `unwritable`: the file could not be written for so long that memory was full. `too-long`: of the text. */
  readonly reason: CaptureLossReason;
}

export type CaptureLossReason = "unwritable" | "too-long";

/** Readers pass over kinds that they do not know. */
export type CaptureLine = CapturedQuery | CapturedNPlusOne | CaptureLoss;
