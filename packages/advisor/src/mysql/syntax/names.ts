import { LEXIS } from "../../log/sql-key/lexis.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Words on that list that one of the two products takes as plain names, or any does right behind `AS`. */
const NAMES_TOO = `accessible admin autoextend cume_dist dense_rank do_domain_ids empty first_value function general
  generated get groups grouping ignore_domain_ids io_after_gtids io_before_gtids json_table lag last_value lead library
  linear manual master_bind master_heartbeat_period nth_value ntile of offset optimizer_costs over page_checksum parallel
  parse_vcol_expr percent_rank position qualify rank recursive ref_system_id returning rollup row row_number rows slow
  stats_auto_recalc stats_persistent stats_sample_pages stored system tablesample user value virtual`;

const RESERVED: ReadonlySet<string> = new Set(
  LEXIS.mysql.reserved
    .filter((word) => !NAMES_TOO.split(/\s+/).includes(word))
    .map((word) => word.toUpperCase()),
);

/** Words that go on with the statement where a name without AS could stand. */
const CLAUSES: ReadonlySet<string> = new Set(
  "EXCEPT INTERSECT LATERAL MINUS OFFSET QUALIFY RETURNING TABLESAMPLE WINDOW".split(" "),
);

/** A name, plain or quoted, that is no reserved word. */
export function takeName(cursor: TokenCursor): string | null {
  const token = cursor.peek();
  if (token === undefined) return null;
  if (token.kind === "name" || (token.kind === "word" && !RESERVED.has(token.value))) {
    cursor.at += 1;
    return token.kind === "name" ? token.value : token.text;
  }
  return null;
}

export function expectName(cursor: TokenCursor): string {
  return takeName(cursor) ?? cursor.fail();
}

/** Right behind a dot every word is a name. */
export function expectNameAfterDot(cursor: TokenCursor): string {
  const token = cursor.next();
  if (token.kind === "name") return token.value;
  if (token.kind === "word") return token.text;
  cursor.at -= 1;
  return cursor.fail();
}

/** A word, reserved or not: the unit of an interval. */
export function expectWord(cursor: TokenCursor): string {
  const word = cursor.word();
  if (!/^\w+$/.test(word)) return cursor.fail();
  cursor.at += 1;
  return word.toLowerCase();
}

/** `AS name`, `name`, `AS 'text'`; `null` where none comes next. */
export function takeAlias(cursor: TokenCursor, strings: boolean): string | null {
  const as = cursor.takes("AS");
  const token = cursor.peek();
  if (strings && token?.kind === "string") {
    cursor.at += 1;
    return token.value;
  }
  if (!as && CLAUSES.has(cursor.word())) return null;
  return as ? expectName(cursor) : takeName(cursor);
}

/** `(a, b)`; none where no parenthesis comes next. */
export function takeNameList(cursor: TokenCursor): readonly string[] {
  if (!cursor.takes("(")) return [];
  const names: string[] = [];
  do names.push(expectName(cursor));
  while (cursor.takes(","));
  cursor.expect(")");
  return names;
}

/** Reads a parenthesis with all that is in it. */
export function skipParentheses(cursor: TokenCursor): void {
  cursor.expect("(");
  for (let depth = 1; depth > 0;) {
    cursor.next();
    const symbol = cursor.word(-1);
    if (symbol === "(") depth += 1;
    if (symbol === ")") depth -= 1;
  }
}
