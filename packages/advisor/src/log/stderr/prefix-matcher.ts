import { matches } from "../match-bytes.ts";
import { sessionNumber } from "../session-id-bytes.ts";
import { createTimestampReader, type TimestampReader } from "../timestamp-bytes.ts";
import { type Label, labelAt } from "./labels.ts";
import {
  parsePrefixTemplate,
  type PrefixName,
  type PrefixPiece,
  type PrefixPieceKind,
} from "./prefix-template.ts";

/** Bytes of a line in which its prefix and its label must end: names have at most 63 bytes each. */
export const MAX_HEAD_BYTES: number = 512;

/** Ends of names that are tried in one line, so that no line takes long. */
const MAX_TRIES = 256;

/** Of a process id or seconds since the epoch. */
const MAX_DIGITS = 11;

/** Spans of a line: two numbers each in `spans`. */
export const SPAN: Readonly<Record<PrefixName | "code" | "queryId" | "time", number>> = {
  user: 0,
  database: 2,
  application: 4,
  code: 6,
  queryId: 8,
  time: 10,
};

/** Reads the beginnings of lines that one `log_line_prefix` printed. What it tells is of the line last matched. */
export interface PrefixMatcher {
  /** Milliseconds since the epoch, as if UTC where the zone isn't known; NaN: none. */
  at: number;
  /** See `ServerMessage.session`. */
  session: number;
  label: Label;
  /** Where the text after the label begins. */
  textFrom: number;
  /** Whether a name holds what ends a label: the line may rather be one of another prefix. */
  isDoubtful: boolean;
  /** Beginning and end of each {@link SPAN}; equal: none. */
  readonly spans: Int32Array;
  readonly ops: readonly Op[];
  readonly clock: TimestampReader;
  tries: number;
}

/** A piece of the prefix as the loop takes it. All have the same shape. */
interface Op {
  readonly code: number;
  /** Of a literal. */
  readonly text: Buffer;
  /** Where what it prints is kept; -1: nowhere. */
  readonly span: number;
  readonly padding: number;
  /** Of a name: the byte that follows it; {@link LABEL_FOLLOWS} or {@link ANY_FOLLOWS}. */
  readonly follows: number;
}

const ANY_FOLLOWS = -1;
const LABEL_FOLLOWS = -2;

const END = 0;
const LITERAL = 1;
const TIME = 2;
const EPOCH = 3;
const OTHER_TIME = 4;
const PID = 5;
const SESSION = 6;
const DIGITS = 7;
const DIGITS_OR_NONE = 8;
const QUERY_ID = 9;
const VIRTUAL_XID = 10;
const CODE = 11;
const REMOTE = 12;
const NAME = 13;
const SESSIONS_ONLY = 14;
const TIME_MS = 15;

const CODES: Readonly<Record<PrefixPieceKind, number>> = {
  literal: LITERAL,
  time: TIME,
  "time-with-milliseconds": TIME_MS,
  epoch: EPOCH,
  "other-time": OTHER_TIME,
  pid: PID,
  session: SESSION,
  digits: DIGITS,
  "digits-or-none": DIGITS_OR_NONE,
  "query-id": QUERY_ID,
  "virtual-xid": VIRTUAL_XID,
  code: CODE,
  remote: REMOTE,
  name: NAME,
  "sessions-only": SESSIONS_ONLY,
};

const NO_LABEL: Label = { length: 0, severity: null, field: null };

/** Compiles a `log_line_prefix` setting. White space before the label does not count. */
export function createPrefixMatcher(template: string): PrefixMatcher {
  const pieces = parsePrefixTemplate(template);
  // Seconds since the epoch need no zone, and a session's name tells more than its process.
  const time = pieces.find(({ kind }) => kind === "epoch") ?? pieces.find(isTime);
  const hasSession = pieces.some(({ kind }) => kind === "session");
  const ops = pieces.map((piece, index): Op => {
    const next = pieces[index + 1];
    const isOther = (isTime(piece) && piece !== time) || (piece.kind === "pid" && hasSession);
    return {
      code: isOther ? (piece.kind === "pid" ? DIGITS : OTHER_TIME) : CODES[piece.kind],
      text: Buffer.from(piece.text),
      span: piece === time ? SPAN.time : spanOf(piece),
      padding: piece.padding,
      follows:
        next === undefined
          ? LABEL_FOLLOWS
          : next.kind === "literal"
            ? (Buffer.from(next.text)[0] ?? ANY_FOLLOWS)
            : ANY_FOLLOWS,
    };
  });
  ops.push({ code: END, text: Buffer.alloc(0), span: -1, padding: 0, follows: ANY_FOLLOWS });
  return {
    at: Number.NaN,
    session: 0,
    label: NO_LABEL,
    textFrom: 0,
    isDoubtful: false,
    spans: new Int32Array(12),
    ops,
    clock: createTimestampReader(),
    tries: 0,
  };
}

function isTime({ kind }: PrefixPiece): boolean {
  return kind === "time" || kind === "time-with-milliseconds";
}

function spanOf({ kind, name }: PrefixPiece): number {
  if (name !== null) return SPAN[name];
  return kind === "code" ? SPAN.code : kind === "query-id" ? SPAN.queryId : -1;
}

/** Whether `bytes[from, to)`, a line, begins with this prefix and a label. */
export function matchPrefix(
  matcher: PrefixMatcher,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  matcher.isDoubtful = false;
  matcher.tries = 0;
  return matchFrom(matcher, 0, bytes, from, Math.min(to, from + MAX_HEAD_BYTES));
}

function matchFrom(
  matcher: PrefixMatcher,
  first: number,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const { ops } = matcher;
  let at = from;
  for (let index = first; index < ops.length; index++) {
    const op = ops[index];
    if (op === undefined) return false;
    switch (op.code) {
      case LITERAL:
        if (at + op.text.length > to || !matches(bytes, at, op.text)) return false;
        at += op.text.length;
        break;
      case END:
        return endsWithLabel(matcher, bytes, at, to);
      case SESSIONS_ONLY:
        if (endsWithLabel(matcher, bytes, at, to)) {
          forget(matcher, index);
          return true;
        }
        break;
      case NAME:
        return matchName(matcher, index, op, bytes, at, to);
      case REMOTE:
        return matchRemote(matcher, index, op, bytes, at, to);
      default:
        at =
          op.padding === 0
            ? valueEnd(matcher, op, bytes, at, to)
            : paddedEnd(matcher, op, bytes, at, to);
        if (at < 0) return false;
    }
  }
  return false;
}

/** What is only printed in sessions is not in this line. */
function forget(matcher: PrefixMatcher, from: number): void {
  const { ops, spans } = matcher;
  for (let index = from; index < ops.length; index++) {
    const op = ops[index];
    if (op === undefined) return;
    if (op.span >= 0) spans[op.span] = spans[op.span + 1] = 0;
    if (op.code === TIME || op.code === TIME_MS || op.code === EPOCH) matcher.at = Number.NaN;
    if (op.code === PID || op.code === SESSION) matcher.session = 0;
  }
}

function endsWithLabel(matcher: PrefixMatcher, bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[at] === 32) at++;
  const label = labelAt(bytes, at, to);
  if (label === undefined) return false;
  matcher.label = label;
  matcher.textFrom = at + label.length;
  return true;
}

/** A name is the shortest text that lets the rest match. */
function matchName(
  matcher: PrefixMatcher,
  index: number,
  op: Op,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const { follows } = op;
  for (let end = from + Math.abs(op.padding); end <= to; end++) {
    const byte = end < to ? (bytes[end] ?? 0) : 0;
    if (
      follows >= 0
        ? byte === follows
        : follows === ANY_FOLLOWS || byte === 32 || (byte >= 66 && byte <= 87)
    ) {
      if (++matcher.tries > MAX_TRIES) return false;
      if (matchFrom(matcher, index + 1, bytes, end, to)) {
        if (op.span >= 0) keepName(matcher, op, bytes, from, end);
        return true;
      }
    }
    // A later match means that this is inside of the name.
    if (byte === 58 && end + 2 < to && bytes[end + 1] === 32 && bytes[end + 2] === 32)
      matcher.isDoubtful = true;
  }
  return false;
}

function keepName(matcher: PrefixMatcher, op: Op, bytes: Buffer, from: number, to: number): void {
  let start = from;
  let end = to;
  if (op.padding !== 0) {
    while (start < end && bytes[start] === 32) start++;
    while (end > start && bytes[end - 1] === 32) end--;
  }
  // The server prints `[unknown]` where a session has not said a name.
  const isUnknown = end - start === UNKNOWN.length && matches(bytes, start, UNKNOWN);
  matcher.spans[op.span] = start;
  matcher.spans[op.span + 1] = isUnknown ? start : end;
}

const UNKNOWN = Buffer.from("[unknown]");
const LOCAL = Buffer.from("[local]");

/** `host(port)` or `[local]`, or nothing. A host may hold what separates the pieces: `::1(5432)`. */
function matchRemote(
  matcher: PrefixMatcher,
  index: number,
  op: Op,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const width = Math.abs(op.padding);
  let start = from;
  while (start < from + width && bytes[start] === 32) start++;
  for (let at = start; at < to && (bytes[at] ?? 0) > 32; at++) {
    let end = -1;
    if (bytes[at] === 40 && at > start) {
      end = digitsEnd(bytes, at + 1, to);
      end = end > at + 1 && end < to && bytes[end] === 41 ? end + 1 : -1;
    } else if (at === start && at + LOCAL.length <= to && matches(bytes, at, LOCAL)) {
      end = at + LOCAL.length;
    }
    if (end < 0) continue;
    end = blanksTo(bytes, end, from + width, to);
    if (end >= 0 && ++matcher.tries <= MAX_TRIES && matchFrom(matcher, index + 1, bytes, end, to))
      return true;
  }
  const end = blanksTo(bytes, from, from + width, to);
  return end >= 0 && matchFrom(matcher, index + 1, bytes, end, to);
}

/** The end of a value that is padded with blanks, which alone stand for none. */
function paddedEnd(
  matcher: PrefixMatcher,
  op: Op,
  bytes: Buffer,
  from: number,
  to: number,
): number {
  const width = Math.abs(op.padding);
  let at = from;
  while (at < from + width && at < to && bytes[at] === 32) at++;
  if (at === from + width) {
    if (op.span >= 0) matcher.spans[op.span] = matcher.spans[op.span + 1] = 0;
    return at;
  }
  const end = valueEnd(matcher, op, bytes, at, to);
  return end < 0 ? -1 : blanksTo(bytes, end, from + width, to);
}

/** Skips the blanks of a padding up to `end`; -1 where something else is there. */
function blanksTo(bytes: Buffer, from: number, end: number, to: number): number {
  if (end > to) return -1;
  let at = from;
  while (at < end) if (bytes[at++] !== 32) return -1;
  return at;
}

/** Reads a value that can't be mistaken; returns its end, -1 where it isn't there. */
function valueEnd(matcher: PrefixMatcher, op: Op, bytes: Buffer, from: number, to: number): number {
  let end = from;
  switch (op.code) {
    case TIME:
    case TIME_MS:
      end = timeEnd(matcher, op, bytes, from, to);
      break;
    case EPOCH:
      end = epochEnd(matcher, bytes, from, to);
      break;
    case OTHER_TIME:
      end = zoneEnd(op, bytes, from, otherTimeEnd(bytes, from, to), to);
      break;
    case PID:
      end = digitsEnd(bytes, from, to);
      if (end === from || end > from + MAX_DIGITS) return -1;
      matcher.session = numberOf(bytes, from, end);
      return end;
    case SESSION:
      while (end < to && isHexOrDot(bytes[end] ?? 0)) end++;
      matcher.session = sessionNumber(bytes, from, end);
      return matcher.session === 0 ? -1 : end;
    case DIGITS:
      end = digitsEnd(bytes, from, to);
      return end === from ? -1 : end;
    case DIGITS_OR_NONE:
      return digitsEnd(bytes, from, to);
    case QUERY_ID:
      end = digitsEnd(bytes, bytes[from] === 45 ? from + 1 : from, to);
      // 0: not computed.
      keep(matcher, op, from, end === from + 1 && bytes[from] === 48 ? from : end);
      return end;
    case VIRTUAL_XID:
      while (end < to && isOfVirtualXid(bytes[end] ?? 0)) end++;
      return end;
    case CODE:
      while (end < to && end < from + 5 && isOfCode(bytes[end] ?? 0)) end++;
      if (end < from + 5) return -1;
  }
  if (end >= 0) keep(matcher, op, from, end);
  return end;
}

function keep(matcher: PrefixMatcher, op: Op, from: number, to: number): void {
  if (op.span < 0) return;
  matcher.spans[op.span] = from;
  matcher.spans[op.span + 1] = to;
}

function timeEnd(matcher: PrefixMatcher, op: Op, bytes: Buffer, from: number, to: number): number {
  const zone = from + (op.code === TIME_MS ? 24 : 20);
  if (bytes[from + 10] !== 32 || bytes[zone - 1] !== 32) return -1;
  matcher.at = matcher.clock.read(bytes, from, to);
  const { end } = matcher.clock;
  if (matcher.at !== matcher.at || end <= zone) return -1;
  const sign = bytes[end - 6];
  if (bytes[end - 3] === 58 && (sign === 43 || sign === 45) && end > zone + 3) {
    // The server writes zones without colons: in `+02:10.0.0.7` the zone is `+02`.
    matcher.at = matcher.clock.read(bytes, from, end - 3);
    return end - 3;
  }
  return zoneEnd(op, bytes, from, end, to);
}

/** The end of a time that may have taken the letters of a label for those of its zone: `UTCLOG:  `. */
function zoneEnd(op: Op, bytes: Buffer, from: number, end: number, to: number): number {
  if (op.follows >= 0 || end < 0 || bytes[end] !== 58) return end;
  for (let at = end - 1; at > from + 19; at--) {
    if (labelAt(bytes, at, to) !== undefined) return at;
  }
  return end;
}

/** `1795341894.282` */
function epochEnd(matcher: PrefixMatcher, bytes: Buffer, from: number, to: number): number {
  const point = digitsEnd(bytes, from, to);
  if (point === from || point > from + MAX_DIGITS || bytes[point] !== 46) return -1;
  const end = digitsEnd(bytes, point + 1, Math.min(to, point + 4));
  if (end !== point + 4) return -1;
  matcher.at = numberOf(bytes, from, point) * 1000 + numberOf(bytes, point + 1, end);
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

function digitsEnd(bytes: Buffer, from: number, to: number): number {
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
