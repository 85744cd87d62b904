import { type FileHandle, open, stat } from "node:fs/promises";
import { NO_BYTES } from "../byte-span.ts";
import { notReadable } from "./not-readable.ts";

/** An open file that is read as it grows. */
export interface FollowedFile {
  readonly handle: FileHandle;
  readonly device: number;
  readonly inode: number;
  /** Where the next read begins. */
  position: number;
  /** The first bytes, and those before the position: by them the file is known again. */
  head: Buffer;
  memory: Buffer;
  readonly scratch: Buffer;
}

const CHUNK_BYTES = 256 * 1024;
const MEMORY_BYTES = 256;
const LINE_FEED = 10;

/** Opens it at byte `from`, at 0 if it has fewer. `null`: it isn't there. Throws `DbadviseError` `file-not-readable`. */
export async function openFollowed(path: string, from: number): Promise<FollowedFile | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if (isMissing(error)) return null;
    throw notReadable(path, error);
  }
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw notReadable(path, new Error("it is a directory"));
    const file: FollowedFile = {
      handle,
      device: stats.dev,
      inode: stats.ino,
      position: stats.size < from ? 0 : from,
      head: NO_BYTES,
      memory: NO_BYTES,
      scratch: Buffer.allocUnsafeSlow(MEMORY_BYTES + CHUNK_BYTES),
    };
    const known = Math.min(file.position, MEMORY_BYTES);
    file.head = await readAt(file, 0, known);
    file.memory = await readAt(file, file.position - known, known);
    return file;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Whether another file has the name now, and has bytes: not before are all bytes of this one written. */
export async function hasSuccessor(path: string, file: FollowedFile): Promise<boolean> {
  try {
    const { dev, ino, size } = await stat(path);
    return size > 0 && (dev !== file.device || ino !== file.inode);
  } catch (error) {
    if (isMissing(error)) return false;
    throw notReadable(path, error);
  }
}

/** Whether the bytes read so far end inside a line. */
export function breaksOff({ memory }: FollowedFile): boolean {
  return memory.length > 0 && memory.at(-1) !== LINE_FEED;
}

/** The next bytes, none at the end; `null`: those that were read are not in the file any more, it was emptied. */
export async function readNext(file: FollowedFile): Promise<Buffer | null> {
  const { memory, position } = file;
  const known = memory.length;
  const bytes = await readAt(file, position - known, known + CHUNK_BYTES);
  const news = bytes.subarray(known);
  const head = await readAt(file, 0, Math.min(position + news.length, MEMORY_BYTES));
  // One that was emptied and has grown as far again may have the same bytes there, but not the same time at its beginning.
  const isSame =
    bytes.subarray(0, known).equals(memory) && head.subarray(0, file.head.length).equals(file.head);
  if (!isSame) return null;
  file.head = head;
  file.position += news.length;
  file.memory = Buffer.from(bytes.subarray(-MEMORY_BYTES));
  return news;
}

async function readAt(file: FollowedFile, position: number, length: number): Promise<Buffer> {
  const { handle, scratch } = file;
  const { bytesRead } = await handle.read(scratch, 0, length, position);
  return Buffer.from(scratch.subarray(0, bytesRead));
}

/** Begins again with a file that was emptied. */
export function startAgain(file: FollowedFile): void {
  file.position = 0;
  file.head = NO_BYTES;
  file.memory = NO_BYTES;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
