import type { Lexis } from "./lexis.ts";
import { lineEnd } from "./literal-ends.ts";
import { createViews, viewOf } from "../word-view.ts";

/** Statements by their bytes but for plain constants: what was seen before needs no scanning. */
export interface KnownStatements {
  /** The key of the statement last found. */
  readonly high: number;
  readonly low: number;
  /** A number that all statements have that were found like it, and no others. */
  readonly id: number;
  /** Whether `bytes[from, to)` differs from a statement that was seen before in plain constants only. */
  find(bytes: Buffer, from: number, to: number): boolean;
  /** Remembers the statement that wasn't found and its key, from the second time on that the key comes. */
  learn(bytes: Buffer, from: number, to: number, high: number, low: number): void;
}

/** A statement without its plain constants: numbers of digits, and strings in single quotes. */
interface Template {
  readonly id: number;
  readonly high: number;
  readonly low: number;
  /** What is between the constants, four bytes at a time: each piece begins a word. */
  readonly words: Int32Array;
  /** Bytes of each piece; a constant follows all but the last. */
  readonly lengths: Int32Array;
  /** Whether each constant is a string; else it is a number. */
  readonly strings: Uint8Array;
}

/** Statements are looked for by so many of their first bytes. */
const PREFIX_BYTES = 20;
const WORD = 4;
const SET_BITS = 9;
const SETS: number = 1 << SET_BITS;
/** Templates that begin alike. */
const WAYS = 4;
/** Longer statements are scanned. */
const MAX_BYTES = 4096;
const SEEN = 4096;
/** Statements in a row that may not be found, and how many are then not looked for. */
const MOST_LUCK = 32;
const REST = 500;

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const BACKQUOTE = 96;
const BACKSLASH = 92;
const POINT = 46;
const COLON = 58;
const DOLLAR = 36;
const HASH = 35;
const MINUS = 45;
const SLASH = 47;
const STAR = 42;
const SPACE = 32;
const LINE_FEED = 10;
const RETURN = 13;

export function createKnownStatements(lexis: Lexis): KnownStatements {
  const { backslashes } = lexis;
  const templates: (Template | undefined)[] = Array.from({ length: SETS * WAYS }, () => undefined);
  const seen = new Int32Array(SEEN);
  /** By set: falls with each statement that isn't found; below 0 none is looked for, until it has risen again. */
  const luck = new Int32Array(SETS).fill(MOST_LUCK);
  const viewsOf = createViews();
  let set = 0;
  let templatesMade = 0;
  const known = {
    high: 0,
    low: 0,
    id: -1,
    find(bytes: Buffer, from: number, to: number): boolean {
      const view = viewsOf(bytes);
      set = -1;
      // The last word of a statement is read whole.
      if (to + WORD > bytes.length) return false;
      set = setOf(view, from, to);
      const left = luck[set] as number;
      if (left <= 0) {
        luck[set] = left === 0 ? -REST : left === -1 ? MOST_LUCK : left + 1;
        return false;
      }
      const first = set * WAYS;
      for (let way = 0; way < WAYS; way++) {
        const template = templates[first + way];
        if (template === undefined) break;
        if (!fits(template, view, from, to, backslashes)) continue;
        if (left < MOST_LUCK) luck[set] = left + 1;
        if (way > 0) {
          // The most recent first.
          templates[first + way] = templates[first];
          templates[first] = template;
        }
        known.high = template.high;
        known.low = template.low;
        known.id = template.id;
        return true;
      }
      luck[set] = left - 1;
      return false;
    },
    learn(bytes: Buffer, from: number, to: number, high: number, low: number): void {
      if (set === -1 || (luck[set] as number) <= 0) return;
      if (seen[low & (SEEN - 1)] !== low) {
        seen[low & (SEEN - 1)] = low;
        return;
      }
      const template = templateOf(lexis, templatesMade, bytes, from, to, high, low);
      if (template === null) return;
      templatesMade++;
      const first = set * WAYS;
      for (let way = WAYS - 1; way > 0; way--) templates[first + way] = templates[first + way - 1];
      templates[first] = template;
    },
  };
  return known;
}

function setOf(statement: DataView, from: number, to: number): number {
  const end = Math.min(to, from + PREFIX_BYTES);
  let hash = 0;
  let at = from;
  for (const lastWord = end - WORD; at <= lastWord; at += WORD) {
    hash = Math.imul(hash ^ statement.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  if (at < end) hash ^= statement.getInt32(at, true) << ((WORD - end + at) * 8);
  return Math.imul(hash, 0x85ebca6b) >>> (32 - SET_BITS);
}

/** Whether a statement is that of a template with other constants. A word begins behind its end still. */
function fits(
  { words, lengths, strings }: Template,
  statement: DataView,
  from: number,
  to: number,
  backslashes: boolean,
): boolean {
  let at = from;
  let word = 0;
  const last = lengths.length - 1;
  for (let index = 0; ; index++) {
    const end = at + (lengths[index] as number);
    if (end > to) return false;
    for (const lastWord = end - WORD; at <= lastWord; at += WORD) {
      if (statement.getInt32(at, true) !== words[word++]) return false;
    }
    if (at < end) {
      const different = statement.getInt32(at, true) ^ (words[word++] as number);
      if (different << ((WORD - end + at) * 8) !== 0) return false;
      at = end;
    }
    if (index === last) return at === to;
    if ((statement.getUint8(at) === QUOTE ? 1 : 0) !== strings[index]) return false;
    at = constantEnd(statement, at, to, backslashes);
    if (at === -1) return false;
  }
}

/** The end of the plain constant at `at`; -1: there is none. */
function constantEnd(bytes: DataView, from: number, to: number, backslashes: boolean): number {
  let at = from;
  if (bytes.getUint8(at) === QUOTE) {
    while (++at < to) {
      const byte = bytes.getUint8(at);
      if (byte === BACKSLASH && backslashes) at++;
      else if (byte === QUOTE) {
        // A doubled quote is one within the string.
        if (at + 1 >= to || bytes.getUint8(at + 1) !== QUOTE) return at + 1;
        at++;
      }
    }
    return -1;
  }
  at = digitsEnd(bytes, from, to);
  if (at === from) return -1;
  const hasFraction =
    at + 1 < to && bytes.getUint8(at) === POINT && isDigit(bytes.getUint8(at + 1));
  return hasFraction ? digitsEnd(bytes, at + 2, to) : at;
}

function digitsEnd(bytes: DataView, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(bytes.getUint8(at))) at++;
  return at;
}

/**
 * `null` where a byte-wise reading may take something for a constant that is none: dollar quotes, strings with a prefix,
 * backslashes elsewhere. Quoted names and comments are compared like all else.
 */
function templateOf(
  lexis: Lexis,
  id: number,
  bytes: Buffer,
  from: number,
  to: number,
  high: number,
  low: number,
): Template | null {
  if (to - from > MAX_BYTES) return null;
  const view = viewOf(bytes);
  const pieces: Buffer[] = [];
  const strings: number[] = [];
  let piece = from;
  for (let at = from; at < to;) {
    const byte = bytes[at] as number;
    const before = at > from ? (bytes[at - 1] as number) : 0;
    if ((byte === QUOTE || isDigit(byte)) && !isOfWord(before)) {
      const end = constantEnd(view, at, to, lexis.backslashes);
      if (end === -1) return null;
      // `1e5`, `1.5.2`, `0x1F` and the like are left as they are.
      const next = end < to ? (bytes[end] as number) : COLON;
      if (byte === QUOTE || next === COLON || !isOfWord(next)) {
        pieces.push(bytes.subarray(piece, at));
        strings.push(byte === QUOTE ? 1 : 0);
        at = piece = end;
        continue;
      }
    } else if (byte === QUOTE) {
      return null;
    }
    at = rawEnd(lexis, bytes, at, to);
    if (at === -1) return null;
  }
  pieces.push(bytes.subarray(piece, to));
  return {
    id,
    high,
    low,
    words: Int32Array.from(pieces.flatMap(wordsOf)),
    lengths: Int32Array.from(pieces, ({ length }) => length),
    strings: Uint8Array.from(strings),
  };
}

function wordsOf(piece: Buffer): readonly number[] {
  const padded = Buffer.alloc(Math.ceil(piece.length / WORD) * WORD);
  piece.copy(padded);
  return Array.from({ length: padded.length / WORD }, (_, word) => padded.readInt32LE(word * WORD));
}

/** The end of what is compared byte by byte from `at` on: a byte, or a quoted name or comment. -1: it can't be told. */
function rawEnd(lexis: Lexis, bytes: Buffer, at: number, to: number): number {
  const byte = bytes[at] as number;
  const next = at + 1 < to ? (bytes[at + 1] as number) : 0;
  const otherLineEnd = lexis.returnEndsComments ? RETURN : LINE_FEED;
  switch (byte) {
    case DOUBLE_QUOTE:
    case BACKQUOTE:
      for (let end = at + 1; end < to; end++) {
        if (bytes[end] === BACKSLASH) return -1;
        if (bytes[end] === byte) return end + 1;
      }
      return -1;
    case BACKSLASH:
      return -1;
    case HASH:
      return lexis.hashComments ? lineEnd(bytes, at + 1, to, otherLineEnd) : -1;
    case DOLLAR:
      return isDigit(next) ? at + 1 : -1;
    case MINUS:
      if (next !== MINUS) return at + 1;
      // Without a space they may be two signs.
      return at + 2 < to && (bytes[at + 2] as number) <= SPACE
        ? lineEnd(bytes, at + 2, to, otherLineEnd)
        : -1;
    case SLASH: {
      if (next !== STAR) return at + 1;
      const end = bytes.indexOf("*/", at + 2, "latin1");
      // What MySQL runs, and comments within comments, are scanned.
      if (end === -1 || end + 2 > to || bytes[at + 2] === 33 || bytes[at + 2] === 77) return -1;
      const inner = bytes.indexOf("/*", at + 2, "latin1");
      return inner !== -1 && inner < end ? -1 : end + 2;
    }
    default:
      return at + 1;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Letters, digits, `_`, `$`, `.`, `@`, `:`, `?` and all bytes beyond ASCII. */
function isOfWord(byte: number): boolean {
  const lower = byte | 32;
  if (lower >= 97 && lower <= 122) return true;
  if (byte >= 48 && byte <= COLON) return true;
  return (
    byte >= 0x80 || byte === 95 || byte === DOLLAR || byte === POINT || byte === 63 || byte === 64
  );
}
