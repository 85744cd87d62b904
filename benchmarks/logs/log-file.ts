import { closeSync, openSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import type { VariedLog } from "./varied-log.ts";

/** A log that is made while it is written or sent: once. */
export interface GeneratedLog {
  readonly bytes: number;
  readonly executions: number;
  /** Each is valid until the next one is asked for. */
  readonly chunks: Iterable<string | Uint8Array>;
}

/** Bytes that have to stay free on the disk. */
const RESERVE = 5e9;

/** Whole rounds of a log, of about `bytes` altogether; one at least. */
export function repeatedLog(log: VariedLog, bytes: number): GeneratedLog {
  const first = log.next();
  const rounds = Math.max(1, Math.round((bytes - log.head.length) / first.length));
  return {
    bytes: log.head.length + rounds * first.length,
    executions: rounds * log.executions,
    chunks: (function* () {
      yield log.head;
      yield first;
      for (let round = 1; round < rounds; round++) yield log.next();
    })(),
  };
}

export function hasRoom(folder: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > bytes + RESERVE;
}

/** Writes a log to a file. Throws where it would leave too little of the disk. */
export function writeLog(file: string, { bytes, chunks }: GeneratedLog): void {
  if (!hasRoom(dirname(file), bytes)) {
    throw new Error(`No room for ${(bytes / 1e6).toFixed(0)} MB and a reserve in ${dirname(file)}`);
  }
  const descriptor = openSync(file, "w");
  try {
    for (const chunk of chunks) {
      const data = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      for (let from = 0; from < data.length;) from += writeSync(descriptor, data, from);
    }
  } finally {
    closeSync(descriptor);
  }
}

export function streamOf({ chunks }: GeneratedLog): Readable {
  return Readable.from(
    (function* () {
      // A stream writes later than it reads.
      for (const chunk of chunks) yield Buffer.from(chunk);
    })(),
  );
}
