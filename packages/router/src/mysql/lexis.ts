import type { Lexis } from "../tokenise.ts";

/** What the scanners of MySQL and MariaDB read; their setting of backslashes comes beside it. */
export const MYSQL_LEXIS: Omit<Lexis, "backslashes"> = {
  nestedComments: false,
  executableComments: true,
  // `--` without a space behind it is an operator.
  lineComment: /#|--(?:[\0- \x7f]|$)/y,
  lineEnd: /\n/g,
  digitNames: true,
  nameQuote: "`",
  dollarsAndEscapes: false,
};
