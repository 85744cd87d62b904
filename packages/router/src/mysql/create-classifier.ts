import { MYSQL_LEXIS } from "./lexis.ts";
import { createTextClassifier, type TextClassifier } from "../create-text-classifier.ts";
import { isWord, type QueryRules, scanQuery } from "../scan-query.ts";
import type { Token } from "../tokenise.ts";
import type { Verdict } from "../verdict.ts";
import { words } from "../words.ts";
import { nativeFunctions } from "./native-functions.ts";

/** ANALYZE is MariaDB's EXPLAIN ANALYZE, but for ANALYZE TABLE. */
const EXPLAINS = words("explain describe desc analyze");
const ANALYZED = words("local no_write_to_binlog table tables");

/** Their rest decides. */
const QUERIES = new Set([...EXPLAINS, ...words("select values table with ( show checksum")]);

/** What begins, ends or changes something that belongs to one connection. A replica accepts most of it. */
const SESSION_STATEMENTS = words(`
  begin commit deallocate execute get handler lock prepare release resignal rollback savepoint set signal start unlock use
  xa
`);

/** What SHOW tells of the data and of the server's settings; all else is of the session, or of the primary's own affairs. */
const SHOWN = words(`
  character charset collation columns create databases engines events fields function grants index indexes keys open plugins
  privileges procedure schemas status storage table tables triggers variables
`);
const SHOW_MODIFIERS = words("extended full global local session");
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
      { ...MYSQL_LEXIS, backslashes: "both" },
      // The modes NO_BACKSLASH_ESCAPES, and ANSI_QUOTES, where `"` quotes names.
      { ...MYSQL_LEXIS, backslashes: "none" },
      { ...MYSQL_LEXIS, backslashes: "single" },
    ],
    judgeStart,
    judgeStatement(tokens) {
      const [first] = tokens;
      const word = first?.kind === "word" || first?.kind === "symbol" ? first.text : "";
      const start = judgeStart(word) ?? judgeObject(word, tokens);
      if (start !== undefined) return start;
      const found = scanQuery(tokens.slice(namesBefore(word, tokens[1])), rules);
      return found ?? { kind: "read", reason: word === "(" ? "SELECT" : word.toUpperCase() };
    },
  });
}

function judgeStart(word: string): Verdict | undefined {
  if (QUERIES.has(word)) return undefined;
  if (word === "/*!") return judgeExecutable();
  const reason = word === "" ? "no statement that is known" : word.toUpperCase();
  return { kind: SESSION_STATEMENTS.has(word) ? "session" : "write", reason };
}

/** Of SHOW and EXPLAIN, by what they are about. */
function judgeObject(word: string, tokens: readonly Token[]): Verdict | undefined {
  if (EXPLAINS.has(word)) {
    const connection = tokens.findIndex((token) => isWord(token, "connection"));
    if (isWord(tokens[connection - 1], "for")) {
      return { kind: "session", reason: `${word.toUpperCase()} FOR CONNECTION` };
    }
    const table = word === "analyze" && ANALYZED.has(tokens[1]?.text ?? "");
    return table ? { kind: "write", reason: "ANALYZE TABLE" } : undefined;
  }
  if (word !== "show") return undefined;
  const object = tokens.slice(1).find(({ text }) => !SHOW_MODIFIERS.has(text))?.text ?? "";
  if (SHOWN.has(object)) return undefined;
  const kind = SESSION_SHOWN.has(object) ? "session" : "write";
  return { kind, reason: `SHOW ${object.toUpperCase()}` };
}

/** How many words at the beginning are no part of a query. */
function namesBefore(word: string, second: Token | undefined): number {
  if (word === "show") return isWord(second, "create") ? 3 : 2;
  if (word === "checksum") return 2;
  return EXPLAINS.has(word) ? 1 : 0;
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
