/**
 * `db.query.summary` of a statement by its shape: operations and the tables, views and procedures they go to, in the
 * order and the letters of the text: `INSERT orders SELECT carts items`. At most 255 characters. Names that `with` defines
 * are left out. An approximation: words are read, not the grammar.
 */
export function querySummary(shape: string): string {
  const tokens = shape.replaceAll(/\/\*.*?\*\//gs, " ").match(TOKENS) ?? [];
  const parts: string[] = [];
  const defined = new Set<string>();
  // One per open parenthesis.
  const levels: Level[] = [newLevel()];
  let previous = "";
  let expected: "nothing" | "table" | "name" | "definition" = "nothing";
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? "";
    const word = token.toLowerCase();
    const level = levels.at(-1) ?? newLevel();
    const begins =
      previous === "" || "();".includes(previous) || /^explain|analyze$/.test(previous);
    previous = word;
    if (token === "(") {
      levels.push(newLevel());
      expected = "nothing";
    } else if (token === ")") {
      if (levels.length > 1) levels.pop();
      expected = "nothing";
    } else if (token === ",") {
      if (level.defines) expected = "definition";
      else expected = level.lists ? "table" : "nothing";
    } else if (expected !== "nothing" && WORD.test(token)) {
      if (/^(?:lateral|only|table|recursive|if|not|exists|concurrently)$/.test(word)) continue;
      let name = token;
      while (tokens[at + 1] === "." && WORD.test(tokens[at + 2] ?? "")) {
        name += `.${tokens[at + 2]}`;
        at += 2;
      }
      if (expected === "definition") defined.add(name);
      // A table of a `from` with arguments is a function.
      else if (!defined.has(name) && (expected === "name" || tokens[at + 1] !== "(")) {
        parts.push(name);
      }
      expected = "nothing";
    } else if (begins && word === "with") {
      level.defines = true;
      expected = "definition";
    } else if (word === "select" || (begins && OPERATION.test(word) && tokens[at + 1] !== "(")) {
      parts.push(token);
      level.operates = true;
      level.defines = false;
      level.lists = word === "update";
      expected = word === "update" ? "table" : "nothing";
    } else if (begins && levels.length === 1 && parts.length === 0 && WORD.test(token)) {
      const definition = DEFINITION.exec(tokens.slice(at).join(" "));
      const [, operation = "", name = ""] = definition ?? [];
      if (operation !== "") return clipped([operation, name.replaceAll(" . ", ".")]);
      parts.push(token);
      expected = NAMED.test(word) ? "name" : "nothing";
    } else if (level.operates) {
      expected = "nothing";
      if (word === "into") expected = "name";
      else if (/^(?:join|straight_join|using)$/.test(word)) expected = "table";
      else if (word === "from" && tokens[at - 1]?.toLowerCase() !== "distinct") {
        expected = "table";
        level.lists = true;
      } else if (END_OF_LIST.test(word)) level.lists = false;
    } else expected = "nothing";
  }
  return clipped(parts);
}

/** What is known inside a pair of parentheses. */
interface Level {
  /** A statement is here, not the arguments of a function: `extract(year from day)`. */
  operates: boolean;
  /** After a comma comes another table. */
  lists: boolean;
  /** After a comma comes another name of `with`. */
  defines: boolean;
}

function newLevel(): Level {
  return { operates: false, lists: false, defines: false };
}

const TOKENS = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[^\s]/g;
const WORD = /^["`A-Za-z_\u0080-\uffff]/;
const OPERATION = /^(?:insert|update|delete|merge|replace)$/;
const NAMED = /^(?:call|copy|table|truncate)$/;
const END_OF_LIST =
  /^(?:where|group|having|order|limit|offset|fetch|for|union|intersect|except|window|set|returning|values)$/;
const NAME = '(?:"[^"]*"|`[^`]*`|[\\w$\u0080-\uffff]+)';
const DEFINITION = new RegExp(
  [
    "^((?:create|alter|drop)",
    "(?: (?:or replace|unique|temp|temporary|unlogged|global|local))*",
    "(?: (?:materialized|foreign))? \\w+)",
    "(?: (?:concurrently|only|if|not|exists|on))*",
    `(?: (${NAME}(?: \\. ${NAME})*))?`,
  ].join(""),
  "i",
);

/** Joined by spaces, without the parts that don't fit. */
function clipped(parts: readonly string[]): string {
  let summary = "";
  for (const part of parts) {
    const longer = `${summary} ${part}`.trim();
    if (longer.length > 255) break;
    summary = longer;
  }
  return summary;
}
