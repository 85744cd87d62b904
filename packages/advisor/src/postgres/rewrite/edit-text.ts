import type { Node } from "libpg-query";
import { deparseSync } from "pgsql-deparser";
import { type SqlToken, sqlTokens } from "../sql-tokens.ts";
import { parseStatement } from "./fragment.ts";
import { treeKey } from "./same-tree.ts";

/** Tokens `from` (inclusive) to `to` (exclusive) are replaced by `text`. */
export interface TokenEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * A text whose tree is `wanted`: the first of the proposed edits of `sql` that gives it, so that all else stays as it was
 * written; else the tree as the deparser writes it. `null` where neither can be shown to be `wanted`.
 */
export function editText(
  sql: string,
  wanted: Node,
  propose: (tokens: readonly SqlToken[]) => Iterable<readonly TokenEdit[]>,
): string | null {
  const key = treeKey(wanted);
  const tokens = sqlTokens(sql).filter((token) => token.kind !== "comment");
  for (const edits of propose(tokens)) {
    const text = applyEdits(sql, tokens, edits);
    if (isWritten(text, key)) return text;
  }
  try {
    const text = deparseSync(wanted, { pretty: false });
    return isWritten(text, key) ? text : null;
  } catch {
    return null;
  }
}

function isWritten(text: string, key: string): boolean {
  try {
    return treeKey(parseStatement(text)) === key;
  } catch {
    return false;
  }
}

function applyEdits(sql: string, tokens: readonly SqlToken[], edits: readonly TokenEdit[]): string {
  let text = "";
  let done = 0;
  for (const edit of edits) {
    const start = tokens[edit.from]?.start ?? sql.length;
    text += sql.slice(done, start) + edit.text;
    done = edit.to === edit.from ? start : (tokens[edit.to - 1]?.end ?? sql.length);
  }
  return (text + sql.slice(done)).trimEnd();
}

const ENDS: ReadonlySet<string> = new Set(
  `and or not where on having when then else end group order limit offset fetch for union intersect except window
  returning join left right inner full cross natural`.split(/\s+/),
);
const BRACKETS_OPEN = new Set(["(", "["]);
const BRACKETS_CLOSE = new Set([")", "]"]);

/** Every stretch of the text that may be one condition, replaced by `text`. */
export function* conditionEdits(
  tokens: readonly SqlToken[],
  text: string,
): Generator<readonly TokenEdit[]> {
  for (const from of tokens.keys()) {
    const before = tokens[from - 1];
    if (before === undefined || !(isEnd(before) || before.text === "(")) continue;
    let depth = 0;
    for (let at = from; at <= tokens.length; at++) {
      const token = tokens[at];
      const closes = token !== undefined && BRACKETS_CLOSE.has(token.text);
      const ends = token === undefined || token.text === ";" || (closes && depth === 0);
      if (depth === 0 && at > from && (ends || (token !== undefined && isEnd(token)))) {
        yield [{ from, to: at, text }];
        // The AND of a BETWEEN does not end its condition.
        if (token?.text.toLowerCase() !== "and") break;
      }
      if (ends) break;
      if (BRACKETS_OPEN.has(token.text)) depth++;
      if (closes) depth--;
    }
  }
}

function isEnd(token: SqlToken): boolean {
  return token.kind === "word" && ENDS.has(token.text.toLowerCase());
}
