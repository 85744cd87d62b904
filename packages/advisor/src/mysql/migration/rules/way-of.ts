import type { TableName } from "../../../catalog/catalog.ts";
import type { Basis } from "../../../migration/migration-finding.ts";
import type { CheckedStatement, RuleContext } from "../../../migration/migration-rule.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import { alteredTable } from "../alter-ladder.ts";
import { inferRung } from "./infer-rung.ts";

/** How the server alters a table that is in use. */
export interface Way {
  readonly table: TableName;
  readonly algorithm: string;
  readonly lock: "NONE" | "SHARED" | "EXCLUSIVE";
  readonly basis: Basis;
}

/** By what the trial saw, or else by the text; `null` for statements that alter no table in use. */
export function wayOf(statement: CheckedStatement, context: RuleContext): Way | null {
  const table = changedTable(statement);
  if (table === null || !isInUse(statement, table)) return null;
  const { observation } = statement;
  if (observation?.algorithm !== undefined) {
    const asked = observation.locks.find(({ mode }) => mode.startsWith("LOCK="));
    const lock = asked === undefined ? "NONE" : asked.blocksReads ? "EXCLUSIVE" : "SHARED";
    return { table, algorithm: observation.algorithm, lock, basis: "measured" };
  }
  const rung = inferRung(statement, context.serverVersion);
  if (rung === null) return null;
  return { table, algorithm: rung.algorithm, lock: rung.lock ?? "NONE", basis: "inferred" };
}

/** The table that a statement alters; its schema is the session's where the text has none. */
export function changedTable({ statement, actions }: CheckedStatement): TableName | null {
  const table = alteredTable(statement.sql, "");
  if (table === null || table.schema !== "") return table;
  const known = actions
    .flatMap((action) =>
      action.kind === "create-index"
        ? [action.index.table]
        : "table" in action && action.table != null
          ? [action.table]
          : [],
    )
    .find(({ name }) => name === table.name);
  return known ?? table;
}
