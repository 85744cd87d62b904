import { availableParallelism } from "node:os";
import { insideOf } from "../log/input/envelopes/open-envelope.ts";
import { type LogInput, openInput } from "../log/input/open-input.ts";
import { type KnownFormat, sniffInput } from "../log/input/sniff-format.ts";
import { FORMAT_READERS } from "../log/format-readers.ts";
import { joinRanges } from "../log/join/join-ranges.ts";
import { CARRIED_DATABASE } from "../log/mysql-log/carried-database.ts";
import { LEXIS, type LexisName } from "../log/sql-key/lexis.ts";
import { createSqlKey } from "../log/sql-key/sql-key.ts";
import { hasAbsoluteTimes } from "../log/stderr/absolute-times.ts";
import {
  createDigestState,
  type DigestState,
  type DigestStateOptions,
} from "./create-digest-state.ts";
import type { Digest, ReadLog } from "./digest.ts";
import { MAX_SHAPES } from "./digest-of-rows.ts";
import { createDigestThreads, type DigestThreads } from "./digest-threads.ts";
import {
  finishPart,
  type ReadTask,
  readTask as readHere,
  type TaskResult,
} from "./digest-worker.ts";
import { planRanges } from "./plan-tasks.ts";
import { mergeReadLogs, type NewBytes, newBytesOf } from "./resume-log.ts";
import { describeFormat, type LogSource, type RangeRest, readInputInto } from "./read-into.ts";
import { renameDatabase } from "./rename-database.ts";
import { withSpillFolder } from "./spill-folder.ts";

export interface RunDigestOptions extends KnownFormat {
  /** Paths of logs, `-` for the standard input; gzip and zstd are known by their first bytes. Opened ones are read once. */
  readonly inputs: readonly (string | LogInput)[];
  /** Read for the path `-`. Default `process.stdin`. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Executions outside `[since, until)`, milliseconds since the epoch, aren't counted. Default: all are. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Threads. Default: as many as there are cores, and as the logs' size is worth. */
  readonly workers?: number | undefined;
  /** Bytes from which a file is read by several threads, for each of them. Default 16 MB. */
  readonly minRangeBytes?: number | undefined;
  /** Shapes that are listed; the rest is summed. Default 2000. */
  readonly maxShapes?: number | undefined;
  /** Given, logs are read from where these end, up to their last whole line, and the digest says how far. Default: whole. */
  readonly continueAfter?: readonly ReadLog[] | undefined;
  /** Told each dialect of the logs' statements, before they are read. */
  readonly onLexis?: ((lexis: LexisName) => void) | undefined;
  /** Told now and then how far it is. */
  readonly progress?: ((progress: ReadProgress) => void) | undefined;
  /** Ends the reading; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadProgress {
  /** Bytes read, as they are on the disk. */
  readonly bytes: number;
  /** `null`: nobody knows. */
  readonly totalBytes: number | null;
}

/** Reads logs into one digest. Throws `DbadviseError`: `file-not-readable`, `unknown-log-format`, `bad-option`. */
export async function runDigest(options: RunDigestOptions): Promise<Digest> {
  return withSpillFolder((spillFolder) => readLogs(options, spillFolder));
}

async function readLogs(options: RunDigestOptions, spillFolder: string): Promise<Digest> {
  let threads: DigestThreads | undefined;
  try {
    const stateOptions = { since: options.since, until: options.until, spillFolder };
    const state = createDigestState(stateOptions);
    const { workers = availableParallelism(), signal } = options;
    const inputs = openInputs(options);
    const count = threadsFor(inputs, workers, options.minRangeBytes);
    threads = createDigestThreads(count, signal);
    const logs = await openLogs(inputs, options);
    const read: ReadLog[] = [];
    const progress = progressOf(logs, options);
    const tasks = logs.map((log) => tasksOf(log, stateOptions, options));
    const isHere = count === 0;
    threads.begin(isHere ? [] : tasks.flat(), progress);
    for (const lexis of new Set(logs.map(({ source }) => FORMAT_READERS[source.format.name].lexis)))
      options.onLexis?.(lexis);
    const readTask = taskReader(threads, isHere, progress, signal);
    // Results are merged as they come, in the order of their logs.
    for (const [index, log] of logs.entries()) {
      const own = tasks[index] ?? [];
      const ranges =
        log.input.size === null
          ? [() => readStream(log, stateOptions, progress, signal)]
          : own.map((task) => () => readTask(task));
      const end = await mergeRanges(state, log, ranges);
      if (end !== null) read.push(end);
      signal?.throwIfAborted();
    }
    const part = state.part();
    const { maxShapes = MAX_SHAPES } = options;
    // Few shapes are sooner put together here than sent.
    const isShort = part.runs.every((run) => !("path" in run));
    const digest = isShort ? finishPart(part, maxShapes) : await threads.finish(part, maxShapes);
    return { ...digest, read: mergeReadLogs(read) };
  } finally {
    threads?.end();
  }
}

interface OpenedLog {
  readonly input: LogInput;
  readonly source: LogSource;
  /** `null`: all of it. */
  readonly news: NewBytes | null;
}

/** Opened before any is read: a missing file is told at once. */
function openInputs({ inputs, stdin }: RunDigestOptions): readonly LogInput[] {
  return inputs.map((one) =>
    typeof one === "string" ? openInput(one, stdin === undefined ? {} : { stdin }) : one,
  );
}

/** Threads that there may be work for; none where little is to be read. */
function threadsFor(
  inputs: readonly LogInput[],
  workers: number,
  minRangeBytes: number | undefined,
): number {
  let [bytes, tasks] = [0, 0];
  for (const { size, plainPath } of inputs) {
    if (size === null) continue;
    bytes += size;
    tasks += plainPath === null ? 1 : planRanges(size, workers, minRangeBytes).length;
  }
  const count = Math.min(workers, tasks);
  return count <= 1 && bytes <= MAX_HERE_BYTES ? 0 : count;
}

async function openLogs(
  opened: readonly LogInput[],
  options: RunDigestOptions,
): Promise<readonly OpenedLog[]> {
  const { format, prefix, continueAfter } = options;
  const known = {
    ...(format !== undefined && { format }),
    ...(prefix !== undefined && { prefix }),
  };
  const logs: OpenedLog[] = [];
  for (const input of opened) {
    const source = await logSource(input, known);
    // A line of an envelope has no place among the bytes of the log in it.
    const isNumbered = input.size !== null && source.format.envelope === null;
    const news =
      continueAfter === undefined || !isNumbered ? null : await newBytesOf(input, continueAfter);
    logs.push({ input, source, news });
  }
  return logs;
}

/** Tells by its first bytes what a log is. */
export async function logSource(input: LogInput, known: KnownFormat): Promise<LogSource> {
  const format = await sniffInput(input, known);
  const { bytes } = await input.head(HEAD_BYTES);
  const absoluteTimes = hasAbsoluteTimes(format.prefixes, insideOf(format, bytes));
  return { name: input.name, format, absoluteTimes };
}

const HEAD_BYTES = 64 * 1024;

/** What is read in the thread that asks: a second's work at most, since it hears of no signal meanwhile. */
const MAX_HERE_BYTES = 64 * 1024 * 1024;

/** What other threads read of a log; none of what only this one can. */
function tasksOf(
  { input, source, news }: OpenedLog,
  state: DigestStateOptions,
  { workers = availableParallelism(), minRangeBytes }: RunDigestOptions,
): readonly ReadTask[] {
  if (input.size === null) return [];
  const from = news?.from ?? 0;
  const task = { path: input.name, log: source, options: state, from };
  if (input.plainPath === null || source.format.envelope !== null)
    return [{ ...task, range: null }];
  const ranges = planRanges(input.size, workers, minRangeBytes, from, news?.to);
  return ranges.map((range) => ({ ...task, range }));
}

/** Reads by threads, which begin at once, or here where little is to be read: then each task when it is asked for. */
function taskReader(
  threads: DigestThreads,
  isHere: boolean,
  progress: (bytes: number) => void,
  signal: AbortSignal | undefined,
): (task: ReadTask) => Promise<TaskResult> {
  if (!isHere) return (task) => threads.read(task);
  return (task) =>
    readHere(task, (bytes) => {
      signal?.throwIfAborted();
      progress(bytes);
    });
}

/** Reads a stream, which no other thread can. */
async function readStream(
  { input, source }: OpenedLog,
  options: DigestStateOptions,
  progress: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<TaskResult> {
  const state = createDigestState(options);
  let told = 0;
  const rest = await readInputInto(state, input, source, (bytes) => {
    signal?.throwIfAborted();
    progress(bytes - told);
    told = bytes;
  });
  return { part: state.part(), rest };
}

/** Returns how far the log was read, where somebody asks. */
async function mergeRanges(
  state: DigestState,
  { source, news }: OpenedLog,
  ranges: readonly (() => Promise<TaskResult>)[],
): Promise<ReadLog | null> {
  const rests: RangeRest[] = [];
  let database = news?.database ?? "";
  for (const range of ranges) {
    const { part, rest } = await range();
    state.merge(renameDatabase(part, CARRIED_DATABASE, database));
    rests.push(rest);
    if (rest.database !== null && rest.database !== CARRIED_DATABASE) database = rest.database;
  }
  joinRests(state, source, rests);
  if (news === null) return null;
  const bytes = Number.isFinite(news.to) ? news.to : (rests[0]?.bytes ?? 0);
  return bytes === 0 ? null : { ...news.head, bytes, database };
}

/** Counts what the ranges of a log left to be decided. */
export function joinRests(
  state: DigestState,
  { name, format }: LogSource,
  rests: readonly RangeRest[],
): void {
  const { lexis } = FORMAT_READERS[format.name];
  const source = state.source(name, describeFormat(format));
  const ranges = joinRanges(state.sink(lexis, createSqlKey(LEXIS[lexis]), source));
  for (const { ends } of rests) ranges.add(ends);
  ranges.end();
}

function progressOf(
  logs: readonly OpenedLog[],
  options: RunDigestOptions,
): (bytes: number) => void {
  const sizes = logs.map(({ input, news }) =>
    input.size === null || input.plainPath === null ? input.size : input.size - (news?.from ?? 0),
  );
  const totalBytes = sizes.reduce(
    (sum, size) => (sum === null || size === null ? null : sum + size),
    0 as number | null,
  );
  let bytes = 0;
  return (more) => {
    bytes += more;
    options.progress?.({ bytes, totalBytes });
  };
}
