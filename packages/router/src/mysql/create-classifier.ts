import { createTextClassifier, type TextClassifier } from "../create-text-classifier.ts";
import { isWord, type QueryRules, scanQuery } from "../scan-query.ts";
import type { Token } from "../tokenise.ts";
import type { Verdict } from "../verdict.ts";
import { words } from "../words.ts";
import { nativeFunctions } from "./native-functions.ts";

/** Their rest decides. ANALYZE is MariaDB's EXPLAIN ANALYZE. */
const QUERIES = words("select values table with ( explain describe desc show analyze checksum");

/** What begins, ends or changes something that belongs to one connection. A replica accepts most of it. */
const SESSION_STATEMENTS = words(`
  begin commit deallocate execute get handler lock prepare release resignal rollback savepoint set signal start unlock use
  xa
`);

/** What SHOW tells of the data and of the server's settings; all else is of the session, or of the primary's own affairs. */
const SHOWN = words(`
  character charset collation columns create databases engines events extended fields full function global grants index
  indexes keys open plugins privileges procedure schemas session status storage table tables triggers variables
`);

const SESSION_SHOWN = words("warnings errors count profile profiles");

const SESSION_FUNCTIONS = words(`
  connection_id found_rows get_lock last_insert_id lastval release_all_locks release_lock row_count
`);

/** Variables of the server that tell what the session did last. */
const SESSION_VARIABLES = words(
  "error_count identity insert_id last_insert_id rand_seed1 rand_seed2 warning_count",
);

const BEFORE_PARENTHESIS = words(`
  all and any as between by case distinct div else except exists from group having in index intersect is join key lateral
  like limit minus mod not of offset on or over regexp rlike rollup row select separator some straight_join then union using
  values when where with xor binary
  against cast columns match nested partition path
  bit char decimal double float nchar signed time datetime unsigned varbinary varchar vector
`);

const LOCKS = words("update share");

/**
 * Tells reads from writes by the grammar of MySQL or MariaDB. Native functions that leave nothing behind may be called; stored ones
 * are writes, since what they declare of themselves is not enforced (MySQL manual, CREATE FUNCTION). What the text doesn't show
 * is not seen: what views call.
 */
export function createMysqlClassifier(system: "mysql" | "mariadb"): TextClassifier {
  const native = nativeFunctions(system);

  function judgeCall(name: string, schema: string | undefined): Verdict | undefined {
    const known = name.toLowerCase();
    if (schema === undefined && native.has(known)) return undefined;
    const whole = schema === undefined ? name : `${schema}.${name}`;
    return {
      kind: SESSION_FUNCTIONS.has(known) ? "session" : "write",
      reason: `function ${whole}`,
    };
  }

  const rules: QueryRules = { beforeParenthesis: BEFORE_PARENTHESIS, judgeCall, judgeToken };

  return createTextClassifier({
    system,
    readings: [
      { dialect: "mysql", backslashes: "both" },
      // The modes NO_BACKSLASH_ESCAPES, and ANSI_QUOTES, where `"` quotes names.
      { dialect: "mysql", backslashes: "none" },
      { dialect: "mysql", backslashes: "single" },
    ],
    judgeStart,
    judgeStatement(tokens) {
      const [first, second] = tokens;
      if (isWord(first, "/*!")) return judgeExecutable();
      const word = first?.kind === "word" || first?.kind === "symbol" ? first.text : "";
      const read: Verdict = { kind: "read", reason: word === "(" ? "SELECT" : word.toUpperCase() };
      const start = judgeStart(word);
      if (start !== undefined) return start;
      if (word === "show") return judgeShow(tokens) ?? read;
      if (word === "checksum") return scanTokens(tokens) ?? read;
      if (word === "analyze" && /^(?:tables?|local|no_write_to_binlog)$/.test(second?.text ?? "")) {
        return { kind: "write", reason: "ANALYZE TABLE" };
      }
      if (isWord(second, "for"))
        return { kind: "session", reason: `${word.toUpperCase()} FOR CONNECTION` };
      return scanQuery(/^[stvw(]/.test(word) ? tokens : tokens.slice(1), rules) ?? read;
    },
  });
}

function judgeStart(word: string): Verdict | undefined {
  if (QUERIES.has(word) || word === "/*!") return undefined;
  return { kind: SESSION_STATEMENTS.has(word) ? "session" : "write", reason: word.toUpperCase() };
}

function judgeShow(tokens: readonly Token[]): Verdict | undefined {
  const shown = tokens[1]?.text ?? "";
  if (SESSION_SHOWN.has(shown)) return { kind: "session", reason: `SHOW ${shown.toUpperCase()}` };
  const processes = isWord(tokens[2], "processlist");
  if (!SHOWN.has(shown) || processes)
    return { kind: "write", reason: `SHOW ${shown.toUpperCase()}` };
  return scanTokens(tokens);
}

/** For statements without calls, in which parentheses mean something else. */
function scanTokens(tokens: readonly Token[]): Verdict | undefined {
  return tokens.some((token) => isWord(token, "/*!")) ? judgeExecutable() : undefined;
}

/** Whether it is code depends on the server's version. */
function judgeExecutable(): Verdict {
  return { kind: "write", reason: "an executable comment" };
}

function judgeToken(tokens: readonly Token[], at: number): Verdict | undefined {
  const token = tokens[at];
  const next = tokens[at + 1];
  if (token === undefined || token.kind === "name") return undefined;
  const { text } = token;
  if (text === "/*!") return judgeExecutable();
  if (text === "@") return { kind: "session", reason: `@${next?.text ?? ""}` };
  if (text === "@@") return judgeVariable(tokens, at);
  // In sql_mode ORACLE a sequence is asked for by `s.nextval`.
  if (text === "nextval" || text === "currval")
    return { kind: "write", reason: text.toUpperCase() };
  if (token.kind !== "word" || isWord(tokens[at - 1], ".")) return undefined;
  if (text === "into") return { kind: isWord(next, "@") ? "session" : "write", reason: "INTO" };
  if (text === "for" && next?.kind === "word" && LOCKS.has(next.text)) {
    return { kind: "write", reason: `FOR ${next.text.toUpperCase()}` };
  }
  if (text === "lock" && isWord(next, "in")) return { kind: "write", reason: "LOCK IN SHARE MODE" };
  if (text === "value" && isWord(next, "for")) {
    return { kind: "write", reason: `${tokens[at - 1]?.text.toUpperCase() ?? ""} VALUE FOR` };
  }
  if (text === "sql_calc_found_rows") return { kind: "session", reason: text.toUpperCase() };
  // Both are functions, too.
  if ((text === "insert" || text === "replace") && isWord(next, "(")) return undefined;
  if (/^(?:insert|replace|update|delete|procedure)$/.test(text)) {
    return { kind: "write", reason: text.toUpperCase() };
  }
  return undefined;
}

/** `@@name`, `@@session.name`. */
function judgeVariable(tokens: readonly Token[], at: number): Verdict | undefined {
  const name = isWord(tokens[at + 2], ".") ? tokens[at + 3] : tokens[at + 1];
  const text = name?.text.toLowerCase() ?? "";
  return SESSION_VARIABLES.has(text) ? { kind: "session", reason: `@@${text}` } : undefined;
}
