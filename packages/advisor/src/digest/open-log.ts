import type { EventSource } from "../log/event-source.ts";
import { openInput } from "../log/input/open-input.ts";
import type { KnownFormat } from "../log/input/sniff-format.ts";
import type { QueryEvent } from "../log/query-event.ts";
import type { Digest } from "./digest.ts";
import { digestEvents } from "./digest-events.ts";
import { type ReadProgress, runDigest } from "./run-digest.ts";

export interface OpenLogOptions extends KnownFormat {
  /** Read for the path `-`. Default `process.stdin`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Told now and then how far it is. */
  readonly progress?: (progress: ReadProgress) => void;
}

/** A log with the digest that its events are of. */
export interface DigestedLog extends EventSource {
  /** Complete once `events` has ended, `undefined` before. */
  digest(): Digest | undefined;
}

/** Shapes of one log that an analysis looks at. */
const MAX_SHAPES = 20_000;

/**
 * A server's log as a source of query events: its digest, each shape by a sample of its executions. The format and gzip
 * or zstd are known by the first bytes. The path `-` is stdin.
 *
 * Throws `DbadviseError` `file-not-readable`; reading its events throws `unknown-log-format` where nothing in it is a record.
 */
export function openLog(path: string, options: OpenLogOptions = {}): DigestedLog {
  const { stdin } = options;
  const input = openInput(path, stdin === undefined ? {} : { stdin });
  let digest: Digest | undefined;

  async function* events(): AsyncGenerator<QueryEvent> {
    digest = await runDigest({ ...options, inputs: [input], maxShapes: MAX_SHAPES });
    yield* digestEvents(digest);
  }

  return {
    name: input.name,
    events: events(),
    digest: () => digest,
    summary: () => ({
      records: digest?.sources.reduce((sum, { records }) => sum + records, 0) ?? 0,
      unread: digest?.unread.lines ?? 0,
      seconds: digest === undefined ? undefined : secondsOf(digest),
      ...(digest !== undefined && digest.other !== null && { gaps: [gapOf(digest.other)] }),
    }),
  };
}

function secondsOf({ first, last }: Digest): number | undefined {
  return first === null || last === null ? undefined : (last - first) / 1000;
}

function gapOf({ shapes, calls }: NonNullable<Digest["other"]>): string {
  return `${shapes} shapes of statements with ${calls} calls are beyond the ${MAX_SHAPES} that take the most time`;
}
