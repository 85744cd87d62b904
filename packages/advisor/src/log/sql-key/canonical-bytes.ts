/** The byte for a constant in canonical forms. A NUL in a statement, which servers don't take, is written as 1. */
export const CONSTANT = 0;

/** What was written last. Between two from `AFTER_WORD` on stands a space. */
export const AFTER_SYMBOL = 0;
export const AFTER_CLOSING = 1;
export const AFTER_WORD = 2;
export const AFTER_CONSTANT = 3;
export const AFTER_STRING = 4;
export const AFTER_NAME = 5;
