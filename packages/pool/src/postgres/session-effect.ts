import { blankLiterals } from "./blank-literals.ts";

/** What a SQL text does to the session that runs it, beyond its transaction. */
export interface SessionEffect {
  /** Something may stay behind after the transaction: a setting, a lock, a temporary table, a subscription. */
  readonly changes: boolean;
  /** It asks for a read-only transaction or session. */
  readonly readOnly: boolean;
}

const NONE: SessionEffect = { changes: false, readOnly: false };
const CHANGES: SessionEffect = { changes: true, readOnly: false };

/** Only a text with one of these words needs a closer look. */
const SUSPICIOUS =
  /\b(?:set|set_config|setseed|reset|(?:un)?listen|prepare|deallocate|declare|load|discard|temp|temporary|pg_temp|pg_(?:try_)?advisory_lock(?:_shared)?|execute|do|\w*read[\s_]+only)\b/i;

const CHANGING = [
  // SET LOCAL, TRANSACTION and CONSTRAINTS end with the transaction.
  /^set\s+(?!(?:local|transaction|constraints)\b)/,
  /^(?:reset|listen|unlisten|load|discard|deallocate)\b/,
  /^prepare\s+(?!transaction\b)/,
  /^declare\b.*\bwith\s+hold\b/s,
  /\b(?:create|replace|local|global|into)\s+(?:temp|temporary)\b(?!.*\bon\s+commit\s+drop\b)/s,
  /\bpg_temp\b/,
  /\b(?:pg_(?:try_)?advisory_lock(?:_shared)?|setseed)"?\s*\(/,
];

/** Remembered texts; the oldest go first. Long ones (bulk inserts with their values) are not worth the memory. */
const MEMO_SIZE = 1000;
const MEMO_TEXT_LENGTH = 10_000;
const memo = new Map<string, SessionEffect>();

/**
 * Reads from a text what it does to the session. A doubt counts as a change: that costs one reset, the opposite would
 * hand one caller's session to the next. What a function or procedure does inside is not seen.
 */
export function sessionEffect(sql: string): SessionEffect {
  const known = memo.get(sql);
  if (known !== undefined) return known;
  const effect = SUSPICIOUS.test(sql) ? read(sql) : NONE;
  if (sql.length > MEMO_TEXT_LENGTH) return effect;
  if (memo.size >= MEMO_SIZE) {
    for (const [oldest] of memo) {
      memo.delete(oldest);
      break;
    }
  }
  memo.set(sql, effect);
  return effect;
}

function read(sql: string): SessionEffect {
  const blanked = blankLiterals(sql);
  if (blanked === undefined) return CHANGES;
  const statements = blanked.split(";").map((statement) => statement.trim());
  const changes = statements.some(
    (statement) =>
      CHANGING.some((pattern) => pattern.test(statement)) ||
      setsConfig(statement) ||
      (/^do\b/.test(statement) && blockMayChange(sql)),
  );
  const readOnly = /read[\s_]+only\b/.test(blanked);
  return changes || readOnly ? { changes, readOnly } : NONE;
}

/** The code of a DO block is a string: its words count, wherever they stand. */
function blockMayChange(sql: string): boolean {
  return SUSPICIOUS.test(sql.replaceAll(/\bdo\b/gi, ""));
}

/** Whether it calls `set_config` otherwise than with a plain `true` for `is_local`. */
function setsConfig(statement: string): boolean {
  const calls = statement.split(/\bset_config"?\s*\(/).slice(1);
  return calls.some((call) => !/^(?:[^()]|\([^()]*\))*,\s*true\s*\)/.test(call));
}
