import { type TableName, tableKey } from "../../../catalog/catalog.ts";
import type { Effects } from "../../../migration/effects.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { inferEffect, type Work } from "./infer-effects.ts";

/** What a statement does: as the trial saw it, or else by its text. */
export function effectsOf(statement: CheckedStatement): Effects {
  const { observation } = statement;
  const inferred = statement.actions.map((action) => inferEffect(action, statement));
  const worked = (kinds: readonly Work[]): readonly TableName[] =>
    inferred.flatMap(({ work, table }) => (table !== null && kinds.includes(work) ? [table] : []));
  if (observation !== null && !statement.actions.some(isConcurrent)) {
    // How rows are looked for is up to the planner, which goes by sizes that a trial has not.
    const isQuery = statement.actions.some(({ kind }) => kind === "write-rows");
    return {
      ...observation,
      locks: observation.locks.filter(({ table }) => !isRefreshedView(statement, table)),
      scanned: isQuery ? [...observation.scanned, ...worked(["scan"])] : observation.scanned,
    };
  }
  return {
    locks: inferred.flatMap(({ locks }) => locks),
    held: observation?.held ?? statement.before.flatMap((before) => effectsOf(before).locks),
    rewritten: worked(["rewrite"]),
    scanned: worked(["scan", "index-build"]),
  };
}

/** Nobody writes a materialized view: EXCLUSIVE keeps only another refresh out. */
function isRefreshedView({ actions }: CheckedStatement, view: TableName): boolean {
  return actions.some(
    (action) =>
      action.kind === "other" &&
      action.command === "REFRESH MATERIALIZED VIEW CONCURRENTLY" &&
      action.table !== undefined &&
      tableKey(action.table) === tableKey(view),
  );
}

/** A trial may leave CONCURRENTLY out: what it sees then is not what production will. */
export function isConcurrent(action: SchemaAction): boolean {
  if (action.kind === "create-index") return action.index.concurrently;
  return "concurrently" in action && action.concurrently;
}

/**
 * What one action of a statement does to its table's rows. The trial sees statements, not clauses: what it saw is put down to
 * those clauses that do such a thing by their text, or to all of them where none does.
 */
export function workOf(statement: CheckedStatement, action: SchemaAction): Work {
  const own = inferEffect(action, statement);
  if (statement.observation === null || isConcurrent(action)) return own.work;
  const seen = seenWork(statement, own.table);
  if (seen === "none" || own.work !== "none") return strengthened(own.work, seen);
  const others = statement.actions.filter((other) => other !== action);
  const explained = others.some((other) => inferEffect(other, statement).work !== "none");
  return explained ? "none" : seen;
}

/** By what was seen: nothing where nothing was; a rewrite only where the table was rewritten. */
function strengthened(own: Work, seen: Work): Work {
  if (seen === "none") return "none";
  if (own === "rewrite") return seen;
  return own;
}

function seenWork({ observation, schema }: CheckedStatement, table: TableName | null): Work {
  if (observation === null) return "none";
  // The rows of a partitioned table are those of its partitions.
  const all = table === null || schema.table(table)?.partitioned === true;
  const has = (tables: readonly TableName[]): boolean =>
    all ? tables.length > 0 : tables.some((one) => tableKey(one) === tableKey(table));
  if (has(observation.rewritten)) return "rewrite";
  return has(observation.scanned) ? "scan" : "none";
}
