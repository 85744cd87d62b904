import type { Lexis } from "../tokenise.ts";

/** What PostgreSQL's scanner reads; its setting of backslashes comes beside it. */
export const POSTGRES_LEXIS: Omit<Lexis, "backslashes"> = {
  nestedComments: true,
  executableComments: false,
  lineComment: /--/y,
  lineEnd: /[\n\r]/g,
  digitNames: false,
  nameQuote: '"',
  dollarsAndEscapes: true,
};
