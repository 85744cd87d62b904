import { matches } from "../match-bytes.ts";
import { createTimestampReader } from "../timestamp-bytes.ts";
import { createViews } from "../word-view.ts";
import { isHeadAt, keepHead, KNOWN_HEAD_ROOM, type KnownHead, newKnownHead } from "./known-head.ts";
import { isTailAt, keepTail, type KnownTail, newKnownTail } from "./known-tail.ts";
import { beginsLabel, type Label, labelAt } from "./labels.ts";
import {
  compilePrefix,
  END,
  EPOCH,
  LABEL_FOLLOWS,
  LITERAL,
  NAME,
  PADDED,
  PID,
  type PrefixOp,
  REMOTE,
  SESSION,
  SESSIONS_ONLY,
  SPANS,
  TIME,
} from "./prefix-ops.ts";
import {
  blanksTo,
  digitsEnd,
  paddedEnd,
  pidEnd,
  type PrefixedLine,
  timeEnd,
  valueEnd,
} from "./prefix-values.ts";

/** Bytes of a line in which its prefix and its label must end: names have at most 63 bytes each. */
export const MAX_HEAD_BYTES: number = 512;

/** Ends of names that are tried in one line, so that no line takes long. */
const MAX_TRIES = 256;

/** Reads the beginnings of lines that one `log_line_prefix` printed. What it tells is of the line last matched. */
export interface PrefixMatcher extends PrefixedLine {
  label: Label;
  /** Where the text after the label begins. */
  textFrom: number;
  /** Whether a name may hold what ends a label: the line may rather be one of another prefix. */
  isDoubtful: boolean;
  readonly ops: readonly PrefixOp[];
  /** Ends of names that were tried. */
  tries: number;
  readonly tail: KnownTail;
  readonly head: KnownHead;
  /** Where the process id begins; -1: the line has none. */
  pidFrom: number;
  /** Whether the line has the names of the line that matched before: then they may not be among the spans. */
  hasSameNames: boolean;
  lineFrom: number;
  readonly viewOf: (bytes: Buffer) => DataView;
}

const BLANK = 32;
const COLON = 58;
const STOP = 1;
/** Where a name may end when a label follows it, or may hold a label's end. */
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === BLANK ? BLANK : byte === COLON || beginsLabel(byte) ? STOP : 0,
);
const UNKNOWN = Buffer.from("[unknown]");
const LOCAL = Buffer.from("[local]");
const NO_LABEL: Label = { length: 0, severity: null, field: null };

/** Compiles a `log_line_prefix` setting. White space before the label does not count. */
export function createPrefixMatcher(template: string): PrefixMatcher {
  const ops = compilePrefix(template);
  return {
    at: Number.NaN,
    session: 0,
    label: NO_LABEL,
    textFrom: 0,
    isDoubtful: false,
    spans: new Int32Array(SPANS),
    ops,
    tail: newKnownTail(ops),
    head: newKnownHead(ops),
    pidFrom: -1,
    hasSameNames: false,
    lineFrom: 0,
    viewOf: createViews(),
    tries: 0,
    clock: createTimestampReader(),
  };
}

/** Whether `bytes[from, to)`, a line, begins with this prefix and a label. */
export function matchPrefix(
  matcher: PrefixMatcher,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const { tail, head, spans } = matcher;
  matcher.isDoubtful = false;
  matcher.lineFrom = from;
  const { label } = head;
  const hasRoom = from + KNOWN_HEAD_ROOM <= bytes.length;
  if (hasRoom && label !== null && isHeadAt(head, matcher.viewOf(bytes), from, to)) {
    matcher.at = head.at;
    matcher.session = head.session;
    matcher.textFrom = head.textFrom;
    matcher.label = label;
    matcher.hasSameNames = true;
    return true;
  }
  matcher.tries = 0;
  matcher.pidFrom = -1;
  tail.from = -1;
  tail.isSame = false;
  if (!matchFrom(matcher, 0, bytes, from, Math.min(to, from + MAX_HEAD_BYTES))) return false;
  // A line of no session may end before its names: its own are none.
  if (tail.from < 0) tail.length = 0;
  else if (!tail.isSame)
    keepTail(tail, bytes, matcher.textFrom, matcher.label, matcher.isDoubtful, spans);
  matcher.hasSameNames = tail.isSame && tail.hasAllNames;
  if (head.isPossible) {
    head.label = null;
    if (hasRoom && !matcher.isDoubtful) keepHead(head, matcher.viewOf(bytes), from, matcher);
  }
  return true;
}

/** Puts the names of the line last matched among the spans; it ends before `to`. */
export function matchNames(matcher: PrefixMatcher, bytes: Buffer, to: number): void {
  matcher.head.label = null;
  matchPrefix(matcher, bytes, matcher.lineFrom, to);
}

/** Whether what follows is as in the line before: then nothing of it has to be matched. */
function matchTail(matcher: PrefixMatcher, bytes: Buffer, from: number, to: number): boolean {
  const { tail, ops, spans } = matcher;
  tail.from = from;
  tail.isSame = tail.label !== null && isTailAt(tail, bytes, from, to);
  if (!tail.isSame || tail.label === null) return false;
  for (let index = tail.index; index < ops.length; index++) {
    const span = ops[index]?.span ?? -1;
    if (span < 0) continue;
    spans[span] = from + (tail.spans[span] ?? 0);
    spans[span + 1] = from + (tail.spans[span + 1] ?? 0);
  }
  matcher.label = tail.label;
  matcher.isDoubtful = tail.isDoubtful;
  matcher.textFrom = from + tail.length;
  return true;
}

function matchFrom(
  matcher: PrefixMatcher,
  first: number,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const { ops, tail } = matcher;
  let at = from;
  for (let index = first; index < ops.length; index++) {
    if (index === tail.index && matchTail(matcher, bytes, at, to)) return true;
    const op = ops[index];
    if (op === undefined) return false;
    switch (op.code) {
      case LITERAL:
        if (at + op.text.length > to || !matches(bytes, at, op.text)) return false;
        at += op.text.length;
        break;
      case TIME:
        at = timeEnd(matcher, op, bytes, at, to);
        break;
      case PID:
        matcher.pidFrom = at;
        at = pidEnd(matcher, bytes, at, to);
        break;
      case NAME:
        return matchName(matcher, index, op, bytes, at, to);
      case REMOTE:
        return matchRemote(matcher, index, op, bytes, at, to);
      case END:
        return endsWithLabel(matcher, bytes, at, to);
      case SESSIONS_ONLY:
        if (!endsWithLabel(matcher, bytes, at, to)) break;
        forget(matcher, index);
        return true;
      case PADDED:
        at = paddedEnd(matcher, op, bytes, at, to);
        break;
      default:
        at = valueEnd(matcher, op, bytes, at, to);
    }
    if (at < 0) return false;
  }
  return false;
}

function endsWithLabel(matcher: PrefixMatcher, bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[at] === BLANK) at++;
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
  op: PrefixOp,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const { follows } = op;
  for (let end = from + Math.abs(op.padding); end < to; end++) {
    if (follows >= 0) end = nextOf(bytes, end, to, follows);
    else if (follows === LABEL_FOLLOWS) end = nextLabel(bytes, end, to);
    if (end >= to) return false;
    if (follows < 0 || bytes[end] === follows) {
      if (++matcher.tries > MAX_TRIES) return false;
      if (
        follows === LABEL_FOLLOWS
          ? endsWithLabel(matcher, bytes, end, to)
          : matchFrom(matcher, index + 1, bytes, end, to)
      ) {
        if (op.span >= 0) keepName(matcher, op, bytes, from, end);
        return true;
      }
    }
    if (endsLabel(bytes, end, to)) matcher.isDoubtful = true;
  }
  return false;
}

/** Where a colon or the byte stands first; `to`: nowhere. */
function nextOf(bytes: Buffer, from: number, to: number, wanted: number): number {
  let at = from;
  while (at < to && bytes[at] !== wanted && bytes[at] !== COLON) at++;
  return at;
}

/** Where a colon stands first or a label may, with blanks before it; `to`: nowhere. */
function nextLabel(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const stop = STOPS[bytes[at] ?? 0];
    if (stop === STOP || (stop === BLANK && STOPS[bytes[at + 1] ?? 0] !== 0)) return at;
  }
  return to;
}

/** Whether this colon may be a label's. */
function endsLabel(bytes: Buffer, at: number, to: number): boolean {
  return at + 2 < to && bytes[at] === COLON && bytes[at + 1] === BLANK && bytes[at + 2] === BLANK;
}

function keepName(
  matcher: PrefixMatcher,
  op: PrefixOp,
  bytes: Buffer,
  from: number,
  to: number,
): void {
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

/** `host(port)` or `[local]`, or nothing. A host may hold what separates the pieces: `::1(5432)`. */
function matchRemote(
  matcher: PrefixMatcher,
  index: number,
  op: PrefixOp,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  const padded = from + Math.abs(op.padding);
  let start = from;
  while (start < padded && bytes[start] === BLANK) start++;
  for (let at = start; at < to && (bytes[at] ?? 0) > BLANK; at++) {
    let end = -1;
    if (bytes[at] === 40 && at > start) {
      end = digitsEnd(bytes, at + 1, to);
      end = end > at + 1 && end < to && bytes[end] === 41 ? end + 1 : -1;
    } else if (at === start && at + LOCAL.length <= to && matches(bytes, at, LOCAL)) {
      end = at + LOCAL.length;
    }
    if (end >= 0) end = blanksTo(bytes, end, padded, to);
    if (end < 0) continue;
    if (++matcher.tries > MAX_TRIES) return false;
    if (matchFrom(matcher, index + 1, bytes, end, to)) return true;
  }
  const end = blanksTo(bytes, from, padded, to);
  return end >= 0 && matchFrom(matcher, index + 1, bytes, end, to);
}

/** What is only printed in sessions is not in this line. */
function forget(matcher: PrefixMatcher, from: number): void {
  const { ops, spans } = matcher;
  for (let index = from; index < ops.length; index++) {
    const op = ops[index];
    if (op === undefined) return;
    if (op.span >= 0) spans[op.span] = spans[op.span + 1] = 0;
    if (op.value === TIME || op.value === EPOCH) matcher.at = Number.NaN;
    if (op.value === PID || op.value === SESSION) matcher.session = 0;
  }
}
