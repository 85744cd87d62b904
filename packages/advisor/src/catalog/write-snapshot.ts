import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { DbadviseError } from "../dbadvise-error.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Writes a snapshot's file, packed by gzip where the name ends in `.gz`. A file of that name is replaced at once or not
 * at all. Throws `DbadviseError` `file-not-readable` where that can't be done.
 */
export async function writeSnapshot(path: string, snapshot: Snapshot): Promise<void> {
  const text = `${JSON.stringify(snapshot)}\n`;
  const bytes = path.endsWith(".gz") ? await promisify(gzip)(text) : Buffer.from(text);
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    // It may hold data: for its owner only, until they decide otherwise.
    await writeFile(partial, bytes, { mode: 0o600 });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new DbadviseError(
      "file-not-readable",
      `The snapshot can't be written to ${path}: ${error instanceof Error ? error.message : String(error)}.`,
      "Check that the directory exists and that you may write there.",
      { cause: error },
    );
  }
}
