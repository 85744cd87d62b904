import type { KnownSchema } from "../../../migration/known-schema.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { ConstraintDefinition, SchemaAction } from "../../../migration/schema-action.ts";
import { type Rung, rungsFor } from "../alter-ladder.ts";
import { typeChange } from "./type-steps.ts";

/** How much a change disturbs, from nothing to a copy of the table. */
type Disturbance = "instant" | "inplace" | "shared" | "copy";

const RUNGS: Readonly<Record<Disturbance, Rung>> = {
  instant: { algorithm: "INSTANT", lock: null },
  inplace: { algorithm: "INPLACE", lock: "NONE" },
  shared: { algorithm: "INPLACE", lock: "SHARED" },
  copy: { algorithm: "COPY", lock: "SHARED" },
};
const ORDER: readonly Disturbance[] = ["instant", "inplace", "shared", "copy"];

/** What is known beside an action. */
interface Known {
  readonly statement: Pick<CheckedStatement, "actions" | "earlier" | "schema" | "statement">;
  readonly maria: boolean;
}

/**
 * How a server alters a table, where no trial has shown it. A test compares it with both servers. `null` where the statement asks for
 * a way that the server refuses.
 */
export function inferRung(statement: Known["statement"], serverVersion: number): Rung | null {
  // MySQL's versions have not come that far.
  const known = { statement, maria: serverVersion >= 100_000 };
  const all = statement.actions.map((action) => disturbance(action, known));
  const worst = ORDER[Math.max(0, ...all.map((one) => ORDER.indexOf(one)))] ?? "instant";
  const { algorithm, lock } = RUNGS[worst];
  // Copies without a lock are of MariaDB 11.2 and later: only a trial tells.
  const open = rungsFor(statement.statement.sql).filter(
    (rung) => rung.algorithm !== "COPY" || rung.lock !== "NONE",
  );
  const from = open.findIndex(
    (rung) => rung.algorithm === algorithm && (rung.lock ?? "NONE") === (lock ?? "NONE"),
  );
  if (from !== -1) return open[from] ?? null;
  // It asks for one that disturbs more.
  const asked = open.find((rung) => rank(rung) > rank(RUNGS[worst]));
  return asked ?? null;
}

function rank({ algorithm, lock }: Rung): number {
  const locks = [null, "NONE", "SHARED", "EXCLUSIVE"];
  return ["INSTANT", "NOCOPY", "INPLACE", "COPY"].indexOf(algorithm) * 10 + locks.indexOf(lock);
}

/** What one action asks for by itself. */
function disturbance(action: SchemaAction, known: Known): Disturbance {
  const { statement, maria } = known;
  switch (action.kind) {
    case "add-column":
      return addColumn(action, known);
    case "set-column-type": {
      const old = columnType(statement.schema, action);
      if (old === null) return "copy";
      const change = typeChange(old, action.type, maria);
      return change === "copy" ? "copy" : "instant";
    }
    case "set-not-null":
    case "drop-not-null":
      return isNotNull(statement.schema, action) === (action.kind === "set-not-null")
        ? "instant"
        : "inplace";
    case "add-constraint":
      return constraint(action.constraint, known);
    case "drop-constraint":
      return action.name === "PRIMARY" && !addsPrimaryKey(statement.actions) ? "copy" : "inplace";
    case "create-index":
      return action.index.method === "btree" ? "inplace" : "shared";
    case "convert-charset":
      return "copy";
    case "rewrite-table":
      return rewrite(action.command);
    case "drop-column":
    case "drop-index":
    case "rename-index":
      return "inplace";
    case "other":
      return other(action.command, maria);
    case "add-enum-value":
    case "add-identity":
    case "attach-partition":
    case "create-table":
    case "create-trigger":
    case "detach-partition":
    case "drop-table":
    case "drop-trigger":
    case "drop-type":
    case "reindex":
    case "rename-column":
    case "rename-table":
    case "set-default":
    case "set-logged":
    case "set-schema":
    case "set-timeout":
    case "transaction":
    case "truncate":
    case "validate-constraint":
    case "write-rows":
      return "instant";
  }
}

function addColumn(
  { column, constraints }: Extract<SchemaAction, { kind: "add-column" }>,
  known: Known,
): Disturbance {
  const { fill, generated, serial } = column;
  if (generated === "stored") return "copy";
  if (serial) return "shared";
  if (fill === "volatile" || fill === "unknown") return "copy";
  // An expression of the time: `DEFAULT (NOW())`, not `DEFAULT NOW()`.
  if (fill === "stable" && column.default?.startsWith("(") === true && !known.maria) return "copy";
  // MySQL reads rows for a CHECK on a new column too; MariaDB for a reference.
  const asked = constraints.map((one) =>
    one.kind === "check" && known.maria ? "instant" : constraint(one, known),
  );
  return ORDER[Math.max(0, ...asked.map((one) => ORDER.indexOf(one)))] ?? "instant";
}

function constraint({ kind }: ConstraintDefinition, { statement, maria }: Known): Disturbance {
  if (kind === "foreign-key") return withoutChecks(statement) ? "inplace" : "copy";
  if (kind !== "check") return "inplace";
  return !maria && /\bnot\s+enforced\b/i.test(statement.statement.sql) ? "instant" : "copy";
}

/** Whether rows are not looked at for foreign keys: the last statement on that says so. */
function withoutChecks({ earlier }: Pick<CheckedStatement, "earlier">): boolean {
  const settings = earlier.flatMap(
    ({ statement }) =>
      /^\s*set\b.*\bforeign_key_checks\s*:?=\s*(?<value>\w+)/i.exec(statement.sql)?.groups?.[
        "value"
      ] ?? [],
  );
  return /^(?:0|off|false)$/i.test(settings.at(-1) ?? "");
}

function rewrite(command: string): Disturbance {
  const engine = /\bengine\s*=?\s*(?<name>\w+)/i.exec(command)?.groups?.["name"];
  if (engine !== undefined && engine.toLowerCase() !== "innodb") return "copy";
  return /\border\s+by\b/i.test(command) ? "copy" : "inplace";
}

function other(command: string, maria: boolean): Disturbance {
  if (/\.\.\. (?:partition by|remove partitioning)\b/i.test(command)) return "copy";
  if (/\.\.\. (?:partitions|coalesce partition|reorganize partition)\b/i.test(command))
    return "shared";
  if (/\.\.\. partition partitions\b/i.test(command)) return maria ? "copy" : "shared";
  return /(?<!\bnot) enforced$/i.test(command) ? "copy" : "instant";
}

function columnType(
  schema: KnownSchema,
  { table, column }: Extract<SchemaAction, { kind: "set-column-type" }>,
): string | null {
  return schema.table(table)?.columns.find(({ name }) => name === column)?.type ?? null;
}

function isNotNull(
  schema: KnownSchema,
  { table, column }: Extract<SchemaAction, { kind: "set-not-null" | "drop-not-null" }>,
): boolean | undefined {
  return schema.table(table)?.columns.find(({ name }) => name === column)?.notNull;
}

function addsPrimaryKey(actions: readonly SchemaAction[]): boolean {
  return actions.some(
    (action) => action.kind === "add-constraint" && action.constraint.kind === "primary-key",
  );
}
