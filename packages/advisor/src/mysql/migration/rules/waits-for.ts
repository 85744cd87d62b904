import type { Effects } from "../../../migration/effects.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import { metadataLock, metadataLocks } from "../trial/metadata-locks.ts";
import { changedTable } from "./way-of.ts";

/** Locks that a statement waits for: on each table that it changes, be it for a moment. */
export function waitsFor(statement: CheckedStatement): Effects {
  const { actions, observation } = statement;
  const altered = changedTable(statement);
  const own = altered === null ? metadataLocks(actions) : [metadataLock(altered)];
  // What is gone already is not waited for, and only a trial tells what a new key locks.
  const seen = observation?.locks.filter(({ mode }) => !mode.startsWith("LOCK=")) ?? [];
  const all = observation === null || altered !== null ? [...own, ...seen] : seen;
  return { locks: limitsItself(statement) ? [] : all, held: [], rewritten: [], scanned: [] };
}

/** MariaDB: ALTER TABLE ... WAIT 5, and SET STATEMENT lock_wait_timeout = 5 FOR ... */
function limitsItself({ statement: { sql } }: CheckedStatement): boolean {
  return (
    /^\s*set\s+statement\b[^;]*\block_wait_timeout\s*=[^;]*\bfor\b/i.test(sql) ||
    /^\s*(?:alter|create|drop|rename|truncate|optimize)\b[^(,]*\b(?:nowait|wait\s+\d+)\b/i.test(sql)
  );
}
