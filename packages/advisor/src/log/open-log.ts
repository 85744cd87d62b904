import { accessSync, constants, createReadStream, statSync } from "node:fs";
import { DbadviseError } from "../dbadvise-error.ts";
import { createCsvlogReader, isCsvRecordStart } from "./csvlog.ts";
import type { EventSource } from "./event-source.ts";
import { createExecutionReader } from "./executions.ts";
import { createJsonlogReader, isJsonRecord } from "./jsonlog.ts";
import { MAX_RECORD_LENGTH, type RecordReader, type RecordSink } from "./log-record.ts";
import type { QueryEvent } from "./query-event.ts";
import { readLines } from "./read-lines.ts";
import { createStderrLineParser, createStderrReader, type StderrLineParser } from "./stderr.ts";

export interface OpenLogOptions {
  /** The server's `log_line_prefix`, for its stderr log. Default: learned from the lines. */
  readonly prefix?: string;
  /** Read for the path `-`. Default `process.stdin`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/**
 * A server's log as a source of query events, in constant memory. The format (PostgreSQL's stderr, csvlog or jsonlog)
 * is known by the first line that is a record's beginning; gzip by its first bytes. The path `-` is stdin.
 *
 * Throws `DbadviseError` `file-not-readable`; reading its events throws `unknown-log-format` where nothing in it is a record.
 */
export function openLog(path: string, options: OpenLogOptions = {}): EventSource {
  const name = path === "-" ? "stdin" : path;
  const input = path === "-" ? (options.stdin ?? process.stdin) : openFile(path);
  const counts = { records: 0, unread: 0, firstMs: Infinity, lastMs: -Infinity };
  return {
    name,
    events: readEvents(name, input, options.prefix, counts),
    summary: () => ({
      records: counts.records,
      unread: counts.unread,
      seconds:
        counts.lastMs >= counts.firstMs ? (counts.lastMs - counts.firstMs) / 1000 : undefined,
    }),
  };
}

/** Opens a file for reading. Throws `DbadviseError` `file-not-readable`. */
export function openFile(path: string): AsyncIterable<Uint8Array> {
  try {
    accessSync(path, constants.R_OK);
    if (statSync(path).isDirectory()) throw new Error("it is a directory");
  } catch (error) {
    throw notReadable(path, error);
  }
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

interface Counts {
  records: number;
  unread: number;
  firstMs: number;
  lastMs: number;
}

async function* readEvents(
  name: string,
  input: AsyncIterable<Uint8Array>,
  prefix: string | undefined,
  counts: Counts,
): AsyncGenerator<QueryEvent> {
  let ready: QueryEvent[] = [];
  const unread = (): void => {
    counts.unread++;
  };
  const executions = createExecutionReader((event) => ready.push(event), unread);
  const sink: RecordSink = {
    record(record) {
      counts.records++;
      if (record.time !== undefined) {
        counts.firstMs = Math.min(counts.firstMs, record.time.ms);
        counts.lastMs = Math.max(counts.lastMs, record.time.ms);
      }
      executions.record(record);
    },
    unread,
  };

  const parseStderr = createStderrLineParser(prefix);
  let reader: RecordReader | undefined;
  let skipped = 0;
  try {
    for await (const lines of readLines(input)) {
      for (const line of lines) {
        reader ??= readerFor(line, sink, parseStderr);
        if (reader !== undefined) {
          reader.line(line);
        } else if (line !== "") {
          unread();
          skipped += line.length + 1;
          // The rest of a record that began before the file can't be longer.
          if (skipped >= MAX_RECORD_LENGTH) throw unknownFormat(name, prefix);
        }
      }
      yield* ready;
      ready = [];
    }
  } catch (error) {
    if (error instanceof DbadviseError) throw error;
    if (reader === undefined) throw notReadable(name, error);
    // A file that is damaged further on: what was read stands.
    unread();
  }
  reader?.end();
  executions.end();
  yield* ready;
  if (counts.records === 0 && counts.unread > 0) throw unknownFormat(name, prefix);
}

function readerFor(
  line: string,
  sink: RecordSink,
  parseStderr: StderrLineParser,
): RecordReader | undefined {
  if (isJsonRecord(line)) return createJsonlogReader(sink);
  if (isCsvRecordStart(line)) return createCsvlogReader(sink);
  return parseStderr(line) === undefined ? undefined : createStderrReader(sink, parseStderr);
}

function unknownFormat(name: string, prefix: string | undefined): DbadviseError {
  const stderr =
    prefix === undefined
      ? "stderr with any log_line_prefix"
      : `stderr with log_line_prefix '${prefix}'`;
  const remedy =
    prefix === undefined
      ? "Check that the file is the server's own log, written with lc_messages in English."
      : "Compare it with SHOW log_line_prefix, or leave it out: it is then learned from the file.";
  return new DbadviseError(
    "unknown-log-format",
    `${name} is not a log that can be read: no line in it begins a record.`,
    `Tried PostgreSQL's jsonlog, csvlog and ${stderr}. ${remedy}`,
  );
}

function notReadable(path: string, cause: unknown): DbadviseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DbadviseError(
    "file-not-readable",
    `Cannot read ${path}: ${reason}.`,
    "Check the path and the permissions of the file.",
    { cause },
  );
}
