const HINT = /^\s*\/\*\s*dbadvise:(primary|replica)\s*\*\//;

/** Where a comment at the beginning of a text sends it: a comment `dbadvise:primary` or `dbadvise:replica`. */
export function routeHint(sql: string): "primary" | "replica" | undefined {
  // Most texts begin with a word.
  if (!sql.includes("dbadvise:")) return undefined;
  return HINT.exec(sql)?.[1] as "primary" | "replica" | undefined;
}
