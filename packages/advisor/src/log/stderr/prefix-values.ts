import { sessionNumber } from "../session-id-bytes.ts";
import type { TimestampReader } from "../timestamp-bytes.ts";
import { labelAt } from "./labels.ts";
import {
  CODE,
  DIGITS,
  DIGITS_OR_NONE,
  EPOCH,
  OTHER_TIME,
  PID,
  type PrefixOp,
  QUERY_ID,
  SESSION,
  TIME,
  VIRTUAL_XID,
} from "./prefix-ops.ts";

/** What the prefix of one line tells. */
export interface PrefixedLine {
  /** Milliseconds since the epoch, as if UTC where the zone isn't known; NaN: none. */
  at: number;
  /** See `ServerMessage.session`. */
  session: number;
  /** Beginning and end of each `SPAN`; equal: none. */
  readonly spans: Int32Array;
  readonly clock: TimestampReader;
}

/** Of a process id or seconds since the epoch. */
const MAX_DIGITS = 11;

/** The end of a value that is padded with blanks, which alone stand for none. */
export function paddedEnd(
  line: PrefixedLine,
  op: PrefixOp,
  bytes: Buffer,
  from: number,
  to: number,
): number {
  const width = Math.abs(op.padding);
  let at = from;
  while (at < from + width && at < to && bytes[at] === 32) at++;
  if (at === from + width) {
    if (op.span >= 0) line.spans[op.span] = line.spans[op.span + 1] = 0;
    return at;
  }
  const end = valueEnd(line, op, bytes, at, to);
  return end < 0 ? -1 : blanksTo(bytes, end, from + width, to);
}

/** Skips the blanks of a padding up to `end`; -1 where something else is there. */
export function blanksTo(bytes: Buffer, from: number, end: number, to: number): number {
  if (end > to) return -1;
  let at = from;
  while (at < end) if (bytes[at++] !== 32) return -1;
  return at;
}

/** Reads a value that can't be mistaken; returns its end, -1 where it isn't there. */
export function valueEnd(
  line: PrefixedLine,
  op: PrefixOp,
  bytes: Buffer,
  from: number,
  to: number,
): number {
  let end = from;
  switch (op.value) {
    case TIME:
      return timeEnd(line, op, bytes, from, to);
    case EPOCH:
      end = epochEnd(line, bytes, from, to);
      break;
    case OTHER_TIME:
      end = zoneEnd(op, bytes, from, otherTimeEnd(bytes, from, to), to);
      break;
    case PID:
      return pidEnd(line, bytes, from, to);
    case SESSION:
      while (end < to && isHexOrDot(bytes[end] ?? 0)) end++;
      line.session = sessionNumber(bytes, from, end);
      return line.session === 0 ? -1 : end;
    case DIGITS:
      end = digitsEnd(bytes, from, to);
      return end === from ? -1 : end;
    case DIGITS_OR_NONE:
      return digitsEnd(bytes, from, to);
    case QUERY_ID:
      end = digitsEnd(bytes, bytes[from] === 45 ? from + 1 : from, to);
      // 0: not computed.
      keep(line, op, from, end === from + 1 && bytes[from] === 48 ? from : end);
      return end;
    case VIRTUAL_XID:
      while (end < to && isOfVirtualXid(bytes[end] ?? 0)) end++;
      return end;
    case CODE:
      while (end < to && end < from + 5 && isOfCode(bytes[end] ?? 0)) end++;
      if (end < from + 5) return -1;
  }
  if (end >= 0) keep(line, op, from, end);
  return end;
}

function keep(line: PrefixedLine, op: PrefixOp, from: number, to: number): void {
  if (op.span < 0) return;
  line.spans[op.span] = from;
  line.spans[op.span + 1] = to;
}

export function timeEnd(
  line: PrefixedLine,
  op: PrefixOp,
  bytes: Buffer,
  from: number,
  to: number,
): number {
  const zone = from + op.zone;
  if (bytes[from + 10] !== 32 || bytes[zone - 1] !== 32) return -1;
  line.at = line.clock.read(bytes, from, to);
  let { end } = line.clock;
  if (line.at !== line.at || end <= zone) return -1;
  const sign = bytes[end - 6];
  if (bytes[end - 3] === 58 && (sign === 43 || sign === 45) && end > zone + 3) {
    // The server writes zones without colons: in `+02:10.0.0.7` the zone is `+02`.
    end -= 3;
    line.at = line.clock.read(bytes, from, end);
  } else {
    end = zoneEnd(op, bytes, from, end, to);
  }
  keep(line, op, from, end);
  return end;
}

/** The end of a time that may have taken the letters of a label for those of its zone: `UTCLOG:  `. */
function zoneEnd(op: PrefixOp, bytes: Buffer, from: number, end: number, to: number): number {
  if (op.follows >= 0 || end < 0 || bytes[end] !== 58) return end;
  for (let at = end - 1; at > from + 19; at--) {
    if (labelAt(bytes, at, to) !== undefined) return at;
  }
  return end;
}

export function pidEnd(line: PrefixedLine, bytes: Buffer, from: number, to: number): number {
  let pid = 0;
  let at = from;
  for (; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    pid = pid * 10 + digit;
  }
  line.session = pid;
  return at === from || at > from + MAX_DIGITS ? -1 : at;
}

/** `1795341894.282` */
function epochEnd(line: PrefixedLine, bytes: Buffer, from: number, to: number): number {
  const point = digitsEnd(bytes, from, to);
  if (point === from || point > from + MAX_DIGITS || bytes[point] !== 46) return -1;
  const end = digitsEnd(bytes, point + 1, Math.min(to, point + 4));
  if (end !== point + 4) return -1;
  line.at = numberOf(bytes, from, point) * 1000 + numberOf(bytes, point + 1, end);
  return end;
}

/** A time that nobody reads: `2026-11-22 10:04:54 UTC`. */
function otherTimeEnd(bytes: Buffer, from: number, to: number): number {
  let at = from + 19;
  if (at > to || bytes[from + 4] !== 45 || bytes[from + 10] !== 32 || bytes[from + 13] !== 58)
    return -1;
  if (bytes[at] === 46) at = digitsEnd(bytes, at + 1, to);
  if (at >= to || bytes[at] !== 32) return -1;
  at++;
  if (bytes[at] === 43 || bytes[at] === 45) return digitsEnd(bytes, at + 1, to);
  while (at < to && isLetter(bytes[at] ?? 0)) at++;
  return at;
}

export function digitsEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(bytes[at] ?? 0)) at++;
  return at;
}

function numberOf(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] ?? 0) - 48;
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function isLetter(byte: number): boolean {
  const lower = byte | 32;
  return lower >= 97 && lower <= 122;
}

function isHexOrDot(byte: number): boolean {
  return isDigit(byte) || (byte >= 97 && byte <= 102) || byte === 46;
}

/** `3/12`, `-1/0` */
function isOfVirtualXid(byte: number): boolean {
  return isDigit(byte) || byte === 45 || byte === 47;
}

function isOfCode(byte: number): boolean {
  return isDigit(byte) || (byte >= 65 && byte <= 90);
}
