import { LITERAL, NAME, PID, type PrefixOp, SESSIONS_ONLY, TIME, END } from "./prefix-ops.ts";
import type { Label } from "./labels.ts";

/** Bytes of `2026-11-22 10:04:54.` */
const SECOND_BYTES = 20;
const FRACTION_BYTES = 3;
/** Longer pieces are matched anew. */
const MAX_PIECE_BYTES = 128;
const MAX_PID_DIGITS = 10;
const WORD = 4;
/** Words are read whole, also those that go beyond a head: so many bytes must be there where one is looked for. */
export const KNOWN_HEAD_ROOM: number =
  SECOND_BYTES + WORD + 2 * (MAX_PIECE_BYTES + WORD) + MAX_PID_DIGITS;
const ZERO = 48;
const POINT = 46;

/**
 * A line's head as the line before had it, but for its milliseconds and its process: so the most of a log are, where the
 * prefix begins with the time and nothing else in it changes from line to line.
 */
export interface KnownHead {
  /** Whether heads of the prefix can be known. */
  readonly isPossible: boolean;
  /** Milliseconds since the epoch of the second. */
  second: number;
  /** The second with its point, what is between the milliseconds and the process, and what follows it up to the text. */
  readonly secondWords: Int32Array;
  readonly middleWords: Int32Array;
  readonly endWords: Int32Array;
  middleLength: number;
  endLength: number;
  /** `null`: no head is known. */
  label: Label | null;
  /** Of the line that was compared last, where it has this head. */
  at: number;
  session: number;
  textFrom: number;
}

export function newKnownHead(ops: readonly PrefixOp[]): KnownHead {
  const rest = ops.slice(1).filter(({ code }) => !STATIC.has(code));
  return {
    isPossible: ops[0]?.code === TIME && rest.length === 1 && rest[0]?.code === PID,
    second: Number.NaN,
    secondWords: new Int32Array(SECOND_BYTES / WORD),
    middleWords: new Int32Array(MAX_PIECE_BYTES / WORD),
    endWords: new Int32Array(MAX_PIECE_BYTES / WORD),
    middleLength: 0,
    endLength: 0,
    label: null,
    at: Number.NaN,
    session: 0,
    textFrom: 0,
  };
}

const STATIC: ReadonlySet<number> = new Set([LITERAL, NAME, SESSIONS_ONLY, END]);

/** Whether the known head stands at `from` in a line that ends before `to`. */
export function isHeadAt(head: KnownHead, line: DataView, from: number, to: number): boolean {
  const { secondWords } = head;
  for (let word = 0; word < SECOND_BYTES / WORD; word++) {
    if (line.getInt32(from + word * WORD, true) !== secondWords[word]) return false;
  }
  let at = from + SECOND_BYTES;
  // What is below 0 is large as an unsigned number.
  const tenths = (line.getUint8(at) - ZERO) >>> 0;
  const hundredths = (line.getUint8(at + 1) - ZERO) >>> 0;
  const thousandths = (line.getUint8(at + 2) - ZERO) >>> 0;
  if (tenths > 9 || hundredths > 9 || thousandths > 9) return false;
  at += FRACTION_BYTES;
  if (!arePieces(head.middleWords, head.middleLength, line, at)) return false;
  at += head.middleLength;
  const first = at;
  let pid = 0;
  for (let digit = 0; (digit = (line.getUint8(at) - ZERO) >>> 0) < 10; at++) {
    if (at === first + MAX_PID_DIGITS) return false;
    pid = pid * 10 + digit;
  }
  if (at === first || !arePieces(head.endWords, head.endLength, line, at)) return false;
  head.textFrom = at + head.endLength;
  head.session = pid;
  head.at = head.second + (tenths * 100 + hundredths * 10 + thousandths);
  return head.textFrom <= to;
}

/** Remembers the head of a line: all of it before `textFrom`, with its time and where its process is. */
export function keepHead(
  head: KnownHead,
  line: DataView,
  from: number,
  { at, pidFrom, textFrom, label }: { at: number; pidFrom: number; textFrom: number; label: Label },
): void {
  const middle = from + SECOND_BYTES + FRACTION_BYTES;
  // A process that is no session may be left out.
  if (pidFrom <= middle) return;
  if (line.getUint8(from + SECOND_BYTES - 1) !== POINT || isDigit(line.getUint8(middle))) return;
  let end = pidFrom;
  while (isDigit(line.getUint8(end))) end++;
  if (pidFrom - middle > MAX_PIECE_BYTES || textFrom - end > MAX_PIECE_BYTES) return;
  let milliseconds = 0;
  for (let digit = middle - FRACTION_BYTES; digit < middle; digit++) {
    if (!isDigit(line.getUint8(digit))) return;
    milliseconds = milliseconds * 10 + line.getUint8(digit) - ZERO;
  }
  head.second = at - milliseconds;
  keepWords(head.secondWords, line, from, SECOND_BYTES);
  keepWords(head.middleWords, line, middle, pidFrom - middle);
  keepWords(head.endWords, line, end, textFrom - end);
  head.middleLength = pidFrom - middle;
  head.endLength = textFrom - end;
  head.label = label;
}

function keepWords(words: Int32Array, line: DataView, from: number, length: number): void {
  for (let at = 0; at < length; at += WORD) words[at / WORD] = line.getInt32(from + at, true);
}

/** Whether the line has the bytes of these words from `from` on, `length` of them. */
function arePieces(words: Int32Array, length: number, line: DataView, from: number): boolean {
  let word = 0;
  let at = from;
  for (const last = from + length - WORD; at <= last; at += WORD) {
    if (line.getInt32(at, true) !== words[word++]) return false;
  }
  const left = from + length - at;
  if (left === 0) return true;
  return (line.getInt32(at, true) ^ (words[word] as number)) << ((WORD - left) * 8) === 0;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57;
}
