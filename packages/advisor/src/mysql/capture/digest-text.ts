import { tokens } from "../tokens.ts";

/** Bytes that the server keeps of a word, and of a name beside its own. */
const WORD_BYTES = 2;
const NAME_BYTES = 4;
/** A longer name does not exist. */
const LONGEST_NAME = 64 * 4;

/**
 * Whether a digest may have been cut off at `most` bytes (`max_digest_length`): nothing in its text tells, which then may well be a
 * statement, but another one.
 */
export function mayBeCut(digest: string, most: number): boolean {
  const bytes = tokens(digest.replaceAll("...", "?")).reduce(
    (sum, { kind, value }) =>
      sum + (kind === "name" ? NAME_BYTES + Buffer.byteLength(value) : WORD_BYTES),
    0,
  );
  return bytes + LONGEST_NAME >= most;
}

/**
 * A text of the server's digests as SQL that can be parsed: it has spaces where functions must have none, names of functions in
 * backticks, and `...` for what is repeated.
 */
export function statementOfDigest(digest: string): string {
  return (
    digest
      // INSERT of several rows.
      .replaceAll("/* , ... */", "")
      .replaceAll(
        /(\bINTO (?:`(?:[^`]|``)*` \. )?`(?:[^`]|``)*`) (\([^()]*\)) VALUES \(\.\.\.\)/g,
        withValues,
      )
      .replaceAll("(...)", "(?)")
      .replaceAll(", ...", ", ?")
      .replaceAll("SQL_TSI_", "")
      // Neither a table with its columns, nor a common table expression with its own.
      .replaceAll(/(?<!\bINTO |\. )`([a-z_]\w*)` \((?![^()]*\) AS \()/gi, "$1(")
      .replaceAll(/(?<=\b(?!INTO\b)[A-Z_]\w*) \(/g, "(")
      .trim()
  );
}

/** As many values as there are columns. */
function withValues(_: string, into: string, columns: string): string {
  return `${into} ${columns} VALUES (${columns.split(",").fill("?").join(", ")})`;
}
