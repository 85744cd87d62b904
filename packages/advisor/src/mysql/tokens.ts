/** A piece of MySQL's or MariaDB's SQL: comments and white space are left out, those that servers execute (`/*!`) are read. */
export interface Token {
  /** `word`: keyword or plain name. `name`: in backticks. `symbol`: one character, or `:=`, `@@`, ... */
  readonly kind: "word" | "name" | "string" | "number" | "symbol";
  /** As written. */
  readonly text: string;
  /** Names and strings without their quotes, words in upper case. */
  readonly value: string;
  /** Characters before it and before what follows it. */
  readonly start: number;
  readonly end: number;
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|#[^\n]*|--(?=\s|$)[^\n]*|/\*(?!M?!(?!9999))[\s\S]*?(?:\*/|$)|/\*M?!\d*|\*/)`,
    "(?<name>`(?:[^`]|``)*`?)",
    String.raw`(?<string>[xXbBnN]?'(?:[^'\\]|\\[\s\S]|'')*'?|"(?:[^"\\]|\\[\s\S]|"")*"?)`,
    String.raw`(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$\x80-\uffff]))`,
    String.raw`(?<word>[\w$\x80-\uffff]+)`,
    String.raw`(?<symbol>:=|@@|<=>|<=|>=|<>|!=|[\s\S])`,
  ].join("|"),
  "y",
);

/** All tokens of a text. Never fails: what is no SQL is symbols, and an open quote ends with the text. */
export function tokens(sql: string): readonly Token[] {
  const found: Token[] = [];
  const token = new RegExp(TOKEN);
  for (let match = token.exec(sql); match !== null; match = token.exec(sql)) {
    const { space, name, string, number, word } = match.groups ?? {};
    if (space !== undefined) continue;
    const [text] = match;
    const place = { text, start: match.index, end: match.index + text.length };
    if (name !== undefined) found.push({ kind: "name", value: unquote(name), ...place });
    else if (string !== undefined) found.push({ kind: "string", value: unquote(string), ...place });
    else if (number !== undefined) found.push({ kind: "number", value: text, ...place });
    else if (word !== undefined) found.push({ kind: "word", value: text.toUpperCase(), ...place });
    else found.push({ kind: "symbol", value: text, ...place });
  }
  return found;
}

/** The same without MariaDB's `SET STATEMENT name = value FOR`, which may stand before any statement. */
export function statementTokens(sql: string): readonly Token[] {
  const all = tokens(sql);
  const [set, statement] = all;
  if (set?.value !== "SET" || statement?.value !== "STATEMENT") return all;
  return all.slice(all.findIndex(({ kind, value }) => kind === "word" && value === "FOR") + 1);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001a",
};

function unquote(text: string): string {
  const from = text.search(/['"`]/);
  const quote = text.charAt(from);
  const closed = text.length > from + 1 && text.endsWith(quote);
  const inner = text.slice(from + 1, closed ? -1 : undefined).replaceAll(quote + quote, quote);
  return quote === "`"
    ? inner
    : inner.replaceAll(/\\([\s\S])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
