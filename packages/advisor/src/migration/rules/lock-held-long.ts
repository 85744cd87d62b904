import { tableKey, type TableName } from "../../catalog/catalog.ts";
import { type Effects, type ReadEffects, locksInUse, workInUse } from "../effects.ts";
import type { CheckedStatement, MigrationRule, RuleContext } from "../migration-rule.ts";
import { tableObject, tableText } from "../rule-objects.ts";
import type { TableLock } from "../trial.ts";

/**
 * A table stays locked while a whole table is read or written: by a statement after the one that took the lock, or by the
 * statement itself where none of the `explained` rules knows why.
 */
export function lockHeldLong(
  effectsOf: ReadEffects,
  explained: readonly MigrationRule[],
): MigrationRule {
  return {
    code: "lock-held-long",
    severity: "error",
    down: true,
    check: (statement, context) => {
      const effects = effectsOf(statement);
      const worked = workInUse(statement, effects);
      const [first] = worked;
      if (first === undefined) return [];
      const told = toldTables(explained, statement, context);
      const lock = strongest(
        locksInUse(statement, [...effects.held, ...(told.size === 0 ? effects.locks : [])]).filter(
          ({ table }) => !told.has(tableKey(table)),
        ),
      );
      return lock === undefined ? [] : [verdict(lock, first, effects, statement)];
    },
  };
}

/** Tables whose lock another finding of the same statement is about. */
function toldTables(
  explained: readonly MigrationRule[],
  statement: CheckedStatement,
  context: RuleContext,
): ReadonlySet<string> {
  return new Set(
    explained.flatMap((rule) =>
      rule
        .check(statement, context)
        .flatMap(({ work, table }) => (work === "none" || table === null ? [] : [tableKey(table)])),
    ),
  );
}

function strongest(locks: readonly TableLock[]): TableLock | undefined {
  return locks.toSorted((a, b) => Number(b.blocksReads) - Number(a.blocksReads))[0];
}

function verdict(
  lock: TableLock,
  worked: TableName,
  { held, rewritten }: Effects,
  { observation }: CheckedStatement,
): ReturnType<MigrationRule["check"]>[number] {
  const written = workedOn({ rewritten, scanned: [] }).has(tableKey(worked));
  const whom = lock.blocksReads ? "reads or writes" : "writes";
  const earlier = held.includes(lock);
  const seen = observation !== null && workedOn(observation).has(tableKey(worked));
  return {
    ...(seen ? {} : { basis: "inferred" }),
    object: tableObject(lock.table),
    message:
      `${earlier ? "An earlier statement of the same transaction" : "The statement"} takes ${lock.mode} on ${tableText(lock.table)}; ` +
      `nobody ${whom} it while all of ${tableText(worked)} is ${written ? "written" : "read"}.`,
    advice: earlier
      ? "Do what takes long in a migration of its own, before or after the one that takes the lock."
      : "Do it when nobody needs the table, or find a way in steps: what takes long without a strong lock, the lock for a moment.",
    steps: [],
    work: written ? "rewrite" : "scan",
    table: worked,
  };
}

function workedOn({
  rewritten,
  scanned,
}: Pick<Effects, "rewritten" | "scanned">): ReadonlySet<string> {
  return new Set([...rewritten, ...scanned].map(tableKey));
}
