import { open } from "node:fs/promises";
import { join } from "node:path";

/** Files of a folder that are looked into before nothing is said of it, the newest first. */
const LOOKED_AT = 20;
/** What says whose a file is stands near its begin. */
const LENGTH = 16 * 1024;

/** Whether the begin of one of the files matches. */
export async function textMatches(
  folder: string,
  files: readonly string[],
  pattern: RegExp,
): Promise<boolean> {
  for (const name of files.slice(-LOOKED_AT).toReversed())
    if (pattern.test(await beginOf(join(folder, name)))) return true;
  return false;
}

async function beginOf(path: string): Promise<string> {
  const file = await open(path).catch(() => null);
  if (file === null) return "";
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(LENGTH) });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
