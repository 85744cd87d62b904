import { AFTER_CLOSING, AFTER_WORD } from "./canonical-bytes.ts";
import { ARRAY_ITEMS, IN_ITEMS, type OpenLists, ROWS } from "./open-lists.ts";
import { type ScannerState, writeSymbol } from "./scanner-state.ts";
import { wordSet } from "./word-set.ts";

const IN = wordSet(["in"]);
const VALUES = wordSet(["values", "value"]);
const ARRAY = wordSet(["array"]);

type BracketToken = (bytes: Buffer, written: Buffer) => void;

/** Reads brackets and commas: the beginnings, items and ends of lists. */
export function bracketTokens(
  lists: OpenLists,
  state: ScannerState,
): Readonly<Record<"paren" | "bracket" | "closing" | "comma", BracketToken>> {
  return { paren, bracket, closing, comma };

  function paren(bytes: Buffer, written: Buffer): void {
    const { o, wordStart, brackets } = state;
    const isWord = state.last === AFTER_WORD;
    if (isWord && IN.has(written, wordStart, o)) {
      lists.open(IN_ITEMS, brackets + 1, o + 1);
    } else if (isWord && VALUES.has(written, wordStart, o)) {
      if (lists.depth === brackets && lists.kind === ROWS) lists.close();
      lists.open(ROWS, brackets, o);
    } else if (lists.depth === brackets && lists.kind === ROWS && lists.itemStart !== o) {
      // Something else has followed the rows.
      lists.close();
    }
    state.brackets++;
    writeSymbol(state, bytes, written);
  }

  function bracket(bytes: Buffer, written: Buffer): void {
    const { o, wordStart, brackets } = state;
    const isNested =
      lists.depth === brackets && lists.kind === ARRAY_ITEMS && lists.itemStart === o;
    if (isNested || (state.last === AFTER_WORD && ARRAY.has(written, wordStart, o))) {
      lists.open(ARRAY_ITEMS, brackets + 1, o + 1);
    }
    state.brackets++;
    writeSymbol(state, bytes, written);
  }

  function closing(bytes: Buffer, written: Buffer): void {
    while (lists.depth >= state.brackets) {
      if (lists.depth === state.brackets && lists.kind !== ROWS) {
        state.o = lists.endItem(written, state.o);
      }
      lists.close();
    }
    if (state.brackets > 0) state.brackets--;
    writeSymbol(state, bytes, written);
    if (lists.depth === state.brackets && lists.kind === ROWS) {
      state.o = lists.endItem(written, state.o);
      lists.rowEnd = state.o;
    }
    state.last = AFTER_CLOSING;
  }

  function comma(bytes: Buffer, written: Buffer): void {
    if (lists.depth === state.brackets) {
      if (lists.kind !== ROWS) state.o = lists.endItem(written, state.o);
      else if (lists.rowEnd !== state.o) lists.close();
      lists.itemStart = state.o + 1;
    }
    writeSymbol(state, bytes, written);
  }
}
