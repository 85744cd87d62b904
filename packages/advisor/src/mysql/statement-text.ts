import type { ParsedStatement } from "./syntax/parse-statement.ts";
import type { Place } from "./syntax/tree.ts";
import { type Token, tokens } from "./tokens.ts";

/** Comments that no server reads: hints (`/*+`) and code for servers (`/*!`) stay. */
const COMMENT = /#[^\n]*|--(?=\s|$)[^\n]*|\/\*(?!\+|M?!(?!9999))[\s\S]*?(?:\*\/|$)/g;

/** The statement with `?` for every constant, without comments and the `;` at its end. It parses and plans as it did. */
export function normalizedStatement(sql: string, parsed: ParsedStatement): string {
  const holes = [...parsed.constants, ...parsed.placeholders];
  return rewritten(sql, parsed.tokens, holes, () => "?");
}

/**
 * Writes parameters into the text, in their order; `null` where one is missing. Holds nothing but the text, however long it
 * is kept.
 */
export function sampler(
  sql: string,
  { placeholders, tokens: all }: Pick<ParsedStatement, "placeholders" | "tokens">,
): (parameters?: readonly (string | null)[]) => string | null {
  return (parameters = []) => {
    if (placeholders.length > parameters.length) return null;
    return rewritten(sql, all, placeholders, (at) => {
      const value = parameters[at] ?? null;
      return placeholders[at]?.count === true && /^\d+$/.test(value ?? "")
        ? (value ?? "")
        : constant(value);
    });
  };
}

function constant(value: string | null): string {
  if (value === null) return "NULL";
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** The text with `?` for what looks like a constant, whether it is SQL or not. */
export function withoutConstants(sql: string): string {
  const all = tokens(sql);
  const isConstant = ({ kind, text }: Token): boolean =>
    kind === "string" || kind === "number" || (kind === "word" && /^0[xb]/i.test(text));
  return rewritten(sql, all, all.filter(isConstant), () => "?");
}

/** Puts a text in each place; `places` are in any order, numbered as they are given. */
function rewritten(
  sql: string,
  all: readonly Token[],
  places: readonly Place[],
  write: (place: number) => string,
): string {
  const byStart = new Map(places.map((place, at) => [place.start, { place, at }]));
  let text = "";
  let done = all[0]?.start ?? 0;
  for (const token of all) {
    if (token.start < done) continue;
    text += sql.slice(done, token.start).replaceAll(COMMENT, " ");
    const hole = byStart.get(token.start);
    text += hole === undefined ? token.text : write(hole.at);
    done = hole?.place.end ?? token.end;
  }
  const end = all.length === 0 ? "" : sql.slice(done).replaceAll(COMMENT, " ");
  return `${text}${end}`.trim().replace(/(?:\s*;)+$/, "");
}
