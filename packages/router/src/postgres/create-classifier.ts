import { POSTGRES_LEXIS } from "./lexis.ts";
import { createTextClassifier, type TextClassifier } from "../create-text-classifier.ts";
import { isWord, type QueryRules, scanQuery } from "../scan-query.ts";
import type { Token } from "../tokenise.ts";
import type { Verdict } from "../verdict.ts";
import { words } from "../words.ts";
import { HARMLESS_FUNCTIONS, STABLE_FUNCTIONS } from "./stable-functions.ts";

export interface PostgresClassifier extends TextClassifier {
  /** From now on these functions of the database's own are read-only, by the names that `readStableFunctions` gives. */
  trustFunctions(names: Iterable<string>): void;
}

const QUERIES = words("select values table with (");

/** What begins, ends or changes something that belongs to one connection. A standby accepts most of it. */
const SESSION_STATEMENTS = words(`
  abort begin close commit deallocate declare discard end execute fetch listen load move prepare release reset rollback
  savepoint set start unlisten
`);

/** Read by their first word and what follows it. */
const OTHER_READS = words("copy explain show");

/** They tell of the session or change it; a standby accepts all but `currval`. */
const SESSION_FUNCTIONS = words(`
  currval lastval pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
  pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_backend_pid pg_cursor pg_export_snapshot
  pg_listening_channels pg_my_temp_schema pg_prepared_statement pg_try_advisory_lock pg_try_advisory_lock_shared
  pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared set_config setseed
`);

const BEFORE_PARENTHESIS = words(`
  all and any array as between by case distinct else except exists fetch from group having ilike in intersect is join
  lateral like limit not offset on or select similar some then union using values when where with
  cube materialized operator rollup row sets stdout to zone
  bit char character dec decimal float interval nchar numeric precision time timestamp varchar varying
  cast coalesce collation current_time current_timestamp greatest grouping least localtime localtimestamp merge_action
  nullif treat trim
  columns json json_array json_arrayagg json_exists json_objectagg json_query json_scalar json_serialize json_table
  json_value nested xmlattributes xmlconcat xmlelement xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
`);

const CHANGES = words("insert update delete merge");
const LOCKS = words("update share no key");

/**
 * Tells reads from writes by PostgreSQL's grammar. Functions are writes unless the catalog calls them stable. What the text doesn't
 * show is not seen: what views, operators, casts and `row.function` call.
 */
export function createPostgresClassifier(): PostgresClassifier {
  const trusted = new Set<string>();

  function judgeCall(name: string, schema: string | undefined): Verdict | undefined {
    if (schema === undefined || schema === "pg_catalog") {
      if (STABLE_FUNCTIONS.has(name) || HARMLESS_FUNCTIONS.has(name)) return undefined;
    }
    const whole = schema === undefined ? name : `${schema}.${name}`;
    if (trusted.has(whole)) return undefined;
    const kind = SESSION_FUNCTIONS.has(name) ? "session" : "write";
    return { kind, reason: `function ${whole}` };
  }

  const rules: QueryRules = { beforeParenthesis: BEFORE_PARENTHESIS, judgeCall, judgeToken };

  const classifier = createTextClassifier({
    system: "postgresql",
    readings: [
      { ...POSTGRES_LEXIS, backslashes: "none" },
      // standard_conforming_strings = off, and the later lines of an E''.
      { ...POSTGRES_LEXIS, backslashes: "single" },
    ],
    judgeStart,
    judgeStatement(tokens) {
      const [first] = tokens;
      const word = first?.kind === "word" || first?.kind === "symbol" ? first.text : "";
      const reason = word === "(" ? "SELECT" : word.toUpperCase();
      const read: Verdict = { kind: "read", reason };
      const start = judgeStart(word);
      if (start !== undefined) return start;
      if (QUERIES.has(word)) return scanQuery(tokens, rules) ?? read;
      if (word === "show") return read;
      const rest = tokens.slice(1);
      if (word === "explain") return judgeExplained(rest) ?? read;
      if (!sendsToClient(rest)) return { kind: "write", reason: "COPY" };
      // A table's name with its columns looks like a call.
      return (isWord(rest[0], "(") ? scanQuery(rest, rules) : undefined) ?? read;
    },
  });

  /** EXPLAIN is what it explains: ANALYZE runs it, and without, only the primary's plan is of interest for a write. */
  function judgeExplained(rest: readonly Token[]): Verdict | undefined {
    let at = 0;
    const options = isWord(rest[0], "(") && rest[1]?.kind === "word" && !QUERIES.has(rest[1].text);
    if (options) at = rest.findIndex((token) => isWord(token, ")")) + 1;
    while (/^(?:analy[sz]e|verbose)$/.test(rest[at]?.text ?? "")) at += 1;
    const explained = rest[at]?.text ?? "";
    if (QUERIES.has(explained)) return scanQuery(rest.slice(at), rules);
    return { kind: "write", reason: `EXPLAIN ${explained.toUpperCase()}` };
  }

  return {
    classify: classifier.classify,
    learnWrite: classifier.learnWrite,
    trustFunctions(names) {
      for (const name of names) trusted.add(name);
      classifier.forget();
    },
  };
}

function judgeStart(word: string): Verdict | undefined {
  if (QUERIES.has(word) || OTHER_READS.has(word)) return undefined;
  const reason = word === "" ? "no statement that is known" : word.toUpperCase();
  return { kind: SESSION_STATEMENTS.has(word) ? "session" : "write", reason };
}

function judgeToken(tokens: readonly Token[], at: number): Verdict | undefined {
  const token = tokens[at];
  if (token?.kind !== "word" || isWord(tokens[at - 1], ".")) return undefined;
  if (token.text === "into") return { kind: "write", reason: "INTO" };
  if (token.text === "for" && isLock(tokens[at + 1])) {
    const strength = tokens.slice(at + 1, at + 4).filter(isLock);
    return {
      kind: "write",
      reason: `FOR ${strength.map(({ text }) => text.toUpperCase()).join(" ")}`,
    };
  }
  // An alias may be named so; a statement in WITH has a parenthesis before it.
  if (!CHANGES.has(token.text) || isWord(tokens[at - 1], "as")) return undefined;
  return { kind: "write", reason: token.text.toUpperCase() };
}

function isLock(token: Token | undefined): boolean {
  return token?.kind === "word" && LOCKS.has(token.text);
}

/** Whether a COPY, without its first word, goes to whoever sent it, and not into a file or a program. */
function sendsToClient(rest: readonly Token[]): boolean {
  return rest.some((token, at) => isWord(token, "to") && isWord(rest[at + 1], "stdout"));
}
