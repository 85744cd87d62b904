import type { ServerEventKind, FailureSeverity } from "../log/execution.ts";

/**
 * What logs hold, by shape of statement and time: a value that can be saved, merged with others of its kind, and rendered.
 * Merging is associative and commutative, and a digest of some logs equals the merged digests of their parts.
 */
export interface Digest {
  readonly sources: readonly DigestedSource[];
  /** How far logs were read, where the next run is to go on; by `head`. */
  readonly read: readonly ReadLog[];
  /** First and last time in the logs, milliseconds since the epoch; `null` where they have none. */
  readonly first: number | null;
  readonly last: number | null;
  /** False where the logs name their time zone by letters that several zones share: times are then the log's own clock. */
  readonly absoluteTimes: boolean;
  /** Executions, errors and events that weren't counted since they are outside the asked times. */
  readonly leftOut: number;
  /** Width of a time bucket, milliseconds. Buckets start at its multiples. */
  readonly bucketMs: number;
  /** What made the fingerprints, with its version: only equal ones can be compared. `null`: shapes have none. */
  readonly fingerprints: string | null;
  /** By total time, then calls, the greatest first. */
  readonly shapes: readonly ShapeDigest[];
  /** The sum of shapes that were too many to be listed; `null`: all are. */
  readonly other: (ShapeCounts & { readonly shapes: number }) | null;
  /** All executions by time. */
  readonly timeline: readonly TimeBucket[];
  /** The most frequent first. */
  readonly failures: readonly FailureClass[];
  readonly events: readonly ServerEvents[];
  readonly unread: Unread;
}

export interface DigestedSource {
  /** File name as it was given, or `stdin`. */
  readonly name: string;
  /** `stderr`, `csvlog in docker`; `null` where it is empty. */
  readonly format: string | null;
  /** Bytes read, after decompression and without envelopes. */
  readonly bytes: number;
  readonly records: number;
  readonly unread: Unread;
}

/** How far a log was read. */
export interface ReadLog {
  /** Hash of its first `headBytes` bytes, by which it is known again under any name: 32 hexadecimal digits. */
  readonly head: string;
  readonly headBytes: number;
  /** Bytes read, after decompression. */
  readonly bytes: number;
  /** The one that it named last, where it names one only when that changes; empty: none. */
  readonly database: string;
}

/** What could not be understood. */
export interface Unread {
  readonly lines: number;
  readonly bytes: number;
}

/** Sums over executions. Times are whole microseconds, so that sums don't depend on their order. */
export interface ShapeCounts {
  readonly calls: number;
  /** Statements that failed; they are not among the calls. */
  readonly errors: number;
  /** Calls with a duration; the fields on time are of these. */
  readonly timedCalls: number;
  readonly totalUs: number;
  /** Of calls whose log has them, else 0. */
  readonly rows: number;
  readonly rowsExamined: number;
  readonly lockUs: number;
}

export interface ShapeDigest extends ShapeCounts {
  /** 16 hexadecimal digits: the key by bytes of the first of its texts, by order of keys. */
  readonly id: string;
  /** The parser's fingerprint; `null` where there is no parser or the text doesn't parse. */
  readonly fingerprint: string | null;
  /** Lexical rules of its texts. */
  readonly lexis: "postgres" | "mysql";
  /** The statement with `?` for constants and one space between words. */
  readonly text: string;
  /** The server's own number for it, where its logs have one. */
  readonly queryId: string | null;
  readonly minUs: number;
  readonly maxUs: number;
  /** Calls by duration: bucket of `histogram.ts`, calls; ascending, empty ones left out. */
  readonly histogram: readonly (readonly [bucket: number, calls: number])[];
  readonly buckets: readonly TimeBucket[];
  /** The most frequent first. Names beyond a limit are counted as `(other)`. */
  readonly users: readonly NameCount[];
  readonly databases: readonly NameCount[];
  readonly applications: readonly NameCount[];
  /** A fair choice among the executions, and the slowest ones. */
  readonly examples: readonly ExecutionExample[];
  /** Of the slowest execution that has one. */
  readonly plan: { readonly us: number; readonly text: string } | null;
}

export interface TimeBucket {
  /** Its start, milliseconds since the epoch. */
  readonly at: number;
  readonly calls: number;
  readonly errors: number;
  readonly rows: number;
  readonly totalUs: number;
}

export interface NameCount {
  readonly name: string;
  readonly calls: number;
}

/** Holds data: nobody shows it unless asked. */
export interface ExecutionExample {
  readonly sql: string;
  /** As the log has them; empty: none. */
  readonly parameters: string;
  /** `null` where the log has none. */
  readonly us: number | null;
  readonly at: number | null;
  /** `drawn` ones are a fair sample of all executions; a slowest one may be drawn too, and is then listed once, as drawn. */
  readonly kind: "drawn" | "slowest";
  /** Depends on the execution alone: the smallest ranks are drawn. */
  readonly rank: number;
}

/** Errors that say the same but for names and numbers. */
export interface FailureClass {
  readonly severity: FailureSeverity;
  /** SQLSTATE or the server's error number; empty: not in the log. */
  readonly code: string;
  /** The message with `?` for quoted names, values and numbers. */
  readonly message: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Ids of the shapes whose statements failed so, the most frequent first; at most ten. */
  readonly shapes: readonly { readonly id: string; readonly count: number }[];
}

export interface ServerEvents {
  readonly kind: ServerEventKind;
  readonly count: number;
  /** Sum and greatest of the amounts; 0 where the kind has none. */
  readonly total: number;
  readonly max: number;
}
