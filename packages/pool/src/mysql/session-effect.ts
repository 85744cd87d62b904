import { maskSql } from "./mask-sql.ts";

/** What a text may leave behind in the session that runs it. */
export interface SessionEffect {
  /** Something that outlives the statement and the transaction: a variable, a lock, a temporary table. */
  readonly changes: boolean;
  /** The default database. */
  readonly database: boolean;
  /** Only the characteristics of the next transaction: they go when that has ended. */
  readonly nextTransaction: boolean;
  /** It asks for a read-only transaction: errors 1792 are then the caller's own. */
  readonly readOnly: boolean;
}

const NONE: SessionEffect = Object.freeze({
  changes: false,
  database: false,
  nextTransaction: false,
  readOnly: false,
});

/** First words of statements that leave nothing behind. Any other counts as a change: it is cheaper to reset than to err. */
const HARMLESS: ReadonlySet<string> = new Set(
  [
    "select insert update delete replace with values table do load",
    "start begin commit rollback savepoint release",
    "show explain describe desc analyze check checksum optimize repair",
    "create alter drop truncate rename grant revoke kill",
  ]
    .join(" ")
    .split(" "),
);

const MEMO_ENTRIES = 1000;
const MEMO_TEXT_LENGTH = 4096;
const memo = new Map<string, SessionEffect>();

/**
 * Judges a text as it is sent, placeholders in place. What stored functions and triggers do is not in the text: a user
 * variable that they set goes unseen.
 */
export function sessionEffect(sql: string): SessionEffect {
  const known = memo.get(sql);
  if (known !== undefined) return known;
  const effect = judge(sql);
  if (sql.length <= MEMO_TEXT_LENGTH) {
    if (memo.size >= MEMO_ENTRIES) {
      for (const oldest of memo.keys()) {
        memo.delete(oldest);
        break;
      }
    }
    memo.set(sql, effect);
  }
  return effect;
}

function judge(sql: string): SessionEffect {
  // Whether a backslash escapes is a mode of the session: where there is one, both readings count.
  const effect = judgeCode(maskSql(sql, true));
  return sql.includes("\\") ? either(effect, judgeCode(maskSql(sql, false))) : effect;
}

function judgeCode(code: string): SessionEffect {
  const statements = code
    .split(";")
    .map((statement) => statement.replace(/^[\s(]+/, "").trimEnd())
    .filter((statement) => statement !== "");
  if (statements.length === 1) return judgeStatement(statements[0] ?? "");
  const all = statements.map(judgeStatement).reduce(either, NONE);
  // In which order they run matters for these: simply a change.
  return all.nextTransaction ? { ...all, changes: true, nextTransaction: false } : all;
}

function judgeStatement(statement: string): SessionEffect {
  const word = /^[a-z]+/i.exec(statement)?.[0].toLowerCase() ?? "";
  const readOnly = /\bread\s+only\b|read_only/i.test(statement);
  if (word === "set" && /^set\s+transaction\b/i.test(statement)) {
    return { ...NONE, nextTransaction: true, readOnly };
  }
  const database = word === "use" || /^drop\s+(?:database|schema)\b/i.test(statement);
  const changes =
    database ||
    !HARMLESS.has(word) ||
    /^create\s+(?:or\s+replace\s+)?temporary\b/i.test(statement) ||
    // BEGIN NOT ATOMIC of MariaDB: a program of its own.
    (word === "begin" && !/^begin(?:\s+work)?$/i.test(statement)) ||
    /get_(?:\w+_)?locks?\s*\(/i.test(statement) ||
    // A user variable, in any role.
    /(?<!@)@(?!@)/.test(statement);
  return changes || readOnly ? { changes, database, nextTransaction: false, readOnly } : NONE;
}

function either(one: SessionEffect, other: SessionEffect): SessionEffect {
  return {
    changes: one.changes || other.changes,
    database: one.database || other.database,
    nextTransaction: one.nextTransaction || other.nextTransaction,
    readOnly: one.readOnly || other.readOnly,
  };
}
