import { CONSTANT } from "./canonical-bytes.ts";
import type { Lexis } from "./lexis.ts";

type Kind =
  | "start"
  | "word"
  | "name"
  | "constant"
  | "operator"
  | "opening"
  | "closing"
  | "separator"
  | "tight";

/** Words that no function has as its name: a space stands between them and a parenthesis. */
const SPACED: ReadonlySet<string> = new Set(
  `all and as between by case distinct else except exists filter from group having ilike in intersect into is join key
  lateral like limit not offset on only or over returning select set then union using value values when where with
  within`.split(/\s+/),
);

/** A canonical form as a line to read: `?` for constants, a space between words, `in (?, ...)` for lists. */
export function textOfCanonical(lexis: Lexis, bytes: Buffer, length: number): string {
  const sql = bytes.toString("utf8", 0, length);
  const pieces: string[] = [];
  let at = 0;
  let before: Kind = "start";
  let word = "";
  /** Of each open bracket: the number of pieces before its inside if it may hold any number of constants, else 0. */
  const lists: number[] = [];
  while (at < sql.length) {
    if (sql[at] === " ") {
      at++;
      continue;
    }
    const end = tokenEnd(lexis, sql, at);
    const token = sql.slice(at, end);
    const kind = kindOf(lexis, token);
    // Three points together stand for the rest of a list.
    const isThird = token === "." && pieces.at(-1) === "." && pieces.at(-2) === ".";
    if (isThird || isSpaced(before, word, kind, token)) pieces.push(" ");
    if (kind === "opening") {
      const isNested = token === "[" && (lists.at(-1) ?? 0) > 0;
      const isList = isNested || word === (token === "(" ? "in" : "array");
      lists.push(isList ? pieces.length + 1 : 0);
    } else if (kind === "closing") {
      const start = lists.pop() ?? 0;
      if (start > 0 && isListOfOne(pieces, start)) pieces.push(", ...");
    }
    pieces.push(kind === "constant" ? "?" : token);
    before = kind;
    word = kind === "word" ? token : "";
    at = end;
  }
  return pieces.join("");
}

const CONSTANT_CHARACTER = String.fromCharCode(CONSTANT);
const PUNCTUATION = new Set(["(", ")", "[", "]", ",", ";", ".", " ", CONSTANT_CHARACTER]);

function tokenEnd(lexis: Lexis, sql: string, from: number): number {
  const first = sql.charAt(from);
  if (lexis.nameQuotes.includes(first)) {
    let end = sql.indexOf(first, from + 1);
    while (end !== -1 && sql[end + 1] === first) end = sql.indexOf(first, end + 2);
    return end === -1 ? sql.length : end + 1;
  }
  if (PUNCTUATION.has(first)) return from + 1;
  let at = from + 1;
  if (isLetter(first)) {
    while (at < sql.length && isLetter(sql.charAt(at))) at++;
  } else if (first === ":" || (lexis.variables && first === "@")) {
    while (sql[at] === first) at++;
    if (first === ":" && sql[at] === "=") at++;
  } else {
    while (at < sql.length && isOperator(lexis, sql.charAt(at))) at++;
  }
  return at;
}

function isLetter(character: string): boolean {
  return /[\w$\u0080-\uffff]/.test(character);
}

function isOperator(lexis: Lexis, character: string): boolean {
  return !(
    PUNCTUATION.has(character) ||
    isLetter(character) ||
    character === ":" ||
    lexis.nameQuotes.includes(character) ||
    (lexis.variables && character === "@")
  );
}

function kindOf(lexis: Lexis, token: string): Kind {
  const first = token.charAt(0);
  if (first === CONSTANT_CHARACTER) return "constant";
  if (isLetter(first)) return "word";
  if (lexis.nameQuotes.includes(first)) return "name";
  if (first === "(" || first === "[") return "opening";
  if (first === ")" || first === "]") return "closing";
  if (token === "," || token === ";") return "separator";
  const isTight = token === "." || token === ":" || token === "::" || first === "@";
  return isTight && (first !== "@" || lexis.variables) ? "tight" : "operator";
}

function isSpaced(before: Kind, word: string, kind: Kind, token: string): boolean {
  if (before === "start" || before === "opening" || before === "tight") return false;
  if (kind === "closing" || kind === "separator") return false;
  const afterOperand = before !== "operator" && before !== "separator";
  if (kind === "tight") return token.startsWith("@") || !afterOperand;
  if (token === "[") return !afterOperand;
  if (token === "(" && afterOperand) {
    return before === "word" ? SPACED.has(word) : before !== "name";
  }
  return true;
}

/** A constant, a row of constants, a list of constants. */
const LIST_OF_ONE = /^(?:\?|\((?:\?, )*\?\)|\[\?, \.\.\.\])$/;
/** Pieces of a row that is looked at. */
const MAX_ROW = 200;

function isListOfOne(pieces: readonly string[], start: number): boolean {
  return pieces.length - start <= MAX_ROW && LIST_OF_ONE.test(pieces.slice(start).join(""));
}
