import type { MigrationFindingCode } from "./migration-finding.ts";

/** What each code says, in one clause: titles of annotations and rules. Each has a page in docs/migrations. */
export const MIGRATION_TITLES: Readonly<Record<MigrationFindingCode, string>> = {
  "add-check-validated": "A new CHECK reads the whole table under a lock",
  "add-exclusion-constraint": "A new exclusion constraint builds its index under a lock",
  "add-foreign-key-validated": "A new foreign key reads the whole table under a lock",
  "add-identity-column": "A new identity column writes the whole table anew",
  "add-stored-generated-column": "A new stored generated column writes the whole table anew",
  "add-unique-constraint": "A new UNIQUE or PRIMARY KEY builds its index under a lock",
  "attach-partition-scan": "A partition is read from end to end while it is attached",
  "change-column-type": "A column's new type writes the table anew or reads all of it",
  "cluster-table": "CLUSTER writes the table anew under the strongest lock",
  "concurrently-if-not-exists":
    "IF NOT EXISTS takes an index that is left from a failed build for a good one",
  "concurrently-in-transaction": "CONCURRENTLY can't run inside a transaction",
  "create-index-blocking": "An index is built while the table takes no writes",
  "create-trigger": "A new trigger locks its table",
  "detach-partition-blocking": "A partition is detached under the strongest lock",
  "drop-column": "A column is dropped that running code may still use",
  "drop-index-blocking": "An index is dropped under the strongest lock",
  "drop-table": "A table is dropped with its rows",
  "dropped-in-use": "Something is dropped or changed that logged queries use",
  "enum-value-in-transaction": "A value is added to an enum inside a transaction",
  "foreign-key-without-index": "A new foreign key has no index on its columns",
  "lock-held-long": "A strong lock is held while other statements run",
  "missing-lock-timeout": "A strong lock is waited for without a limit",
  "n-plus-one": "New code sends a query again and again where one could do",
  "new-duplicate-index": "A new index is the same as one that is there",
  "new-redundant-index": "Another index serves all that a new index would serve",
  "new-slow-query": "A new query reads a large table from end to end",
  "not-null-without-default": "A new NOT NULL column has no default: it fails where there are rows",
  "plan-regression": "A logged query becomes more expensive",
  "refresh-blocking": "A materialized view takes no reads while it is refreshed",
  "reindex-blocking": "An index is rebuilt while the table takes no writes",
  "rename-column": "A column is renamed that running code still calls by its old name",
  "rename-table": "A table is renamed that running code still calls by its old name",
  "row-versions-exhausted": "The table has no room for another instant change",
  "set-logged": "SET LOGGED or UNLOGGED writes the whole table anew",
  "set-not-null": "SET NOT NULL reads the whole table under the strongest lock",
  "table-copied": "The server copies the whole table for this change",
  "truncate-table": "All rows of a table are removed",
  "update-all-rows": "All rows of a table are changed in one statement",
  "vacuum-full": "VACUUM FULL writes the table anew under the strongest lock",
  "validate-in-same-transaction": "A constraint is validated under the lock that added it",
  "volatile-default": "A default that differs for each row writes the whole table anew",
  "writes-blocked": "The table takes no writes while it is changed",
};

export const MIGRATION_CODES: readonly MigrationFindingCode[] = Object.keys(
  MIGRATION_TITLES,
) as MigrationFindingCode[];

export function isMigrationCode(text: string): text is MigrationFindingCode {
  return Object.hasOwn(MIGRATION_TITLES, text);
}

/** The known code that a wrong one comes nearest to; `null` where none is near. */
export function nearestCode(text: string): MigrationFindingCode | null {
  const ranked = MIGRATION_CODES.map((code) => ({ code, distance: distance(text, code) }));
  const [best] = ranked.toSorted((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.ceil(best.code.length / 3) ? best.code : null;
}

/** Letters to insert, remove or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
