/** Hints that can name indexes: https://dev.mysql.com/doc/refman/en/optimizer-hints.html#optimizer-hints-index-level */
const INDEX_HINT =
  /\b(?:NO_)?(?:GROUP_INDEX|INDEX|INDEX_MERGE|JOIN_INDEX|ORDER_INDEX|MRR|ICP|RANGE_OPTIMIZATION|SKIP_SCAN)\s*\(([^)]*)\)/gi;

/** Words in the index hints of `/*+ ... *\/`, lower case: names of indexes, and of their tables. */
export function optimizerHints(sql: string): ReadonlySet<string> {
  const found = new Set<string>();
  if (!sql.includes("/*+")) return found;
  for (const [, comment = ""] of sql.matchAll(/\/\*\+([\s\S]*?)\*\//g)) {
    for (const [, names = ""] of comment.matchAll(INDEX_HINT)) {
      for (const [, quoted, plain] of names.matchAll(/`((?:[^`]|``)+)`|([\w$\x80-\uffff]+)/g))
        found.add((quoted?.replaceAll("``", "`") ?? plain ?? "").toLowerCase());
    }
  }
  return found;
}
