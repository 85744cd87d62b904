import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const DIGEST_BYTES = 32;

/** The user's cache directory by each platform's custom; `XDG_CACHE_HOME` counts everywhere. */
export function cacheDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = environment["HOME"] ?? homedir();
  if (environment["XDG_CACHE_HOME"]) return join(environment["XDG_CACHE_HOME"], "dbadvise");
  if (platform === "darwin") return join(home, "Library", "Caches", "dbadvise");
  if (platform === "win32")
    return join(environment["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "dbadvise", "Cache");
  return join(home, ".cache", "dbadvise");
}

/** Reads a template; `null` where there is none, or where the file is not what was written. */
export async function readTemplate(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const file = new Uint8Array(await readFile(path));
    const body = file.subarray(0, Math.max(0, file.length - DIGEST_BYTES));
    const digest = file.subarray(body.length);
    return body.length > 0 && Buffer.compare(sha256(body), digest) === 0 ? body : null;
  } catch {
    return null;
  }
}

/**
 * Keeps a template for later runs. Its digest follows the bytes, and the file appears by rename, so that a reader
 * never takes half a file. A cache that can't be written is no error: the next run starts without it.
 */
export async function writeTemplate(path: string, body: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, Buffer.concat([body, sha256(body)]));
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
