import { feedBlocks } from "../log/block-feed.ts";
import type { BlockReader } from "../log/block-reader.ts";
import { FORMAT_READERS } from "../log/format-readers.ts";
import type { LogInput } from "../log/input/open-input.ts";
import { openEnvelope } from "../log/input/envelopes/open-envelope.ts";
import { joinExecutions } from "../log/join/join-executions.ts";
import { type RangeEnds, rangeEnds } from "../log/join/join-ranges.ts";
import type { Envelope, LogFormat } from "../log/log-format.ts";
import { type FileRange, fillFeed, readFileRange } from "../log/read-log.ts";
import { LEXIS } from "../log/sql-key/lexis.ts";
import { createSqlKey } from "../log/sql-key/sql-key.ts";
import type { DigestState, SourceTally } from "./create-digest-state.ts";

/** What a range of a log leaves to be decided with the ranges before and after it. */
export interface RangeRest {
  readonly ends: RangeEnds;
  /** The database that the log named last; `null`: it names one with each record, or none. */
  readonly database: string | null;
  /** Bytes up to the end of the log, after decompression; `null`: a range of it was read, or what is damaged. */
  readonly bytes: number | null;
}

/** A log as a source of a digest. */
export interface LogSource {
  readonly name: string;
  readonly format: LogFormat;
  readonly absoluteTimes: boolean;
}

/** Reads a range of a plain file into a state. `progress` is told the bytes read since its last call. */
export function readRangeInto(
  state: DigestState,
  path: string,
  log: LogSource,
  range: FileRange,
  progress: (bytes: number) => void,
): RangeRest {
  const { reader, source, rest } = openReader(state, log, range.from === 0);
  readFileRange(path, range, reader, source, (bytes) => {
    source.bytes += bytes;
    progress(bytes);
  });
  return rest();
}

/** Reads an input into a state, from byte `from` on. `progress` is told the bytes of the input, as it is on the disk, read so far. */
export async function readInputInto(
  state: DigestState,
  input: LogInput,
  log: LogSource,
  progress: (bytes: number) => void,
  from = 0,
): Promise<RangeRest> {
  const { reader, source, rest } = openReader(state, log, from === 0);
  const unwrapper = openEnvelope(log.format, source);
  const feed = feedBlocks(reader, source, { from, to: Number.POSITIVE_INFINITY });
  let taken = 0;
  const take = (bytes: Buffer): void => {
    taken += bytes.length;
    source.bytes += Math.min(bytes.length, Math.max(0, taken - from));
    fillFeed(feed, bytes);
  };
  for await (const chunk of input.chunks()) {
    take(unwrapper === null ? chunk : unwrapper.push(chunk, false));
    progress(input.bytesRead());
  }
  if (unwrapper !== null) take(unwrapper.push(Buffer.alloc(0), true));
  feed.end();
  const damage = input.damage();
  if (damage !== null) {
    source.unread(1, damage.bytes);
    source.bytes += damage.bytes;
  }
  progress(input.bytesRead());
  return { ...rest(), bytes: damage === null ? taken : null };
}

interface OpenedReader {
  readonly reader: BlockReader;
  readonly source: SourceTally;
  /** Once the range has been read. */
  rest(): RangeRest;
}

/** `begins`: nothing of the log is before what will be read. */
export function openReader(state: DigestState, log: LogSource, begins: boolean): OpenedReader {
  const format = FORMAT_READERS[log.format.name];
  const source = state.source(log.name, describeFormat(log.format));
  source.absoluteTimes = log.absoluteTimes;
  const sink = state.sink(format.lexis, createSqlKey(LEXIS[format.lexis]), source);
  const joiner = joinExecutions(sink, source, begins);
  const sinks = { unread: source, messages: joiner, executions: sink };
  const reader = format.open(log.format, sinks, begins);
  return {
    reader,
    source,
    rest() {
      const number = reader.database?.();
      return {
        ends: rangeEnds(joiner.end(), sink),
        database: number === undefined ? null : (sink.names.database.texts[number] ?? ""),
        bytes: null,
      };
    },
  };
}

/** `stderr`, `csvlog in docker`. */
export function describeFormat({ name, envelope }: LogFormat): string {
  const around: string[] = [];
  for (let next: Envelope | null = envelope; next !== null; next = next.inner) {
    around.push(next.name);
  }
  return [name, ...around.toReversed()].join(" in ");
}
