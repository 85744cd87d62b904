import { isNotLoaded, type SqlToken, sqlTokens } from "./sql-tokens.ts";

/** Keywords that can end a type's name. Other type names are identifiers. */
const TYPE_WORDS: ReadonlySet<string> = new Set(
  `bigint bit boolean char character dec decimal float int integer interval json name nchar numeric precision real
  smallint text time timestamp varchar varying zone`.split(/\s+/),
);

/** Words that may stand in a type's name before its last one. */
const TYPE_PREFIXES: ReadonlySet<string> = new Set(
  "bit char character double national nchar time timestamp with without".split(" "),
);

/** Units that may follow the constant: `interval $1 day to second`. */
const INTERVAL_UNITS: ReadonlySet<string> = new Set("day hour minute month second year".split(" "));

/** Types of parameters among the arguments of functions that leave them open; constants had one of their own. */
const ARGUMENT_TYPES: Readonly<Record<string, string>> = {
  concat: "text",
  concat_ws: "text",
  format: "text",
  generate_series: "integer",
  json_build_array: "text",
  json_build_object: "text",
  jsonb_build_array: "text",
  jsonb_build_object: "text",
  xmlattributes: "text",
  xmlelement: "text",
  xmlforest: "text",
};

/** Tokens `from` to `to` (inclusive) are replaced by `text`. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Rewrites a text of `pg_stat_statements` that is not valid SQL, because a constant was replaced where only a constant may
 * stand, into one that parses and plans equally: `interval $1` becomes `$1::interval`. Other texts come back unchanged,
 * also those that the scanner can't read. The parser's module has to be loaded: `parse` does.
 */
export function repairPlaceholders(sql: string): string {
  if (!sql.includes("$")) return sql;
  let tokens: readonly SqlToken[];
  try {
    tokens = sqlTokens(sql).filter((token) => token.kind !== "comment");
  } catch (error) {
    if (isNotLoaded(error)) throw error;
    return sql;
  }
  const edits: Edit[] = [];
  /** Places of the parentheses and brackets that are open. */
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.text === "(" || token.text === "[") open.push(at);
    if (token.text === ")" || token.text === "]") open.pop();
    if (token.kind === "parameter") {
      const edit =
        typedConstant(sql, tokens, at) ??
        untypedArgument(tokens, at, open.at(-1)) ??
        addedToDate(tokens, at);
      if (edit !== null) edits.push(edit);
    } else if (token.kind === "identifier" && /^[Nn]\$\d+$/.test(token.text)) {
      // N'x', a national character constant: its letter stayed.
      edits.push({ from: at, to: at, text: `${token.text.slice(1)}::bpchar` });
    } else {
      edits.push(...constructAt(tokens, at));
    }
  }
  return applyEdits(sql, tokens, edits);
}

function applyEdits(sql: string, tokens: readonly SqlToken[], edits: readonly Edit[]): string {
  let text = "";
  let done = 0;
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    const start = tokens[edit.from]?.start ?? sql.length;
    if (start < done) continue;
    text += sql.slice(done, start) + edit.text;
    done = tokens[edit.to]?.end ?? sql.length;
  }
  return text + sql.slice(done);
}

function word(token: SqlToken | undefined): string {
  return token === undefined || token.kind === "literal" ? "" : token.text.toLowerCase();
}

/** `type $1`, where `type 'constant'` stood: to `$1::type`. */
function typedConstant(sql: string, tokens: readonly SqlToken[], at: number): Edit | null {
  const from = typeStart(tokens, at - 1);
  const first = from === null ? undefined : tokens[from];
  const last = tokens[at - 1];
  if (from === null || first === undefined || last === undefined) return null;
  const type = sql.slice(first.start, last.end);
  const to = word(first) === "interval" ? intervalEnd(tokens, at) : at;
  const units = to === at ? "" : ` ${sql.slice(tokens[at + 1]?.start, tokens[to]?.end)}`;
  return { from, to, text: `${tokens[at]?.text}::${type}${units}` };
}

/** First token of the type's name that ends at `end`; `null` where no such name does. */
function typeStart(tokens: readonly SqlToken[], end: number): number | null {
  const last = tokens[end];
  if (last === undefined) return null;
  if (last.text === ")") {
    const open = openingOf(tokens, end);
    return open === null ? null : typeStart(tokens, open - 1);
  }
  if (last.kind === "identifier") {
    let start = end;
    while (tokens[start - 1]?.text === "." && tokens[start - 2] !== undefined) start -= 2;
    return start;
  }
  if (last.kind !== "word" || !TYPE_WORDS.has(word(last))) return null;
  // `at time zone $1` is an operator, `timestamp with time zone $1` a type.
  if (word(last) === "zone" && !word(tokens[end - 2]).startsWith("with")) return null;
  let start = end;
  if (tokens[start - 1]?.text === "." && tokens[start - 2] !== undefined) return start - 2;
  while (TYPE_PREFIXES.has(word(tokens[start - 1]))) {
    start -= 1;
    // `timestamp(3) with time zone`
    if (word(tokens[start]).startsWith("with") && tokens[start - 1]?.text === ")") {
      start = openingOf(tokens, start - 1) ?? start;
    }
  }
  return start;
}

function openingOf(tokens: readonly SqlToken[], close: number): number | null {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (tokens[at]?.text === ")") depth += 1;
    if (tokens[at]?.text === "(") depth -= 1;
    if (depth === 0) return at;
  }
  return null;
}

function closingOf(tokens: readonly SqlToken[], open: number): number | null {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === "(") depth += 1;
    if (tokens[at]?.text === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return null;
}

/** Last token of `$1 day to second(3)`. */
function intervalEnd(tokens: readonly SqlToken[], at: number): number {
  let end = at;
  if (!INTERVAL_UNITS.has(word(tokens[end + 1]))) return end;
  end += 1;
  if (word(tokens[end + 1]) === "to" && INTERVAL_UNITS.has(word(tokens[end + 2]))) end += 2;
  if (tokens[end + 1]?.text === "(") end = closingOf(tokens, end + 1) ?? end;
  return end;
}

/** A parameter that is a whole argument of a function that takes anything: its type has to be said. */
function untypedArgument(
  tokens: readonly SqlToken[],
  at: number,
  open: number | undefined,
): Edit | null {
  const before = tokens[at - 1]?.text;
  const after = tokens[at + 1]?.text;
  if (before !== "(" && before !== ",") return null;
  if (after !== ")" && after !== "," && after?.toLowerCase() !== "as") return null;
  if (open === undefined || tokens[open]?.text !== "(") return null;
  const type = ARGUMENT_TYPES[word(tokens[open - 1])];
  return type === undefined ? null : { from: at, to: at, text: `${tokens[at]?.text}::${type}` };
}

/** What takes the parameter before the sum does: in `now() - $1 * interval $2` it is a number. */
const BINDS_TIGHTER: ReadonlySet<string> = new Set(["::", "*", "/", "%", "^"]);

/** `current_date - $1` and `date $1 + $2` took a number of days, `now() - $1` an interval: alone they mean other types. */
function addedToDate(tokens: readonly SqlToken[], at: number): Edit | null {
  const sign = tokens[at - 1]?.text;
  if ((sign !== "-" && sign !== "+") || BINDS_TIGHTER.has(tokens[at + 1]?.text ?? "")) return null;
  const before = tokens[at - 2];
  const typed = before?.kind === "parameter" && word(tokens[at - 3]) === "date" && sign === "+";
  if (word(before) === "current_date" || typed) {
    return { from: at, to: at, text: `${tokens[at]?.text}::integer` };
  }
  const now =
    before?.text === ")" && tokens[at - 3]?.text === "(" && word(tokens[at - 4]) === "now";
  return now || word(before) === "current_timestamp"
    ? { from: at, to: at, text: `${tokens[at]?.text}::interval` }
    : null;
}

/** Constructs with a keyword where the placeholder stands now. */
function constructAt(tokens: readonly SqlToken[], at: number): readonly Edit[] {
  const here = word(tokens[at]);
  if (here === "extract") return extractCall(tokens, at);
  if (here === "normalize") return normalizeCall(tokens, at);
  if (here === "any" || here === "some") return arrayList(tokens, at, ["="], "IN");
  if (here === "all") return arrayList(tokens, at, ["<>", "!="], "NOT IN");
  return [];
}

/** `extract($1 from x)`: the field is a keyword there, and text in the function behind it. */
function extractCall(tokens: readonly SqlToken[], at: number): readonly Edit[] {
  const [open, field, from] = tokens.slice(at + 1, at + 4);
  if (open?.text !== "(" || field?.kind !== "parameter" || word(from) !== "from") return [];
  return [
    { from: at, to: at, text: "pg_catalog.extract" },
    { from: at + 2, to: at + 3, text: `${field.text},` },
  ];
}

/** `normalize(x, $1)`: the form is a keyword; which one it was does not change the plan. */
function normalizeCall(tokens: readonly SqlToken[], at: number): readonly Edit[] {
  const close = tokens[at + 1]?.text === "(" ? closingOf(tokens, at + 1) : null;
  if (close === null || tokens[close - 2]?.text !== ",") return [];
  return tokens[close - 1]?.kind === "parameter"
    ? [{ from: close - 1, to: close - 1, text: "NFC" }]
    : [];
}

/** `x = ANY(ARRAY[$1, $2])`: bare parameters would make it an array of text; a list takes the type of `x`. */
function arrayList(
  tokens: readonly SqlToken[],
  at: number,
  operators: readonly string[],
  list: string,
): readonly Edit[] {
  const [open, array, bracket] = tokens.slice(at + 1, at + 4);
  if (!operators.includes(tokens[at - 1]?.text ?? "")) return [];
  if (open?.text !== "(" || word(array) !== "array" || bracket?.text !== "[") return [];
  let end = at + 4;
  while (tokens[end]?.kind === "parameter" || tokens[end]?.text === ",") end += 1;
  if (end === at + 4 || tokens[end]?.text !== "]" || tokens[end + 1]?.text !== ")") return [];
  const items = tokens.slice(at + 4, end).filter((token) => token.kind === "parameter");
  const text = `${list} (${items.map((item) => item.text).join(", ")})`;
  return [{ from: at - 1, to: end + 1, text }];
}
