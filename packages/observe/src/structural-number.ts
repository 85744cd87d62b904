/** How far a number's surroundings are read. */
const REACH = 120;

/** `varchar(`, `numeric(10, `, in a cast: `x::numeric(10, 2)`, `cast(x as varchar(10))`. */
const IN_TYPE =
  /(?:::|\bas\b)\s*"?[a-z_]\w*"?(?:\s+(?:varying|precision))?\s*\(\s*(?:\d{1,4}\s*,\s*)?$/i;
const ENDS_IN_TYPE = /^\s*[,)]/;
/** `order by a, b desc, `: then a number is a column's place. */
const IN_ORDER =
  /\b(?:order|group)\s+by\s+(?:[\w$."`]+(?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*,\s*)*$/i;
const ENDS_ITEM = /^\s*(?:[,);]|$|[a-z])/i;

/** After these a `-` belongs to the number behind it. */
const BEFORE_SIGN =
  /(?:[=<>(,[+*/%]|\b(?:and|between|case|else|having|in|like|limit|not|offset|on|or|returning|select|then|values|when|where))\s*$/i;

/**
 * Whether the number from `start` to `end` is part of what the statement is, not data: the length of a type in a cast, or
 * the place of a column in ORDER BY or GROUP BY. A placeholder there is a syntax error, or orders by nothing.
 */
export function isStructuralNumber(sql: string, start: number, end: number): boolean {
  if (end - start > 4 || !/^\d+$/.test(sql.slice(start, end))) return false;
  const before = sql.slice(Math.max(0, start - REACH), start);
  const after = sql.slice(end, end + REACH);
  // Looked at first, as it rules out most numbers.
  if (!/(?:[(,]|\bby)\s*$/i.test(before)) return false;
  return (
    (ENDS_IN_TYPE.test(after) && IN_TYPE.test(before)) ||
    (ENDS_ITEM.test(after) && IN_ORDER.test(before))
  );
}

/** Whether the `-` at `at` belongs to the number behind it, as in `= -5`: parsers make one constant of the two. */
export function isSignOfNumber(sql: string, at: number): boolean {
  return (
    /^-(?:\d|\.\d)/.test(sql.slice(at, at + 3)) &&
    BEFORE_SIGN.test(sql.slice(Math.max(0, at - 16), at))
  );
}
