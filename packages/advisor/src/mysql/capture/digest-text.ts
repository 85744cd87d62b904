/**
 * A text of the server's digests as SQL that can be parsed: it has spaces where functions must have none, names of functions in
 * backticks, and `...` for what is repeated. `null` for one that was cut off.
 */
export function statementOfDigest(digest: string): string | null {
  if (digest.endsWith("...")) return null;
  return (
    digest
      // INSERT of several rows.
      .replaceAll(/\/\* , \.\.\. \*\//g, "")
      .replaceAll(
        /(\bINTO (?:`(?:[^`]|``)*` \. )?`(?:[^`]|``)*`) (\([^()]*\)) VALUES \(\.\.\.\)/g,
        withValues,
      )
      .replaceAll("(...)", "(?)")
      .replaceAll(", ...", ", ?")
      .replaceAll(/(?<!\bINTO |\. |\bWITH |, )`([a-z_]\w*)` \(/gi, "$1(")
      .replaceAll(/(?<=\b(?!INTO\b)[A-Z_]\w*) \(/g, "(")
      .trim()
  );
}

/** As many values as there are columns. */
function withValues(_: string, into: string, columns: string): string {
  return `${into} ${columns} VALUES (${columns.split(",").fill("?").join(", ")})`;
}
