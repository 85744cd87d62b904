import { matches } from "../match-bytes.ts";
import { lineEndAt } from "./line-ends.ts";
import { matchesIgnoringCase } from "./match-ignoring-case.ts";

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

function endsWith(bytes: Buffer, from: number, to: number, text: Buffer): boolean {
  return to - text.length >= from && matches(bytes, to - text.length, text);
}
