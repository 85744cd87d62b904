import type { UnreadSink } from "../../block-reader.ts";

/** What a service or a daemon puts around each line or record of a log that passes through it. */
export interface EnvelopeReader {
  /** Whether it tells time and process of each line. */
  readonly hasStamps: boolean;
  /** Whether a log that begins like this may be in the envelope; its first and last lines may be cut. */
  detect(head: Buffer): boolean;
  open(inner: InnerLog, unread: UnreadSink): Unwrapper;
}

/** What is known of the log inside. */
export interface InnerLog {
  /**
   * Whether each line begins with a time and a process, which the envelope has and the log inside has not:
   * {@link ENVELOPE_PREFIX} is put before it.
   */
  readonly stamped: boolean;
  /** Whether a line begins a record or one of its fields: others are marked as continued by a TAB. `null`: none is marked. */
  readonly startsField: ((line: Buffer) => boolean) | null;
}

/** `log_line_prefix` of what an envelope knows. */
export const ENVELOPE_PREFIX = "%m [%p] ";

/** Takes the envelope off, from the first byte on. */
export interface Unwrapper {
  /**
   * The log inside, as far as it is complete; `last`: no chunk follows this one. The answer is only good until the next
   * call; chunks are not kept. What is not in the envelope is unread.
   */
  push(chunk: Buffer, last: boolean): Buffer;
}
