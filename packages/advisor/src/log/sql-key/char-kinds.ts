import type { Lexis } from "./lexis.ts";

/** What a byte can begin. Numbers, since the scanner's switch on them is its innermost loop. */
export const SYMBOL = 0;
export const SPACE = 1;
export const WORD = 2;
export const DIGIT = 3;
export const STRING_QUOTE = 4;
export const NAME_QUOTE = 5;
export const DASH = 6;
export const SLASH = 7;
export const STAR = 8;
export const HASH = 9;
export const DOLLAR = 10;
export const DOT = 11;
export const PAREN = 12;
export const BRACKET = 13;
export const CLOSING = 14;
export const COMMA = 15;
export const QUESTION = 16;
export const KINDS = 17;

export interface CharKinds {
  /** By byte: one of the kinds above. */
  readonly kinds: Uint8Array;
  /** By byte: the letter of a word in lower case, 0 for what ends a word. */
  readonly folded: Uint8Array;
  /** By byte: 1 where a name may have it without quotes. */
  readonly bare: Uint8Array;
}

export function charKinds(lexis: Lexis): CharKinds {
  const kinds = new Uint8Array(256);
  const folded = new Uint8Array(256);
  const bare = new Uint8Array(256);
  const set = (characters: string, kind: number): void => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  for (let byte = 0; byte < 256; byte++) {
    const character = String.fromCharCode(byte);
    if (byte < 0x80 && !/[\w$]/.test(character)) continue;
    kinds[byte] = WORD;
    folded[byte] = byte < 0x80 ? character.toLowerCase().charCodeAt(0) : byte;
    bare[byte] = /[A-Z$]/.test(character) ? 0 : 1;
  }
  set("0123456789", DIGIT);
  set(" \t\n\v\f\r", SPACE);
  set(lexis.stringQuotes, STRING_QUOTE);
  set(lexis.nameQuotes, NAME_QUOTE);
  set("-", DASH);
  set("/", SLASH);
  set(".", DOT);
  set("(", PAREN);
  set("[", BRACKET);
  set(")]", CLOSING);
  set(",", COMMA);
  set("?", QUESTION);
  set("*", STAR);
  if (lexis.hashComments) set("#", HASH);
  if (lexis.dollarQuotes) set("$", DOLLAR);
  return { kinds, folded, bare };
}
