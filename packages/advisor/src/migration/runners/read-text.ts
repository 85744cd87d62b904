import { readFile } from "node:fs/promises";
import { relative, sep } from "node:path";
import { MigrationProblem, type SourcePlace } from "../migration.ts";

/** The path as the user would write it: below the directory, with `/`. */
export function pathBelow(directory: string, path: string): string {
  return relative(directory, path).split(sep).join("/");
}

/** A whole line of a file, for problems that have no better place. */
export function lineOf(file: string, line = 1): SourcePlace {
  return { file, line, column: 1, endLine: line };
}

/**
 * Text of a migration file without its byte order mark. Throws `MigrationProblem` for a file that is not there or not UTF-8.
 * `file` is its path for messages.
 */
export async function readText(path: string, file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new MigrationProblem(
      lineOf(file),
      `${file} can't be read: ${error instanceof Error ? error.message : String(error)}.`,
      "Add the file, or take away what names it.",
      { cause: error },
    );
  }
  try {
    return decode(bytes);
  } catch (error) {
    const utf16 =
      (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new MigrationProblem(
      lineOf(file, utf16 ? 1 : firstBrokenLine(bytes)),
      utf16 ? `${file} is UTF-16.` : `${file} has bytes that are not UTF-8.`,
      "Save the file as UTF-8: databases and migration tools read nothing else.",
      { cause: error },
    );
  }
}

/** Throws `TypeError` where it is not UTF-8. A byte order mark is left out. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** A line's end is one byte in UTF-8, and part of no other character. */
function firstBrokenLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found + 1;
    try {
      decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return 1;
}
