import type { Token } from "./tokenise.ts";
import type { Verdict } from "./verdict.ts";

/** What a dialect knows of the inside of a query. Each says what speaks against its being a read. */
export interface QueryRules {
  /** Words that may stand before `(` though nothing is called: keywords, types, and functions with a grammar of their own. */
  readonly beforeParenthesis: ReadonlySet<string>;
  /** Of a function, by its name and that of its schema if one is given. */
  judgeCall(name: string, schema: string | undefined): Verdict | undefined;
  /** Of the token at `at`, which is no string. */
  judgeToken(tokens: readonly Token[], at: number): Verdict | undefined;
}

/** What is known of the parentheses that a token stands in. */
interface Frame {
  /** The token before `(`. */
  readonly opener: Token | undefined;
  /** SELECT, VALUES or the like has been seen. */
  started: boolean;
  /** Between WITH and the statement that it belongs to. */
  inWith: boolean;
}

const STARTS: ReadonlySet<string> = new Set(
  "select values table insert update delete merge replace".split(" "),
);

/** The first thing in a query that speaks against its being a read; `undefined` where nothing does. */
export function scanQuery(tokens: readonly Token[], rules: QueryRules): Verdict | undefined {
  const frames: Frame[] = [];
  let frame: Frame = { opener: undefined, started: false, inWith: false };
  let closed: Token | undefined;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "string" || token.kind === "number") continue;
    const found = rules.judgeToken(tokens, at);
    if (found !== undefined) return found;
    if (token.kind === "word" && !isWord(tokens[at - 1], ".")) {
      if (STARTS.has(token.text)) {
        frame.started = true;
        frame.inWith = false;
      } else if (token.text === "with" && !frame.started) {
        frame.inWith =
          isWord(tokens[at + 1], "recursive") || /^(?:as|\()$/.test(tokens[at + 2]?.text ?? "");
      }
    } else if (token.text === "(" && token.kind === "symbol") {
      const called = calledAt(tokens, at, frame, closed, rules);
      if (called !== undefined) return called;
      frames.push(frame);
      frame = { opener: tokens[at - 1], started: false, inWith: false };
    } else if (token.text === ")" && token.kind === "symbol") {
      closed = frame.opener;
      frame = frames.pop() ?? { opener: undefined, started: false, inWith: false };
    }
  }
  return undefined;
}

/** What speaks against the function whose arguments begin at `at`, if that is what the parenthesis means. */
function calledAt(
  tokens: readonly Token[],
  at: number,
  frame: Frame,
  closed: Token | undefined,
  rules: QueryRules,
): Verdict | undefined {
  const name = tokens[at - 1];
  const before = tokens[at - 2];
  // A string: quotes that are a name's in some mode of the server.
  if (name === undefined || name.kind === "symbol" || name.kind === "number") return undefined;
  if (isWord(before, ".")) {
    return isWord(tokens[at - 4], "::")
      ? undefined
      : rules.judgeCall(name.text, tokens[at - 3]?.text);
  }
  if (name.kind === "word" && rules.beforeParenthesis.has(name.text)) return undefined;
  if (before !== undefined && namesColumns(before, frame, closed)) return undefined;
  return rules.judgeCall(name.text, undefined);
}

/** Whether what stands between `before` and the parenthesis is an alias with its columns, or a type with its length. */
function namesColumns(before: Token, frame: Frame, closed: Token | undefined): boolean {
  if (before.kind === "word") {
    if (before.text === "as" || before.text === "ordinality" || before.text === "tablesample")
      return true;
    return frame.inWith && (before.text === "with" || before.text === "recursive");
  }
  if (before.kind !== "symbol") return false;
  // `distinct on (...) f(x)` is the one place where a call follows a parenthesis.
  if (before.text === ")") return !isWord(closed, "on");
  return before.text === "::" || (before.text === "," && frame.inWith);
}

/** Whether a token is this word or symbol. */
export function isWord(token: Token | undefined, text: string): boolean {
  return token?.text === text && (token.kind === "word" || token.kind === "symbol");
}
