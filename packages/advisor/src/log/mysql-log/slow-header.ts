import type { ExecutionSink } from "../execution.ts";
import { createTimestampReader } from "../timestamp-bytes.ts";
import { lineEndAt, newLineAt, newLineNear } from "./line-ends.ts";
import { SHORT_TIME_LENGTH, shortTime } from "./short-time.ts";
import { isRecordStart, startsBlock } from "./slow-lines.ts";

const SPACE = 32;
const NUMBER_SIGN = 35;
const COLON = 58;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const TIME_AT = "# Time: ".length;
const USER_AT = "# User@Host: ".length;

/** What the lines `# ...` of a record say. NaN: not there. */
export interface SlowHeader {
  /** Milliseconds; of `# Time: 2026-11-22T10:10:01.123456Z`. */
  time: number;
  /** Of `# Time: 261122 10:10:01`, as if the server's zone were UTC. */
  localTime: number;
  session: number;
  user: number;
  /** -1: not there. */
  database: number;
  /** Infinite: MySQL logs a negative one, after its clock was set back, as if it were near 2^64 microseconds. */
  ms: number;
  lockMs: number;
  rowsSent: number;
  rowsAffected: number;
  rowsExamined: number;
  /** Error number of the statement. */
  errno: number;
  killed: number;
  /** The lines `# explain: `. */
  planFrom: number;
  planTo: number;
  /**
   * Reads the lines from the record's start; `bytes` end at `to`, but the log only with `last`. Returns where the first
   * other line begins, or the first line of another record; -1: can't be told yet.
   */
  read(bytes: Buffer, from: number, to: number, last: boolean): number;
}

export function createSlowHeader(names: ExecutionSink["names"]): SlowHeader {
  const timestamps = createTimestampReader();
  /** Where the number or name read last ends. */
  let end = 0;

  /** Digits up to white space; NaN for anything else. */
  const count = (bytes: Buffer, from: number, to: number): number => {
    let value = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    end = at;
    return at > from && (at === to || (bytes[at] ?? 0) <= SPACE) ? value : Number.NaN;
  };

  /** Seconds, with a fraction or without, in milliseconds: whole microseconds. */
  const seconds = (bytes: Buffer, from: number, to: number): number => {
    let micros = 0;
    let at = from;
    let scale = 0;
    for (; at < to; at++) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit >= 0 && digit <= 9) {
        if (scale === 0) micros = micros * 10 + digit;
        else if (scale > 1) {
          scale /= 10;
          micros += digit * scale;
        }
      } else if (digit === -2 && scale === 0 && at > from) {
        micros *= 1_000_000;
        scale = 1_000_000;
      } else break;
    }
    end = at;
    if (at === from || (at < to && (bytes[at] ?? 0) > SPACE)) return Number.NaN;
    if (scale === 0) micros *= 1_000_000;
    return micros <= Number.MAX_SAFE_INTEGER ? micros / 1000 : Number.POSITIVE_INFINITY;
  };

  /** A name ends before two spaces, or with its line. */
  const schema = (bytes: Buffer, from: number, to: number): number => {
    let at = from;
    while (at < to && (bytes[at] ?? 0) >= SPACE) {
      if (bytes[at] === SPACE && (at + 1 >= to || (bytes[at + 1] ?? 0) <= SPACE)) break;
      at++;
    }
    end = at;
    return from < at ? names.database.idOf(bytes, from, at) : 0;
  };

  const user = (bytes: Buffer, from: number, lineEnd: number): void => {
    let at = from;
    while (at < lineEnd && bytes[at] !== OPENING_BRACKET) at++;
    let nameFrom = from;
    if (at === from) {
      // No account: the name that the client gave, or a replication thread's.
      nameFrom = ++at;
      while (at < lineEnd && bytes[at] !== CLOSING_BRACKET) at++;
    }
    header.user = nameFrom < at ? names.user.idOf(bytes, nameFrom, at) : 0;
    if (bytes[lineEnd - 1] === CLOSING_BRACKET) return;
    // `  Id:    17`
    let digits = lineEnd;
    while (digits > at && (bytes[digits - 1] ?? 0) >= 48 && (bytes[digits - 1] ?? 0) <= 57)
      digits--;
    let before = digits - 1;
    while (before > at && bytes[before] === SPACE) before--;
    if (bytes[before] === COLON && bytes[before - 1] === 100) {
      const id = count(bytes, digits, lineEnd);
      if (id === id) header.session = id;
    }
  };

  /**
   * `Query_time: 0.003992  Lock_time: 0.000000 Rows_sent: 0`: the names that matter come first. Returns the line break; -1:
   * there is none.
   */
  const pairs = (bytes: Buffer, from: number, to: number): number => {
    let at = from;
    for (;;) {
      while (at < to && bytes[at] === SPACE) at++;
      const key = at;
      while (at < to && bytes[at] !== COLON && (bytes[at] ?? 0) > SPACE) at++;
      if (at >= to || bytes[at] !== COLON) break;
      const first = bytes[key];
      const length = at - key;
      at += bytes[at + 1] === SPACE ? 2 : 1;
      if (length === 10 && first === 81) header.ms = seconds(bytes, at, to);
      else if (length === 9 && first === 76) header.lockMs = seconds(bytes, at, to);
      else if (length === 9 && first === 82) {
        const rows = count(bytes, at, to);
        // Percona's Rows_read is told elsewhere.
        if (bytes[key + 5] === 115) header.rowsSent = rows;
      } else if (length === 13 && first === 82) {
        const rows = count(bytes, at, to);
        if (bytes[key + 5] === 97) header.rowsAffected = rows;
        else header.rowsExamined = rows;
      } else if (length === 9 && first === 84) {
        const id = count(bytes, at, to);
        if (id === id) header.session = id;
      } else if (length === 6 && first === 83) header.database = schema(bytes, at, to);
      else if ((length === 5 && first === 69) || (length === 10 && first === 76))
        header.errno = count(bytes, at, to);
      else if (length === 6 && first === 75) header.killed = count(bytes, at, to);
      else break;
      at = end;
    }
    return newLineNear(bytes, at, to);
  };

  const time = (bytes: Buffer, from: number, to: number): number => {
    header.time = timestamps.read(bytes, from, to);
    if (header.time === header.time) return newLineNear(bytes, timestamps.end, to);
    header.localTime = shortTime(bytes, from, to);
    const isTime = header.localTime === header.localTime;
    return newLineNear(bytes, isTime ? from + SHORT_TIME_LENGTH : from, to);
  };

  const header: SlowHeader = {
    time: Number.NaN,
    localTime: Number.NaN,
    session: 0,
    user: 0,
    database: -1,
    ms: Number.NaN,
    lockMs: Number.NaN,
    rowsSent: Number.NaN,
    rowsAffected: Number.NaN,
    rowsExamined: Number.NaN,
    errno: Number.NaN,
    killed: Number.NaN,
    planFrom: -1,
    planTo: -1,
    read(bytes, from, to, last) {
      header.time = Number.NaN;
      header.localTime = Number.NaN;
      header.session = 0;
      header.user = 0;
      header.database = -1;
      header.ms = Number.NaN;
      header.lockMs = Number.NaN;
      header.rowsSent = Number.NaN;
      header.rowsAffected = Number.NaN;
      header.rowsExamined = Number.NaN;
      header.errno = Number.NaN;
      header.killed = Number.NaN;
      header.planFrom = -1;
      /** How far the record's first lines have come: each comes once, in this order. */
      let step = 0;
      let at = from;
      while (at < to && bytes[at] === NUMBER_SIGN) {
        // MariaDB writes lines of a number sign alone around its plans.
        const kind = bytes[at + 1] === SPACE ? bytes[at + 2] : 0;
        const second = bytes[at + 3];
        const own =
          kind === 84 && second === 105
            ? 1
            : kind === 85
              ? 2
              : kind === 81 && second === 117
                ? 3
                : 0;
        let newLine: number;
        if (own > 0) {
          const starts = at > from && isRecordStart(bytes, at, to);
          if (starts && (step >= own || startsBlock(bytes, from, at))) return at;
          step = own;
        }
        if (own === 1) newLine = time(bytes, at + TIME_AT, to);
        else if (own === 3 || (own === 0 && (kind === 84 || kind === 82 || kind === 83)))
          newLine = pairs(bytes, at + 2, to);
        else {
          if (kind === 97) return at;
          newLine = newLineAt(bytes, at, to);
          const lineEnd = newLine === -1 ? to : lineEndAt(bytes, at, newLine);
          if (own === 2) user(bytes, at + USER_AT, lineEnd);
          else if (kind === 101) {
            if (header.planFrom === -1) header.planFrom = at;
            header.planTo = lineEnd;
          }
        }
        if (newLine === -1 && !last) return -1;
        at = newLine === -1 ? to : newLine + 1;
      }
      return at;
    },
  };
  return header;
}
