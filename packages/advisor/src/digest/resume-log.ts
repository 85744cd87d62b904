import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { LogInput } from "../log/input/open-input.ts";
import type { ReadLog } from "./digest.ts";
import { compareTexts } from "./kept-example.ts";

/** Bytes by which a log is known again: they hold times. */
const HEAD_BYTES = 4096;
const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 10;

/** Which bytes of a log are new. */
export interface NewBytes {
  readonly from: number;
  /** Behind the last whole line there is: a server may be writing the next one. Infinite where the log is compressed. */
  readonly to: number;
  /** The database that the log named last before them; empty: none. */
  readonly database: string;
  readonly head: Pick<ReadLog, "head" | "headBytes">;
}

/** What `read` says of a log, whatever it is called now: one with other first bytes, or fewer than were read, is new. */
export async function newBytesOf(input: LogInput, read: readonly ReadLog[]): Promise<NewBytes> {
  const { plainPath } = input;
  const { bytes } = await input.head(HEAD_BYTES);
  const to =
    plainPath === null ? Number.POSITIVE_INFINITY : lastLineEnd(plainPath, input.size ?? 0);
  const known = read
    .filter((log) => log.headBytes <= bytes.length && log.head === hashOf(bytes, log.headBytes))
    .filter((log) => log.bytes <= to)
    .toSorted(byBytes)
    .at(-1);
  const headBytes = Math.min(HEAD_BYTES, bytes.length, to);
  return {
    from: known?.bytes ?? 0,
    to,
    database: known?.database ?? "",
    head: { head: hashOf(bytes, headBytes), headBytes },
  };
}

/** What is known of several runs: of one log, how far it was read at most. In any order. */
export function mergeReadLogs(logs: readonly ReadLog[]): readonly ReadLog[] {
  const furthest = new Map<string, ReadLog>();
  for (const log of logs.toSorted(byBytes)) furthest.set(log.head, log);
  return [...furthest.values()].toSorted((one, other) => compareTexts(one.head, other.head));
}

function byBytes(one: ReadLog, other: ReadLog): number {
  return one.bytes - other.bytes || compareTexts(one.database, other.database);
}

function hashOf(bytes: Buffer, length: number): string {
  return createHash("sha256").update(bytes.subarray(0, length)).digest("hex").slice(0, 32);
}

function lastLineEnd(path: string, size: number): number {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let end = size; end > 0;) {
      const from = Math.max(0, end - CHUNK_BYTES);
      const bytes = readSync(file, chunk, 0, end - from, from);
      const last = chunk.subarray(0, bytes).lastIndexOf(LINE_FEED);
      if (last !== -1) return from + last + 1;
      end = from;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}
