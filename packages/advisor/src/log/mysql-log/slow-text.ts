import { lineEndAt, newLineAt } from "./line-ends.ts";
import { isBanner } from "./server-banner.ts";
import { isQueryTime, isRecordStart, startsBlock } from "./slow-lines.ts";
import {
  isSingleStatement,
  newStatementScan,
  scanTo,
  type StatementScan,
  startScan,
} from "./statement-scan.ts";

const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;
const NUMBER_SIGN = 35;
const SEMICOLON = 59;

/** Where a record's statement ends. */
export interface SlowText {
  /** The end of the statement, without its `;`. -1: it is damaged, or missing. */
  end: number;
  /** The start of the lines after it. */
  rest: number;
  /** The start of the next record, or of lines that belong to none. */
  next: number;
}

/** What can look like the start of a record in a literal, or be one although the record before lost its end. */
interface Suspect {
  readonly scan: StatementScan;
  /** The first such line inside a literal or comment; -1: none. */
  at: number;
  /** The statement's end as it was told before that line. */
  end: number;
  /** How much of a record has been seen from that line on. */
  seen: "its first lines" | "its header" | "its statement" | "its end";
}

/** Finds the end of statements of slow logs. */
export function createSlowText(): SlowText & {
  /**
   * Reads on from `from`, of the record that begins at `start`. False: can't be told yet. `bytes` end at `to`, but the log
   * only with `last`.
   */
  find(bytes: Buffer, start: number, from: number, to: number, last: boolean): boolean;
} {
  /** Lines of the statement that end in `;`. */
  let ends = 0;
  const suspect: Suspect = { scan: newStatementScan(), at: -1, end: -1, seen: "its first lines" };

  /** Whether the line at `at` begins another record, for all that is known. */
  const endsAt = (bytes: Buffer, from: number, at: number): boolean => {
    const { scan } = suspect;
    if (scan.at < from) startScan(scan, bytes, from, at);
    scanTo(scan, bytes, at);
    if (scan.inside === 0) return true;
    if (suspect.at === -1) {
      suspect.at = at;
      suspect.end = scan.end;
      suspect.seen = "its first lines";
      // What is behind that line tells whether the literal around it ends.
      scan.isShifted = false;
    }
    // A whole record, and another one after it: no literal holds both and lacks the `;` between them.
    return suspect.seen === "its end";
  };

  /** Each line from the suspect one on. */
  const lookAt = (bytes: Buffer, line: number, lineEnd: number, to: number): void => {
    const isHeader = bytes[line] === NUMBER_SIGN;
    if (suspect.seen === "its first lines" && isHeader && isQueryTime(bytes, line, to))
      suspect.seen = "its header";
    else if (suspect.seen === "its header" && !isHeader) suspect.seen = "its statement";
    if (suspect.seen === "its statement" && bytes[lineEnd - 1] === SEMICOLON)
      suspect.seen = "its end";
  };

  const finish = (bytes: Buffer, from: number, next: number): boolean => {
    const { scan } = suspect;
    let end = next;
    if (scan.at < from) {
      while (end > from && isLineBreak(bytes[end - 1])) end--;
      const isWhole = bytes[end - 1] === SEMICOLON;
      if (end === from || (isWhole && (ends < 2 || !isSingleStatement(bytes, from, end)))) {
        text.end = end === from ? -1 : end - 1;
        text.rest = next;
        text.next = next;
        return true;
      }
      startScan(scan, bytes, from, next);
    }
    scanTo(scan, bytes, next);
    const isOpen = scan.inside !== 0 && scan.inside !== NUMBER_SIGN;
    const isCut = suspect.at !== -1 && (isOpen || scan.isShifted);
    text.end = isCut ? suspect.end : scan.end;
    text.next = isCut ? suspect.at : next;
    text.rest = text.end === -1 ? from : afterLine(bytes, text.end, text.next);
    return true;
  };

  const text = {
    end: -1,
    rest: -1,
    next: -1,
    find(bytes: Buffer, start: number, from: number, to: number, last: boolean): boolean {
      suspect.scan.at = -1;
      suspect.at = -1;
      ends = 0;
      let line = from;
      while (line < to) {
        if (
          isRecordStart(bytes, line, to) &&
          (startsBlock(bytes, start, line) || endsAt(bytes, from, line))
        ) {
          return finish(bytes, from, line);
        }
        const newLine = newLineAt(bytes, line, to);
        if (newLine === -1) break;
        const lineEnd = lineEndAt(bytes, line, newLine);
        if (isBanner(bytes, line, lineEnd)) return finish(bytes, from, line);
        if (bytes[lineEnd - 1] === SEMICOLON) ends++;
        if (suspect.at !== -1) lookAt(bytes, line, lineEnd, to);
        line = newLine + 1;
      }
      return last && finish(bytes, from, to);
    },
  };
  return text;
}

function isLineBreak(byte: number | undefined): boolean {
  return byte === NEW_LINE || byte === CARRIAGE_RETURN;
}

function afterLine(bytes: Buffer, at: number, to: number): number {
  const newLine = newLineAt(bytes, at, to);
  return newLine === -1 ? to : newLine + 1;
}
