import { matches } from "../match-bytes.ts";
import { matchesIgnoringCase } from "./match-ignoring-case.ts";

const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;
/** Distances up to which a loop is quicker than a native call. */
const NEAR = 24;
const NUMBER_SIGN = 35;
const COLON = 58;

const STARTED_WITH = Buffer.from(" started with:");
const VERSION = Buffer.from(", Version: ");
const PORT = Buffer.from("tcp port: ");
const COLUMNS = Buffer.from("Time");
const ARGUMENT = Buffer.from("Argument");

/**
 * Whether the line is the first of the three that a server writes whenever it opens a log file:
 * `/usr/sbin/mysqld, Version: 8.0.36 (...). started with:`, a line with the port, and titles of columns.
 */
export function isBanner(bytes: Buffer, from: number, lineEnd: number): boolean {
  if (bytes[lineEnd - 1] !== COLON || bytes[from] === NUMBER_SIGN) return false;
  if (lineEnd - from < 30 || !endsWith(bytes, from, lineEnd, STARTED_WITH)) return false;
  return bytes.subarray(from, lineEnd).includes(VERSION);
}

/** Whether the line is the second or third of them. */
export function followsBanner(bytes: Buffer, from: number, lineEnd: number): boolean {
  // MySQL on Windows has it as `TCP Port: 3306, Named Pipe: MySQL`.
  if (matchesIgnoringCase(bytes, from, lineEnd, PORT)) return true;
  return (
    matchesIgnoringCase(bytes, from, lineEnd, COLUMNS) && endsWith(bytes, from, lineEnd, ARGUMENT)
  );
}

/** Whether the line that ends before `lineStart` is the third of them; `bytes[low, lineStart)` are there. */
export function endsBanner(bytes: Buffer, low: number, lineStart: number): boolean {
  return endsWith(bytes, low, lineEndAt(bytes, low, lineStart - 1), ARGUMENT);
}

/** Where the line with its break at `newLine` ends. */
export function lineEndAt(bytes: Buffer, from: number, newLine: number): number {
  return newLine > from && bytes[newLine - 1] === CARRIAGE_RETURN ? newLine - 1 : newLine;
}

/** As {@link newLineAt}, quicker where the line ends soon as a rule. */
export function newLineNear(bytes: Buffer, from: number, to: number): number {
  const near = Math.min(to, from + NEAR);
  for (let at = from; at < near; at++) if (bytes[at] === NEW_LINE) return at;
  return near < to ? newLineAt(bytes, near, to) : -1;
}

/** The line break at or after `from`; -1 where there is none before `to`. */
export function newLineAt(bytes: Buffer, from: number, to: number): number {
  const at = bytes.indexOf(NEW_LINE, from);
  return at < to ? at : -1;
}

function endsWith(bytes: Buffer, from: number, to: number, text: Buffer): boolean {
  return to - text.length >= from && matches(bytes, to - text.length, text);
}
