import type { TableName } from "../catalog/catalog.ts";
import { isInUse } from "./is-in-use.ts";
import type { CheckedStatement } from "./migration-rule.ts";
import type { Observation, TableLock } from "./trial.ts";

/** What a statement does to tables: seen on the trial, or else concluded from its text. */
export type Effects = Pick<Observation, "held" | "locks" | "rewritten" | "scanned">;

/** How an engine says what a statement does: by its observation where it has one. */
export type ReadEffects = (statement: CheckedStatement) => Effects;

/** Locks that keep somebody from writing, or from reading too, on tables that are in use. */
export function locksInUse(
  statement: CheckedStatement,
  locks: readonly TableLock[],
): readonly TableLock[] {
  return locks.filter((lock) => lock.blocksWrites && isInUse(statement, lock.table));
}

/** Tables in use that are read from end to end or written anew. */
export function workInUse(
  statement: CheckedStatement,
  { rewritten, scanned }: Pick<Effects, "rewritten" | "scanned">,
): readonly TableName[] {
  return [...rewritten, ...scanned].filter((table) => isInUse(statement, table));
}
