import { DbadviseError } from "../../dbadvise-error.ts";

/** The error of a log that can't be opened or read. */
export function notReadable(path: string, cause: unknown): DbadviseError {
  return new DbadviseError(
    "file-not-readable",
    `Cannot read ${path}: ${messageOf(cause)}.`,
    "Check the path and the permissions of the file.",
    { cause },
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
