import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { LogFormat } from "../../../log-format.ts";
import { sniffFormat } from "../../sniff-format.ts";
import { openEnvelope } from "../open-envelope.ts";

export interface Unwrapped {
  readonly format: LogFormat;
  readonly text: string;
  readonly unreadLines: number;
  readonly unreadBytes: number;
}

/** What is inside of a log whose format is told from its first bytes, handed over in chunks of a size. */
export function unwrap(log: string | Buffer, chunkBytes: number = 4096): Unwrapped {
  const bytes = Buffer.from(log);
  const format = sniffFormat(bytes.subarray(0, 1024 * 1024), {});
  if (format === null) throw new Error(`Nothing is known of ${bytes.toString("utf8", 0, 300)}`);
  return { format, ...unwrapAs(format, bytes, chunkBytes) };
}

export function unwrapAs(
  format: LogFormat,
  bytes: Buffer,
  chunkBytes: number = 4096,
): Omit<Unwrapped, "format"> {
  let unreadLines = 0;
  let unreadBytes = 0;
  const unwrapper = openEnvelope(format, {
    unread(lines, size) {
      unreadLines += lines;
      unreadBytes += size;
    },
  });
  if (unwrapper === null) throw new Error("It is in no envelope.");
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // The memory of a chunk is used again.
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    parts.push(Buffer.from(unwrapper.push(chunk, false)));
    chunk.fill(0);
  }
  parts.push(Buffer.from(unwrapper.push(Buffer.alloc(0), true)));
  return { text: Buffer.concat(parts).toString(), unreadLines, unreadBytes };
}

/** A log that a server wrote. */
export function sampleLog(name: string): Buffer {
  const path = new URL(`../../../../../testdata/logs/${name}`, import.meta.url);
  return gunzipSync(readFileSync(path));
}
