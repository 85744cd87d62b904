import { reserve, type Scratch } from "./scratch.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const LETTER_U = 117;
const QUOTES = QUOTE * 0x01010101;
const BACKSLASHES = BACKSLASH * 0x01010101;
/** What a lone surrogate becomes, as everywhere where text turns to UTF-8. */
const REPLACEMENT = 0xfffd;

/**
 * Puts the JSON string whose first character is at `from` behind the scratch's last text. Returns the position of its
 * closing quote, -1 where there is none before `to` or an escape is none of JSON's. `words` are the same bytes.
 */
export function unescapeJson(
  scratch: Scratch,
  bytes: Buffer,
  words: DataView,
  from: number,
  to: number,
): number {
  // No text is longer than its escaped form.
  reserve(scratch, to - from);
  const out = scratch.bytes;
  const outWords = scratch.words;
  let end = scratch.to;
  for (let at = from; at < to; at++) {
    // Four bytes at a time as long as they mean themselves.
    while (at + 4 <= to) {
      const word = words.getInt32(at, true);
      if (hasByte(word, QUOTES) || hasByte(word, BACKSLASHES)) break;
      outWords.setInt32(end, word, true);
      at += 4;
      end += 4;
    }
    if (at >= to) break;
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      scratch.from = scratch.to;
      scratch.to = end;
      return at;
    }
    if (byte !== BACKSLASH) {
      out[end++] = byte;
      continue;
    }
    at++;
    const letter = at < to ? (bytes[at] ?? 0) : 0;
    if (letter !== LETTER_U) {
      const meant = meaningOf(letter);
      if (meant === -1) return -1;
      out[end++] = meant;
      continue;
    }
    let code = fourHexDigits(bytes, at + 1, to);
    if (code === -1) return -1;
    at += 4;
    if (code >= 0xd800 && code < 0xe000) {
      const low = lowSurrogate(bytes, at + 1, to);
      if (code < 0xdc00 && low !== -1) {
        code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      } else {
        code = REPLACEMENT;
      }
    }
    end = putCharacter(out, end, code);
  }
  return -1;
}

/** Whether one of four bytes is the one that `pattern` has four times. */
function hasByte(word: number, pattern: number): boolean {
  const different = word ^ pattern;
  return ((different - 0x01010101) & ~different & 0x80808080) !== 0;
}

function meaningOf(letter: number): number {
  switch (letter) {
    case 110:
      return 10;
    case 116:
      return 9;
    case 114:
      return 13;
    case 98:
      return 8;
    case 102:
      return 12;
    case QUOTE:
    case BACKSLASH:
    case 47:
      return letter;
    default:
      return -1;
  }
}

/** Of the `\uDC00` to `\uDFFF` at `at`, else -1. */
function lowSurrogate(bytes: Buffer, at: number, to: number): number {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== LETTER_U) return -1;
  const code = fourHexDigits(bytes, at + 2, to);
  return code >= 0xdc00 && code < 0xe000 ? code : -1;
}

function fourHexDigits(bytes: Buffer, from: number, to: number): number {
  if (from + 4 > to) return -1;
  let code = 0;
  for (let at = from; at < from + 4; at++) {
    const byte = bytes[at] ?? 0;
    const lower = byte | 32;
    if (byte >= 48 && byte <= 57) code = code * 16 + byte - 48;
    else if (lower >= 97 && lower <= 102) code = code * 16 + lower - 87;
    else return -1;
  }
  return code;
}

function putCharacter(out: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6);
    out[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  if (code < 0x1_0000) {
    out[at] = 0xe0 | (code >> 12);
    out[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    out[at + 2] = 0x80 | (code & 0x3f);
    return at + 3;
  }
  out[at] = 0xf0 | (code >> 18);
  out[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  out[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  out[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}
