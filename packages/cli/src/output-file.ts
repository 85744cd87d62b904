import { randomBytes } from "node:crypto";
import { access, constants, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DbadviseError } from "@dbadvise/advisor/logs";

/**
 * Checks that a file can be written, before the work whose result goes there.
 * Throws `DbadviseError` `bad-option` that names what is wrong.
 */
export async function checkOutputFile(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) {
    throw new DbadviseError(
      "bad-option",
      `The output ${path} is a directory.`,
      "Give the name of a file in it.",
    );
  }
  const folder = dirname(resolve(path));
  const parent = await stat(folder).catch(() => undefined);
  if (parent === undefined) {
    throw new DbadviseError(
      "bad-option",
      `The folder of the output does not exist: ${folder}`,
      `Make it first: mkdir -p '${folder}'`,
    );
  }
  if (!parent.isDirectory()) {
    throw new DbadviseError(
      "bad-option",
      `The output ${path} can't be made: ${folder} is not a folder.`,
      "Give another path.",
    );
  }
  try {
    await access(existing === undefined || existing.isFile() ? folder : path, constants.W_OK);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Writes the whole text or nothing: a reader never sees half a file. */
export async function writeOutputFile(path: string, text: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  try {
    if (existing !== undefined && !existing.isFile()) {
      // A device or a pipe has no half-written state, and must not be replaced by a file.
      await writeFile(path, text);
      return;
    }
    const target = existing === undefined ? path : await realpath(path);
    const temporary = join(
      dirname(target),
      `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`,
    );
    try {
      await writeFile(temporary, text, { flag: "wx" });
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

function notWritable(path: string, cause: unknown): DbadviseError {
  // What follows the comma names a temporary file.
  const reason = cause instanceof Error ? cause.message.split(", ")[0] : String(cause);
  return new DbadviseError(
    "bad-option",
    `The output ${path} can't be written: ${reason}`,
    "Give a path that can be written, or leave -o out to print on the standard output.",
    { cause },
  );
}
