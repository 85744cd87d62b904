import {
  AFTER_CLOSING,
  AFTER_CONSTANT,
  AFTER_NAME,
  AFTER_STRING,
  AFTER_SYMBOL,
  AFTER_WORD,
  CONSTANT,
} from "./canonical-bytes.ts";
import {
  BRACKET,
  type CharKinds,
  CLOSING,
  COMMA,
  DASH,
  DIGIT,
  DOLLAR,
  DOT,
  HASH,
  KINDS,
  NAME_QUOTE,
  PAREN,
  QUESTION,
  SLASH,
  SPACE,
  STAR,
  WORD,
} from "./char-kinds.ts";
import { type Lexis, WORDS_BEFORE_OPERANDS } from "./lexis.ts";
import {
  commentEnd,
  dollarQuotedEnd,
  isDigit,
  lineEnd,
  numberEnd,
  quotedEnd,
} from "./literal-ends.ts";
import { bracketTokens } from "./bracket-tokens.ts";
import type { OpenLists } from "./open-lists.ts";
import { CODE_COMMENT, HINT, NO_COMMENT, type ScannerState, writeSymbol } from "./scanner-state.ts";
import { wordSet } from "./word-set.ts";

/** Tokens, and what is left out, that are too rare for the scanner's inner loop. */
export interface RareTokens {
  /**
   * By kind: reads the token at `at`, of which the scanner has read nothing; of a word, which it has written, it tells what
   * else the word is. A table of functions, since the compiler would put a switch on the kinds into the inner loop.
   */
  readonly handlers: readonly RareHandler[];
  /**
   * Writes the name in the quotes at `open` from `start` on if it could stand without them, and returns the position after
   * it; -1: it could not.
   */
  bareNameEnd(bytes: Buffer, open: number, to: number, written: Buffer, start: number): number;
}

export type RareHandler = (bytes: Buffer, written: Buffer, to: number) => void;

const OPERAND_FOLLOWS = wordSet(WORDS_BEFORE_OPERANDS);
const CONSTANT_WORDS = wordSet(["null", "true", "false"]);

export function createRareTokens(
  lexis: Lexis,
  tables: CharKinds,
  lists: OpenLists,
  state: ScannerState,
): RareTokens {
  const { kinds, folded, bare } = tables;
  const { wordsStartWithDigits } = lexis;
  const otherLineEnd = lexis.returnEndsComments ? 0x0d : 0x0a;
  const reserved = wordSet(lexis.reserved);
  /** By letter: 1 where it may stand before a string, 2 where backslashes then escape. */
  const prefixes = new Uint8Array(256);
  for (const letter of lexis.stringPrefixes) prefixes[letter.charCodeAt(0)] = 1;
  for (const letter of lexis.backslashPrefixes) prefixes[letter.charCodeAt(0)] = 2;

  const { paren, bracket, closing, comma } = bracketTokens(lists, state);
  const handlers: RareHandler[] = Array.from({ length: KINDS }, () => symbol);
  handlers[WORD] = word;
  handlers[DIGIT] = number;
  handlers[NAME_QUOTE] = name;
  handlers[DASH] = dash;
  handlers[SLASH] = slash;
  handlers[STAR] = star;
  handlers[HASH] = hash;
  handlers[DOLLAR] = dollar;
  handlers[DOT] = dot;
  handlers[PAREN] = paren;
  handlers[BRACKET] = bracket;
  handlers[CLOSING] = closing;
  handlers[COMMA] = comma;
  handlers[QUESTION] = question;
  return { handlers, bareNameEnd };

  function constant(written: Buffer, end: number, after: number): void {
    state.at = end;
    if (state.last >= AFTER_WORD) written[state.o++] = 0x20;
    written[state.o++] = CONSTANT;
    state.last = after;
  }

  function symbol(bytes: Buffer, written: Buffer): void {
    writeSymbol(state, bytes, written);
  }

  /** A word that has been written: NULL as a value, or the letter of `E'...'` or `U&'...'`. */
  function word(bytes: Buffer, written: Buffer, to: number): void {
    const { at, o, wordStart } = state;
    const letter = written[wordStart] as number;
    const isUnicode =
      lexis.unicodeStrings && letter === 0x75 && bytes[at] === 0x26 && bytes[at + 1] === 0x27;
    if (o - wordStart > 1) {
      const isConstant = isValuePlace(written) && CONSTANT_WORDS.has(written, wordStart, o);
      if (isConstant) {
        state.o = wordStart;
        constant(written, at, AFTER_CONSTANT);
      } else {
        state.last = AFTER_WORD;
      }
    } else if (bytes[at] === 0x27 ? prefixes[letter] !== 0 : isUnicode && at + 1 < to) {
      state.o = state.last >= AFTER_WORD ? wordStart - 1 : wordStart;
      stringAfter(bytes, isUnicode ? at + 1 : at, to, written, prefixes[letter] === 2);
    } else {
      state.last = AFTER_WORD;
    }
  }

  /** After `(`, `,` or `=` a value follows, in IS NULL or SET NULL it doesn't. */
  function isValuePlace(written: Buffer): boolean {
    const before = state.wordStart === 0 ? 0 : written[state.wordStart - 1];
    return before === 0x28 || before === 0x2c || before === 0x3d;
  }

  function stringAfter(
    bytes: Buffer,
    open: number,
    to: number,
    written: Buffer,
    backslashes: boolean,
  ): void {
    const closed = quotedEnd(bytes, open + 1, to, bytes[open] as number, backslashes);
    const end = closed < 0 ? to : closed;
    // Strings that follow each other are one.
    if (state.last === AFTER_STRING) state.at = end;
    else constant(written, end, AFTER_STRING);
  }

  function number(bytes: Buffer, written: Buffer, to: number): void {
    const { at } = state;
    const end = numberEnd(bytes, at, to, folded, wordsStartWithDigits);
    if (end < 0) digitsWord(bytes, written, to);
    else constant(written, end, AFTER_CONSTANT);
  }

  /** A word that begins with a digit. */
  function digitsWord(bytes: Buffer, written: Buffer, to: number): void {
    let { at, o } = state;
    if (state.last >= AFTER_WORD) written[o++] = 0x20;
    state.wordStart = o;
    let letter = 0;
    while (at < to && (letter = folded[bytes[at] as number] as number) !== 0) {
      written[o++] = letter;
      at++;
    }
    state.at = at;
    state.o = o;
    state.last = AFTER_WORD;
  }

  /** A name that needs its quotes. */
  function name(bytes: Buffer, written: Buffer, to: number): void {
    const { at } = state;
    const end = quotedEnd(bytes, at + 1, to, bytes[at] as number, false);
    if (end < 0) {
      // Cut off, it may be anything.
      constant(written, to, AFTER_CONSTANT);
      return;
    }
    if (state.last >= AFTER_WORD) written[state.o++] = 0x20;
    for (let i = at; i < end; i++) {
      written[state.o++] = bytes[i] === 0 ? 1 : (bytes[i] as number);
    }
    state.at = end;
    state.last = AFTER_NAME;
  }

  function bareNameEnd(
    bytes: Buffer,
    open: number,
    to: number,
    written: Buffer,
    start: number,
  ): number {
    const quote = bytes[open];
    let end = open + 1;
    let o = start;
    if (end < to && isDigit(bytes[end])) return -1;
    while (end < to && bare[bytes[end] as number] === 1) written[o++] = bytes[end++] as number;
    if (o === start || end >= to || bytes[end] !== quote) return -1;
    if (end + 1 < to && bytes[end + 1] === quote) return -1;
    return reserved.has(written, start, o) ? -1 : end + 1;
  }

  function dash(bytes: Buffer, written: Buffer, to: number): void {
    const { at, o } = state;
    if (startsDashComment(bytes, at, to)) {
      state.at = lineEnd(bytes, at + 2, to, otherLineEnd);
    } else if (expectsOperand(written) && startsNegative(bytes, at, to)) {
      state.at++;
    } else {
      // Two minus signs in a row would read as a comment.
      if (o > 0 && written[o - 1] === 0x2d) written[state.o++] = 0x20;
      symbol(bytes, written);
    }
  }

  function startsDashComment(bytes: Buffer, at: number, to: number): boolean {
    if (at + 1 >= to || bytes[at + 1] !== 0x2d) return false;
    return !lexis.dashesNeedSpace || at + 2 >= to || (bytes[at + 2] as number) <= 0x20;
  }

  function expectsOperand(written: Buffer): boolean {
    if (state.last === AFTER_SYMBOL) return true;
    return state.last === AFTER_WORD && OPERAND_FOLLOWS.has(written, state.wordStart, state.o);
  }

  function startsNegative(bytes: Buffer, minus: number, to: number): boolean {
    let at = minus + 1;
    while (at < to && kinds[bytes[at] as number] === SPACE) at++;
    if (at < to && bytes[at] === 0x2e) at++;
    return at < to && isDigit(bytes[at]);
  }

  function hash(bytes: Buffer, _: Buffer, to: number): void {
    state.at = lineEnd(bytes, state.at + 1, to, otherLineEnd);
  }

  function slash(bytes: Buffer, written: Buffer, to: number): void {
    const { at } = state;
    if (at + 1 >= to || bytes[at + 1] !== 0x2a) {
      symbol(bytes, written);
      return;
    }
    if (lexis.codeInComments && at + 2 < to) {
      const mark = bytes[at + 2] === 0x4d ? at + 3 : at + 2;
      if (mark < to && bytes[mark] === 0x21) {
        state.at = mark + 1;
        while (state.at < to && isDigit(bytes[state.at])) state.at++;
        state.comment = CODE_COMMENT;
        return;
      }
      if (bytes[at + 2] === 0x2b) {
        for (let i = 0; i < 3; i++) symbol(bytes, written);
        state.comment = HINT;
        return;
      }
    }
    state.at = commentEnd(bytes, at + 2, to, lexis.nestedComments);
  }

  function star(bytes: Buffer, written: Buffer, to: number): void {
    const { at, o } = state;
    if (state.comment !== NO_COMMENT && at + 1 < to && bytes[at + 1] === 0x2f) {
      if (state.comment === HINT) {
        symbol(bytes, written);
        symbol(bytes, written);
      } else {
        state.at += 2;
      }
      state.comment = NO_COMMENT;
      return;
    }
    // A slash and a star would read as a comment.
    if (o > 0 && written[o - 1] === 0x2f) written[state.o++] = 0x20;
    symbol(bytes, written);
  }

  /** Whether a byte is white space or the end of a comment. */
  function isGap(byte: number | undefined): boolean {
    return byte === 0x2f || kinds[byte ?? 0] === SPACE;
  }

  /** `$1`, `$tag$...$tag$`. A tag that is cut off stands for its string. */
  function dollar(bytes: Buffer, written: Buffer, to: number): void {
    const { at } = state;
    let end = at + 1;
    while (end < to && isDigit(bytes[end])) end++;
    if (end === at + 1) {
      while (end < to && bytes[end] !== 0x24 && folded[bytes[end] as number] !== 0) end++;
      const isTag = end < to && bytes[end] === 0x24;
      end = isTag ? dollarQuotedEnd(bytes, at, end + 1, to) : at + 1;
    }
    constant(written, end, AFTER_CONSTANT);
  }

  function dot(bytes: Buffer, written: Buffer, to: number): void {
    const { at, o } = state;
    // `t.1`, without a space, is part of a name.
    const isApart = state.last === AFTER_SYMBOL || isGap(bytes[at - 1]);
    if (isApart && at + 1 < to && isDigit(bytes[at + 1])) {
      number(bytes, written, to);
    } else if (at + 2 >= to || bytes[at + 1] !== 0x2e || bytes[at + 2] !== 0x2e) {
      symbol(bytes, written);
    } else if (
      // The rest of a list, in a text that was normalized before.
      lists.depth === state.brackets &&
      lists.itemStart === o &&
      lists.keptEnd === o - 1
    ) {
      state.o = lists.keptEnd;
      state.last = AFTER_CLOSING;
      state.at = at + 3;
    } else {
      constant(written, at + 3, AFTER_CONSTANT);
    }
  }

  /** `?` for a constant, or the beginning of an operator of PostgreSQL: `?|`, `?&`, `?#`, `@?`. */
  function question(bytes: Buffer, written: Buffer, to: number): void {
    const { at, o } = state;
    const next = at + 1 < to ? bytes[at + 1] : 0;
    const isOperator =
      lexis.questionOperators &&
      (next === 0x7c ||
        next === 0x26 ||
        next === 0x23 ||
        (state.last === AFTER_SYMBOL && o > 0 && written[o - 1] === 0x40));
    if (isOperator) symbol(bytes, written);
    else constant(written, at + 1, AFTER_CONSTANT);
  }
}
