import { AFTER_SYMBOL } from "./canonical-bytes.ts";

/** Where a scanner is, for those who read rare tokens for it. */
export interface ScannerState {
  /** Position in the statement. */
  at: number;
  /** Length of what is written. */
  o: number;
  last: number;
  /** Where the word that was written last begins. */
  wordStart: number;
  /** Number of open brackets. */
  brackets: number;
  /** Of the comments whose inside counts: which one is open. */
  comment: number;
}

export const NO_COMMENT = 0;
export const CODE_COMMENT = 1;
export const HINT = 2;

export function newScannerState(): ScannerState {
  return { at: 0, o: 0, last: AFTER_SYMBOL, wordStart: 0, brackets: 0, comment: NO_COMMENT };
}

/** Writes the next byte as it is. */
export function writeSymbol(state: ScannerState, bytes: Buffer, written: Buffer): void {
  written[state.o++] = bytes[state.at++] as number;
  state.last = AFTER_SYMBOL;
}
