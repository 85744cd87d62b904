import {
  BRACKET,
  charKinds,
  CLOSING,
  COMMA,
  DASH,
  DIGIT,
  DOLLAR,
  DOT,
  HASH,
  NAME_QUOTE,
  PAREN,
  QUESTION,
  SLASH,
  SPACE,
  STAR,
  STRING_QUOTE,
  SYMBOL,
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
import { ARRAY_ITEMS, IN_ITEMS, openLists, ROWS } from "./open-lists.ts";
import { wordSet } from "./word-set.ts";

/**
 * The canonical form of statements: equal for two that differ only in constants, in white space, comments and the case of
 * words, or in the length of lists. Words are in lower case; a {@link CONSTANT} stands for each constant; a space
 * stands between words, names and constants, and nowhere else.
 */
export interface CanonicalSql {
  /** What {@link read} wrote last: overwritten by the next call. */
  readonly bytes: Buffer;
  readonly length: number;
  /** Reads the statement `bytes[from, to)`. Anything is a statement: what is no SQL is symbols. */
  read(bytes: Buffer, from: number, to: number): void;
}

/** The byte for a constant. A NUL in a statement, which servers don't take, is written as 1. */
export const CONSTANT = 0;

/** What was written last. Between two from `AFTER_WORD` on stands a space. */
const AFTER_SYMBOL = 0;
const AFTER_CLOSING = 1;
const AFTER_WORD = 2;
const AFTER_CONSTANT = 3;
const AFTER_STRING = 4;
const AFTER_NAME = 5;

/** Comments whose inside counts. */
const NO_COMMENT = 0;
const CODE_COMMENT = 1;
const HINT = 2;

const OPERAND_FOLLOWS = wordSet(WORDS_BEFORE_OPERANDS);

export function createCanonicalSql(lexis: Lexis): CanonicalSql {
  const { kinds: kindTable, folded: foldTable, bare } = charKinds(lexis);
  const { backslashes, dashesNeedSpace, nestedComments, wordsStartWithDigits } = lexis;
  const otherLineEnd = lexis.returnEndsComments ? 0x0d : 0x0a;
  const reserved = wordSet(lexis.reserved);
  /** By letter: 1 where it may stand before a string, 2 where backslashes then escape. */
  const prefixes = new Uint8Array(256);
  for (const letter of lexis.stringPrefixes) prefixes[letter.charCodeAt(0)] = 1;
  for (const letter of lexis.backslashPrefixes) prefixes[letter.charCodeAt(0)] = 2;
  const lists = openLists();
  let out = Buffer.alloc(4096);

  function startsNegative(bytes: Buffer, minus: number, to: number): boolean {
    let at = minus + 1;
    while (at < to && kindTable[bytes[at] as number] === SPACE) at++;
    if (at < to && bytes[at] === 0x2e) at++;
    return at < to && isDigit(bytes[at]);
  }

  function startsDashComment(bytes: Buffer, at: number, to: number): boolean {
    if (at + 1 >= to || bytes[at + 1] !== 0x2d) return false;
    return !dashesNeedSpace || at + 2 >= to || (bytes[at + 2] as number) <= 0x20;
  }

  /** Position after `$tag$`; -1 where there is none. */
  function dollarTagEnd(bytes: Buffer, dollar: number, to: number): number {
    let at = dollar + 1;
    while (at < to && bytes[at] !== 0x24 && foldTable[bytes[at] as number] !== 0) at++;
    return at < to && bytes[at] === 0x24 ? at + 1 : -1;
  }

  /** Position after a name in quotes that could stand without them, now written at `at`; -1: it could not. */
  function bareNameEnd(bytes: Buffer, open: number, to: number, at: number): number {
    const quote = bytes[open];
    let end = open + 1;
    let written = at;
    if (end < to && isDigit(bytes[end])) return -1;
    while (end < to && bare[bytes[end] as number] === 1) out[written++] = bytes[end++] as number;
    if (written === at || end >= to || bytes[end] !== quote) return -1;
    if (end + 1 < to && bytes[end + 1] === quote) return -1;
    return reserved.has(out, at, written) ? -1 : end + 1;
  }

  /** Reads a statement into `out` and returns its length there. */
  function scan(bytes: Buffer, from: number, to: number): number {
    const written = out;
    const kinds = kindTable;
    const folded = foldTable;
    let at = from;
    let o = 0;
    let last = AFTER_SYMBOL;
    let wordStart = 0;
    let brackets = 0;
    let comment = NO_COMMENT;
    lists.reset();
    while (at < to) {
      const byte = bytes[at] as number;
      let kind = kinds[byte] as number;
      if (kind === SPACE) {
        at++;
        continue;
      }
      if (kind === DIGIT) {
        const end = numberEnd(bytes, at, to, folded, wordsStartWithDigits);
        if (end >= 0) {
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_CONSTANT;
          at = end;
          continue;
        }
        kind = WORD;
      }
      switch (kind) {
        case WORD: {
          const before = o;
          if (last >= AFTER_WORD) written[o++] = 0x20;
          const start = o;
          let letter = folded[byte] as number;
          do {
            written[o++] = letter;
            at++;
          } while (at < to && (letter = folded[bytes[at] as number] as number) !== 0);
          const length = o - start;
          if (length === 1 && at < to) {
            const prefix = prefixes[written[start] as number] as number;
            const unicode =
              lexis.unicodeStrings &&
              written[start] === 0x75 &&
              bytes[at] === 0x26 &&
              at + 1 < to &&
              bytes[at + 1] === 0x27;
            if (unicode || (prefix > 0 && bytes[at] === 0x27)) {
              const end = quotedEnd(bytes, unicode ? at + 2 : at + 1, to, 0x27, prefix === 2);
              at = end < 0 ? to : end;
              o = before;
              if (last !== AFTER_STRING) {
                if (last >= AFTER_WORD) written[o++] = 0x20;
                written[o++] = CONSTANT;
                last = AFTER_STRING;
              }
              continue;
            }
          } else if (last === AFTER_SYMBOL && isConstantWord(written, start, length)) {
            o = start;
            written[o++] = CONSTANT;
            last = AFTER_CONSTANT;
            continue;
          }
          wordStart = start;
          last = AFTER_WORD;
          continue;
        }
        case STRING_QUOTE: {
          const end = quotedEnd(bytes, at + 1, to, byte, backslashes);
          at = end < 0 ? to : end;
          // Strings that follow each other are one.
          if (last === AFTER_STRING) continue;
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_STRING;
          continue;
        }
        case NAME_QUOTE: {
          if (last >= AFTER_WORD) written[o++] = 0x20;
          let end = bareNameEnd(bytes, at, to, o);
          if (end >= 0) {
            o += end - at - 2;
            last = AFTER_NAME;
          } else {
            end = quotedEnd(bytes, at + 1, to, byte, false);
            // Cut off, it may be anything.
            last = end < 0 ? AFTER_CONSTANT : AFTER_NAME;
            if (end < 0) {
              end = to;
              written[o++] = CONSTANT;
            } else {
              for (let i = at; i < end; i++)
                written[o++] = bytes[i] === 0 ? 1 : (bytes[i] as number);
            }
          }
          at = end;
          continue;
        }
        case DASH:
          if (startsDashComment(bytes, at, to)) {
            at = lineEnd(bytes, at + 2, to, otherLineEnd);
            continue;
          }
          if (
            (last === AFTER_SYMBOL ||
              (last === AFTER_WORD && OPERAND_FOLLOWS.has(written, wordStart, o))) &&
            startsNegative(bytes, at, to)
          ) {
            at++;
            continue;
          }
          // Two minus signs in a row would read as a comment.
          if (o > 0 && written[o - 1] === 0x2d) written[o++] = 0x20;
          break;
        case SLASH:
          if (at + 1 >= to || bytes[at + 1] !== 0x2a) break;
          if (lexis.codeInComments && at + 2 < to) {
            const mark = bytes[at + 2] === 0x4d ? at + 3 : at + 2;
            if (mark < to && bytes[mark] === 0x21) {
              at = mark + 1;
              while (at < to && isDigit(bytes[at])) at++;
              comment = CODE_COMMENT;
              continue;
            }
            if (bytes[at + 2] === 0x2b) {
              written[o++] = 0x2f;
              written[o++] = 0x2a;
              written[o++] = 0x2b;
              at += 3;
              last = AFTER_SYMBOL;
              comment = HINT;
              continue;
            }
          }
          at = commentEnd(bytes, at + 2, to, nestedComments);
          continue;
        case STAR:
          if (comment !== NO_COMMENT && at + 1 < to && bytes[at + 1] === 0x2f) {
            if (comment === HINT) {
              written[o++] = 0x2a;
              written[o++] = 0x2f;
              last = AFTER_SYMBOL;
            }
            comment = NO_COMMENT;
            at += 2;
            continue;
          }
          if (o > 0 && written[o - 1] === 0x2f) written[o++] = 0x20;
          break;
        case HASH:
          at = lineEnd(bytes, at + 1, to, otherLineEnd);
          continue;
        case DOLLAR: {
          let end = at + 1;
          while (end < to && isDigit(bytes[end])) end++;
          const isParameter = end > at + 1;
          if (!isParameter) {
            const tagEnd = dollarTagEnd(bytes, at, to);
            // A tag that is cut off stands for its string.
            if (tagEnd >= 0) end = dollarQuotedEnd(bytes, at, tagEnd, to);
          }
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_CONSTANT;
          at = end;
          continue;
        }
        case DOT: {
          let end = -1;
          if (at + 1 < to && last === AFTER_SYMBOL && isDigit(bytes[at + 1])) {
            end = numberEnd(bytes, at, to, folded, wordsStartWithDigits);
          } else if (at + 2 < to && bytes[at + 1] === 0x2e && bytes[at + 2] === 0x2e) {
            // The rest of a list, in a text that was normalized before.
            end = at + 3;
            if (lists.depth === brackets && lists.itemStart === o && lists.keptEnd === o - 1) {
              o = lists.keptEnd;
              last = AFTER_CLOSING;
              at = end;
              continue;
            }
          }
          if (end < 0) break;
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_CONSTANT;
          at = end;
          continue;
        }
        case PAREN:
          if (last === AFTER_WORD && isWord(written, wordStart, o, IN)) {
            lists.open(IN_ITEMS, brackets + 1, o + 1);
          } else if (
            last === AFTER_WORD &&
            (isWord(written, wordStart, o, VALUES) || isWord(written, wordStart, o, VALUE))
          ) {
            if (lists.depth === brackets && lists.kind === ROWS) lists.close();
            lists.open(ROWS, brackets, o);
          } else if (lists.depth === brackets && lists.kind === ROWS && lists.itemStart !== o) {
            // Something else has followed the rows.
            lists.close();
          }
          brackets++;
          break;
        case BRACKET:
          if (
            (last === AFTER_WORD && isWord(written, wordStart, o, ARRAY)) ||
            (lists.depth === brackets && lists.kind === ARRAY_ITEMS && lists.itemStart === o)
          ) {
            lists.open(ARRAY_ITEMS, brackets + 1, o + 1);
          }
          brackets++;
          break;
        case CLOSING:
          while (lists.depth >= brackets) {
            if (lists.depth === brackets && lists.kind !== ROWS) o = lists.endItem(written, o);
            lists.close();
          }
          if (brackets > 0) brackets--;
          written[o++] = byte;
          if (lists.depth === brackets && lists.kind === ROWS) {
            o = lists.endItem(written, o);
            lists.rowEnd = o;
          }
          last = AFTER_CLOSING;
          at++;
          continue;
        case COMMA:
          if (lists.depth === brackets) {
            if (lists.kind !== ROWS) o = lists.endItem(written, o);
            else if (lists.rowEnd !== o) lists.close();
            lists.itemStart = o + 1;
          }
          break;
        case QUESTION: {
          const isOperator =
            lexis.questionOperators &&
            ((at + 1 < to && isQuestionOperator(bytes[at + 1] as number)) ||
              (last === AFTER_SYMBOL && o > 0 && written[o - 1] === 0x40));
          if (isOperator) break;
          if (last >= AFTER_WORD) written[o++] = 0x20;
          written[o++] = CONSTANT;
          last = AFTER_CONSTANT;
          at++;
          continue;
        }
        case SYMBOL:
          break;
      }
      written[o++] = byte === 0 ? 1 : byte;
      last = AFTER_SYMBOL;
      at++;
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

const IN = Buffer.from("in");
const VALUES = Buffer.from("values");
const VALUE = Buffer.from("value");
const ARRAY = Buffer.from("array");
const NULL = Buffer.from("null");
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");

function isWord(written: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (written[start + i] !== word[i]) return false;
  return true;
}

/** NULL and the like as a value: after `(`, `,` or `=`, but not in IS NULL or SET NULL. */
function isConstantWord(written: Buffer, start: number, length: number): boolean {
  if (start === 0 || length < 4 || length > 5) return false;
  const before = written[start - 1];
  if (before !== 0x28 && before !== 0x2c && before !== 0x3d) return false;
  const end = start + length;
  return (
    isWord(written, start, end, NULL) ||
    isWord(written, start, end, TRUE) ||
    isWord(written, start, end, FALSE)
  );
}

/** `?|`, `?&` and `?#` are operators of PostgreSQL. */
function isQuestionOperator(next: number): boolean {
  return next === 0x7c || next === 0x26 || next === 0x23;
}
