import { type ReadEffects, locksInUse } from "../effects.ts";
import type { CheckedStatement, MigrationRule } from "../migration-rule.ts";
import { tableObject, tableText } from "../rule-objects.ts";

/** How an engine's session is told to give up waiting for a lock. */
export interface LockTimeoutWords {
  /** Statement for a session, and for a transaction only. */
  readonly session: string;
  readonly transaction: string;
}

/** A strong lock that is waited for without a limit: the first one of a migration. */
export function missingLockTimeout(effectsOf: ReadEffects, words: LockTimeoutWords): MigrationRule {
  const unlimited = (statement: CheckedStatement): boolean =>
    (statement.lockTimeoutMs ?? 0) === 0 &&
    locksInUse(statement, effectsOf(statement).locks).length > 0;
  return {
    code: "missing-lock-timeout",
    severity: "warning",
    down: true,
    check: (statement) => {
      if (!unlimited(statement) || statement.earlier.some(unlimited)) return [];
      const locks = locksInUse(statement, effectsOf(statement).locks);
      const [lock] = locks.toSorted((a, b) => Number(b.blocksReads) - Number(a.blocksReads));
      if (lock === undefined) return [];
      const { table, mode, blocksReads } = lock;
      return [
        {
          object: tableObject(table),
          message:
            `${mode} on ${tableText(table)} is waited for without a limit: behind one long query or open transaction, ` +
            `everybody who wants to ${blocksReads ? "read or write" : "write"} the table waits in line too.`,
          advice: `Begin the migration with ${statement.inTransaction ? words.transaction : words.session}, and run it again when it gives up. If the tool or its role sets a limit, say so with --lock-timeout.`,
          steps: [],
          work: "none",
          table,
        },
      ];
    },
  };
}
