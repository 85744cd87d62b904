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
  charKinds,
  CLOSING,
  COMMA,
  DIGIT,
  DOT,
  NAME_QUOTE,
  PAREN,
  SPACE,
  STRING_QUOTE,
  SYMBOL,
  WORD,
} from "./char-kinds.ts";
import type { Lexis } from "./lexis.ts";
import { quotedEnd } from "./literal-ends.ts";
import { openLists, ROWS } from "./open-lists.ts";
import { createRareTokens, type RareHandler } from "./rare-tokens.ts";
import { newScannerState, NO_COMMENT } from "./scanner-state.ts";

/**
 * The canonical form of statements: equal for two that differ only in constants, in white space, comments and the case of
 * words, or in the length of lists. Words are in lower case; a zero byte stands for each constant; a space stands between
 * words, names and constants, and hardly anywhere else.
 */
export interface CanonicalSql {
  /** What {@link read} wrote last: overwritten by the next call. */
  readonly bytes: Buffer;
  readonly length: number;
  /** Reads the statement `bytes[from, to)`. Anything is a statement: what is no SQL is symbols. */
  read(bytes: Buffer, from: number, to: number): void;
}

export function createCanonicalSql(lexis: Lexis): CanonicalSql {
  const tables = charKinds(lexis);
  const { backslashes } = lexis;
  const lists = openLists();
  const state = newScannerState();
  const { handlers, bareNameEnd } = createRareTokens(lexis, tables, lists, state);
  let out = Buffer.alloc(4096);

  /** Reads a statement into `out` and returns its length there. What is rare is read by a handler. */
  function scan(bytes: Buffer, from: number, to: number): number {
    const written = out;
    const { kinds, folded } = tables;
    let at = from;
    let o = 0;
    let last = AFTER_SYMBOL;
    let wordStart = 0;
    let brackets = 0;
    lists.reset();
    state.comment = NO_COMMENT;
    while (at < to) {
      const byte = bytes[at] as number;
      const kind = kinds[byte] as number;
      if (kind === WORD) {
        if (last >= AFTER_WORD) written[o++] = 0x20;
        wordStart = o;
        let letter = folded[byte] as number;
        do {
          written[o++] = letter;
          at++;
        } while (at < to && (letter = folded[bytes[at] as number] as number) !== 0);
        const length = o - wordStart;
        const next = at < to ? bytes[at] : 0;
        if (next === 0x20) at++;
        const isPrefix = length === 1 && (next === 0x27 || next === 0x26);
        const isConstant = length < 6 && length > 3 && last === AFTER_SYMBOL;
        if (!isPrefix && !isConstant) {
          last = AFTER_WORD;
          continue;
        }
      } else if (kind === SPACE) {
        at++;
        continue;
      } else if (kind === DIGIT) {
        let end = at + 1;
        let next = SYMBOL;
        while (end < to && (next = kinds[bytes[end] as number] as number) === DIGIT) end++;
        if (end === to || (next !== WORD && next !== DOT)) {
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_CONSTANT;
          at = end;
          continue;
        }
      } else if (kind === STRING_QUOTE) {
        const end = quotedEnd(bytes, at + 1, to, byte, backslashes);
        at = end < 0 ? to : end;
        // Strings that follow each other are one.
        if (last !== AFTER_STRING) {
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_STRING;
        }
        continue;
      } else if (kind === NAME_QUOTE) {
        const start = last >= AFTER_WORD ? o + 1 : o;
        const end = bareNameEnd(bytes, at, to, written, start);
        if (end >= 0) {
          if (start > o) written[o] = 0x20;
          o = start + end - at - 2;
          last = AFTER_NAME;
          at = end;
          continue;
        }
      } else if (
        kind === COMMA &&
        lists.isOfConstants &&
        lists.depth === brackets &&
        o === lists.itemStart + 1 &&
        written[o - 1] === CONSTANT
      ) {
        // One more constant in a list of them.
        o = lists.itemStart;
        last = AFTER_SYMBOL;
        at++;
        if (at < to && bytes[at] === 0x20) at++;
        continue;
      } else if (
        kind === SYMBOL ||
        (kind === COMMA && lists.depth !== brackets) ||
        (kind === DOT && at + 1 < to && kinds[bytes[at + 1] as number] === WORD)
      ) {
        written[o++] = byte === 0 ? 1 : byte;
        last = AFTER_SYMBOL;
        at++;
        if (at < to && bytes[at] === 0x20) at++;
        continue;
      } else if (
        kind === PAREN &&
        (last !== AFTER_WORD || o - wordStart > 6) &&
        !(lists.depth === brackets && lists.kind === ROWS)
      ) {
        written[o++] = byte;
        brackets++;
        last = AFTER_SYMBOL;
        at++;
        continue;
      } else if (kind === CLOSING && lists.depth < brackets - 1) {
        written[o++] = byte;
        brackets--;
        last = AFTER_CLOSING;
        at++;
        continue;
      }
      state.at = at;
      state.o = o;
      state.last = last;
      state.wordStart = wordStart;
      state.brackets = brackets;
      (handlers[kind] as RareHandler)(bytes, written, to);
      ({ at, o, last, wordStart, brackets } = state);
    }
    if (lists.depth === brackets && lists.kind !== ROWS) o = lists.endItem(written, o);
    while (o > 0 && written[o - 1] === 0x3b) o--;
    return o;
  }

  let length = 0;
  return {
    get bytes() {
      return out;
    },
    get length() {
      return length;
    },
    read(bytes, from, to) {
      // One byte of a statement can become two, `1a`, and the last four are read as one number.
      const most = (to - from) * 2 + 4;
      if (out.length < most) out = Buffer.alloc(2 ** Math.ceil(Math.log2(most)));
      length = scan(bytes, from, to);
    },
  };
}
