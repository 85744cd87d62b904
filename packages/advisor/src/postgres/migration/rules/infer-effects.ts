import type { TableName } from "../../../catalog/catalog.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { ConstraintDefinition, SchemaAction } from "../../../migration/schema-action.ts";
import type { TableLock } from "../../../migration/trial.ts";
import { findsByIndex } from "./finds-by-index.ts";
import { keyColumn } from "./key-column.ts";
import { isNotNullProven } from "./is-not-null-proven.ts";
import { typeChange } from "./type-change.ts";

/** What an action does to its table's rows. `index-build` reads them all too. */
export type Work = "none" | "scan" | "index-build" | "rewrite";

/** What one action does, by its text and the schema it meets. */
export interface InferredEffect {
  readonly locks: readonly TableLock[];
  readonly work: Work;
  /** The table that the work is on; `null` for all. */
  readonly table: TableName | null;
}

type Mode =
  | "SHARE UPDATE EXCLUSIVE"
  | "SHARE"
  | "SHARE ROW EXCLUSIVE"
  | "EXCLUSIVE"
  | "ACCESS EXCLUSIVE";

/** PostgreSQL's table-level locks: https://www.postgresql.org/docs/current/explicit-locking.html */
function lock(table: TableName, mode: Mode): TableLock {
  return {
    table,
    mode,
    blocksReads: mode === "ACCESS EXCLUSIVE",
    blocksWrites: mode !== "SHARE UPDATE EXCLUSIVE",
  };
}

function effect(table: TableName, mode: Mode, work: Work = "none"): InferredEffect {
  return { locks: [lock(table, mode)], work, table };
}

const NOTHING: InferredEffect = { locks: [], work: "none", table: null };

/** What an action does where no trial has shown it. Each case is compared with real servers by a test. */
export function inferEffect(
  action: SchemaAction,
  statement: Pick<CheckedStatement, "schema" | "statement">,
): InferredEffect {
  const { schema } = statement;
  switch (action.kind) {
    case "create-table": {
      const keys = action.constraints.flatMap(({ foreignKey }) =>
        foreignKey === null ? [] : [lock(foreignKey.references, "SHARE ROW EXCLUSIVE")],
      );
      const parent =
        action.partitionOf === null ? [] : [lock(action.partitionOf, "ACCESS EXCLUSIVE")];
      return { locks: [...keys, ...parent], work: "none", table: null };
    }
    case "drop-table":
    case "truncate":
    case "rename-table":
    case "drop-column":
    case "rename-column":
    case "drop-not-null":
    case "set-default":
    case "add-identity":
    case "drop-constraint":
    case "drop-trigger":
      return effect(action.table, "ACCESS EXCLUSIVE");
    case "add-column":
      return addColumn(action);
    case "set-column-type":
      return effect(action.table, "ACCESS EXCLUSIVE", typeWork(action, statement));
    case "set-not-null": {
      const proven = isNotNullProven(schema, action.table, action.column);
      return effect(action.table, "ACCESS EXCLUSIVE", proven ? "none" : "scan");
    }
    case "add-constraint":
      return addConstraint(action.table, action.constraint, statement);
    case "validate-constraint":
      return effect(action.table, "SHARE UPDATE EXCLUSIVE", "scan");
    case "create-index": {
      const { name, table, concurrently, only } = action.index;
      if (action.ifNotExists && name !== null && schema.tableOf({ ...table, name }) !== null) {
        return effect(table, concurrently ? "SHARE UPDATE EXCLUSIVE" : "SHARE");
      }
      const built = only === true && schema.table(table)?.partitioned === true;
      return effect(
        table,
        concurrently ? "SHARE UPDATE EXCLUSIVE" : "SHARE",
        built ? "none" : "index-build",
      );
    }
    case "drop-index": {
      const table = action.table ?? schema.tableOf(action.index) ?? action.index;
      return effect(table, action.concurrently ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE");
    }
    case "reindex": {
      const table =
        action.table ??
        (action.index === null ? null : (schema.tableOf(action.index) ?? action.index));
      if (table === null) return { locks: [], work: "index-build", table: null };
      return effect(table, action.concurrently ? "SHARE UPDATE EXCLUSIVE" : "SHARE", "index-build");
    }
    case "attach-partition": {
      // A check that says what the bound says spares the scan; whether one does is left to the trial.
      const checks = schema.table(action.partition)?.constraints ?? [];
      const checked = checks.some(({ kind, validated }) => kind === "check" && validated);
      return {
        locks: [
          lock(action.table, "SHARE UPDATE EXCLUSIVE"),
          lock(action.partition, "ACCESS EXCLUSIVE"),
        ],
        work: checked ? "none" : "scan",
        table: action.partition,
      };
    }
    case "detach-partition":
      return {
        locks: action.concurrently
          ? [lock(action.table, "SHARE UPDATE EXCLUSIVE")]
          : [lock(action.table, "ACCESS EXCLUSIVE"), lock(action.partition, "ACCESS EXCLUSIVE")],
        work: "none",
        table: action.partition,
      };
    case "rewrite-table":
    case "set-logged":
      return action.table === null
        ? { locks: [], work: "rewrite", table: null }
        : effect(action.table, "ACCESS EXCLUSIVE", "rewrite");
    case "create-trigger":
      return effect(action.table, "SHARE ROW EXCLUSIVE");
    case "write-rows":
      return {
        locks: [],
        work: readsAll(action, statement) ? "scan" : "none",
        table: action.table,
      };
    case "other":
      return otherEffect(action);
    case "add-enum-value":
    case "convert-charset":
    case "drop-type":
    case "rename-index":
    case "set-schema":
    case "set-timeout":
    case "transaction":
      return NOTHING;
  }
}

/** An UPDATE or DELETE that has no index to find its rows by. Of a table that is not known there may be one. */
function readsAll(
  { command, filtered, table }: Extract<SchemaAction, { kind: "write-rows" }>,
  { schema, statement }: Pick<CheckedStatement, "schema" | "statement">,
): boolean {
  if (command !== "update" && command !== "delete") return false;
  if (!filtered) return true;
  const known = schema.table(table);
  return known !== null && known.columns.length > 0 && !findsByIndex(statement.sql, known);
}

/** Of commands that lock a table and look at none of its rows, those that do not take the strongest lock. */
const GENTLE =
  /^(ANALYZE|VACUUM|ALTER TABLE \.\.\. (CLUSTER ON|DROP CLUSTER|(RE)?SET (REL )?OPTIONS|SET STATISTICS))$/;
const TRIGGER_SWITCH = /^ALTER TABLE \.\.\. (ENABLE|DISABLE) (ALWAYS |REPLICA )?TRIG/;

function otherEffect({ command, table }: Extract<SchemaAction, { kind: "other" }>): InferredEffect {
  if (table === undefined) return NOTHING;
  if (GENTLE.test(command)) return effect(table, "SHARE UPDATE EXCLUSIVE");
  if (TRIGGER_SWITCH.test(command)) return effect(table, "SHARE ROW EXCLUSIVE");
  // Nobody writes a materialized view: the lock keeps only another refresh out.
  if (command === "REFRESH MATERIALIZED VIEW CONCURRENTLY") return NOTHING;
  return effect(table, "ACCESS EXCLUSIVE");
}

function addColumn({
  table,
  column,
  constraints,
}: Extract<SchemaAction, { kind: "add-column" }>): InferredEffect {
  const references = constraints.flatMap(({ foreignKey }) =>
    foreignKey === null ? [] : [lock(foreignKey.references, "SHARE ROW EXCLUSIVE")],
  );
  return {
    locks: [lock(table, "ACCESS EXCLUSIVE"), ...references],
    work: columnWork(column, constraints),
    table,
  };
}

function columnWork(
  { fill, notNull }: Extract<SchemaAction, { kind: "add-column" }>["column"],
  constraints: readonly ConstraintDefinition[],
): Work {
  // Nobody knows the function: PostgreSQL takes one for volatile unless its author said otherwise.
  if (fill === "volatile" || fill === "unknown") return "rewrite";
  if (constraints.some(({ kind }) => BUILDS_INDEX.has(kind))) return "index-build";
  const looks = ({ kind }: ConstraintDefinition): boolean =>
    kind === "check" || (kind === "foreign-key" && fill !== "none");
  const read = constraints.some((one) => !one.notValid && looks(one));
  return read || (notNull && fill === "none") ? "scan" : "none";
}

const BUILDS_INDEX: ReadonlySet<ConstraintDefinition["kind"]> = new Set([
  "exclude",
  "primary-key",
  "unique",
]);

function addConstraint(
  table: TableName,
  constraint: ConstraintDefinition,
  { schema }: Pick<CheckedStatement, "schema">,
): InferredEffect {
  const { kind, columns, foreignKey, notValid, usingIndex } = constraint;
  if (foreignKey !== null) {
    return {
      locks: [
        lock(table, "SHARE ROW EXCLUSIVE"),
        lock(foreignKey.references, "SHARE ROW EXCLUSIVE"),
      ],
      work: notValid ? "none" : "scan",
      table,
    };
  }
  if (kind === "check") return effect(table, "ACCESS EXCLUSIVE", notValid ? "none" : "scan");
  const keys =
    usingIndex === null
      ? columns
      : (schema.table(table)?.indexes.find(({ name }) => name === usingIndex)?.keys ?? null)?.map(
          keyColumn,
        );
  const proven = keys?.every((column) => isNotNullProven(schema, table, column));
  if (kind === "not-null") {
    return effect(table, "ACCESS EXCLUSIVE", notValid || proven === true ? "none" : "scan");
  }
  if (usingIndex === null) return effect(table, "ACCESS EXCLUSIVE", "index-build");
  // A primary key makes its columns NOT NULL.
  return effect(
    table,
    "ACCESS EXCLUSIVE",
    kind === "primary-key" && proven !== true ? "scan" : "none",
  );
}

function typeWork(
  { table, column, type, using }: Extract<SchemaAction, { kind: "set-column-type" }>,
  { schema }: Pick<CheckedStatement, "schema">,
): Work {
  const old = schema.table(table)?.columns.find(({ name }) => name === column)?.type;
  const change = typeChange(old ?? null, type, column, using);
  // Of `in-utc` the rule says what it rests on.
  return change === "safe" || change === "in-utc" ? "none" : "rewrite";
}
