import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { DbadviseError } from "../../dbadvise-error.ts";
import { compressionOf, decompress, MAGIC_BYTES } from "./decompress.ts";
import { createLookahead, type Head, readHead } from "./lookahead.ts";
import { messageOf, notReadable } from "./not-readable.ts";

const READ_BYTES = 1024 * 1024;

/** The bytes of a log, decompressed. */
export interface LogInput {
  /** The path, or `stdin`. */
  readonly name: string;
  /** Bytes of the file as it is on the disk; `null`: a stream, whose size nobody knows. */
  readonly size: number | null;
  /** The file, where its bytes are the log's: ranges of it can be read apart. `null`: a stream, or compressed. */
  readonly plainPath: string | null;
  /**
   * Its first bytes, up to `bytes` of them; fewer where it ends, or is a stream that has given more than `moreThan` (default
   * 0) and pauses. Throws as {@link chunks}.
   */
  head(bytes: number, moreThan?: number): Promise<Head>;
  /** All bytes from the first on; to be called once. Throws `DbadviseError` `file-not-readable` where none can be read. */
  chunks(): AsyncGenerator<Buffer>;
  /** Bytes of the file as it is on the disk that {@link chunks} has taken so far. */
  bytesRead(): number;
  /** What is wrong with it, known when {@link chunks} has ended: what was before it has been read. */
  damage(): InputDamage | null;
}

export interface InputDamage {
  readonly reason: string;
  /** Bytes of the file as it is on the disk that could not be read; of a stream, those that had come. */
  readonly bytes: number;
}

export interface OpenInputOptions {
  /** Read for the path `-`. Default `process.stdin`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/**
 * Opens a log, compressed with gzip or zstd or not at all: known by its first bytes. The path `-` is stdin.
 * Throws `DbadviseError` `file-not-readable`.
 */
export function openInput(path: string, options: OpenInputOptions = {}): LogInput {
  if (path === "-") return openStream("stdin", options.stdin ?? process.stdin);
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new Error("it is a directory");
    if (stats.isFile()) return fileInput(path, stats.size, magicOf(path));
  } catch (error) {
    throw notReadable(path, error);
  }
  // A pipe: bytes can be read once, also the first ones.
  return openStream(path, createReadStream(path, { highWaterMark: READ_BYTES }));
}

/** As {@link openInput}, of a file: the path `-` is not special. */
export function openFileInput(path: string): LogInput {
  return openInput(path === "-" ? "./-" : path);
}

function magicOf(path: string): Buffer {
  const fd = openSync(path, "r");
  try {
    const magic = Buffer.alloc(MAGIC_BYTES);
    return magic.subarray(0, readSync(fd, magic, 0, MAGIC_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}

function fileInput(path: string, size: number, magic: Buffer): LogInput {
  const open = (): AsyncIterable<Uint8Array> =>
    createReadStream(path, { highWaterMark: READ_BYTES });
  const progress: Progress = { taken: 0, damage: null };
  return {
    name: path,
    size,
    plainPath: compressionOf(magic) === null ? path : null,
    head: (bytes) => readHead(decoded(path, open(), size, { taken: 0, damage: null }), bytes),
    chunks: () => decoded(path, open(), size, progress),
    bytesRead: () => progress.taken,
    damage: () => progress.damage,
  };
}

/** Bytes that come one after the other, compressed or not, as {@link openInput} has them. */
export function openStream(name: string, stream: AsyncIterable<Uint8Array>): LogInput {
  const progress: Progress = { taken: 0, damage: null };
  const lookahead = createLookahead(decoded(name, stream, null, progress));
  return {
    name,
    size: null,
    plainPath: null,
    head: lookahead.head,
    chunks: lookahead.chunks,
    bytesRead: () => progress.taken,
    damage: () => progress.damage,
  };
}

interface Progress {
  taken: number;
  damage: InputDamage | null;
}

interface Failure {
  readonly reason: unknown;
  readonly bytesUnderstood: number;
}

async function* decoded(
  name: string,
  source: AsyncIterable<Uint8Array>,
  size: number | null,
  progress: Progress,
): AsyncGenerator<Buffer> {
  const lookahead = createLookahead(counted(source, progress));
  const failures: Failure[] = [];
  let yielded = false;
  try {
    const { bytes } = await lookahead.head(MAGIC_BYTES, MAGIC_BYTES);
    const compression = compressionOf(bytes);
    const chunks =
      compression === null
        ? lookahead.chunks()
        : decompress(name, compression, lookahead.chunks(), (reason, bytesUnderstood) =>
            failures.push({ reason, bytesUnderstood }),
          );
    for await (const chunk of chunks) {
      yielded = true;
      yield chunk;
    }
  } catch (error) {
    if (error instanceof DbadviseError) throw error;
    failures.push({ reason: error, bytesUnderstood: progress.taken });
  }
  const [failure] = failures;
  if (failure === undefined) return;
  if (!yielded) throw notReadable(name, failure.reason);
  progress.damage = {
    reason: messageOf(failure.reason),
    bytes: (size ?? progress.taken) - failure.bytesUnderstood,
  };
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    progress.taken += chunk.length;
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}
