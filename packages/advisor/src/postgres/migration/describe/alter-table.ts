import type { AlterTableCmd, AlterTableStmt } from "libpg-query";
import type { TableName } from "../../../catalog/catalog.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { isNull } from "./fill-of.ts";
import { columnDefinition } from "./column-definition.ts";
import { constraintDefinition } from "./constraint-definition.ts";
import { relationName } from "./names.ts";
import { sqlText, typeText } from "./sql-text.ts";

/** ALTER of tables that hold no rows of their own, or none that a migration changes. */
const OTHER_OBJECTS: Readonly<Record<string, string>> = {
  OBJECT_FOREIGN_TABLE: "ALTER FOREIGN TABLE",
  OBJECT_INDEX: "ALTER INDEX",
  OBJECT_SEQUENCE: "ALTER SEQUENCE",
  OBJECT_TYPE: "ALTER TYPE",
  OBJECT_VIEW: "ALTER VIEW",
};

/** Each clause of an ALTER TABLE. */
export function alterTable(statement: AlterTableStmt, schema: string): readonly SchemaAction[] {
  const other = OTHER_OBJECTS[statement.objtype ?? ""];
  if (other !== undefined) return [{ kind: "other", command: other }];
  const table = relationName(statement.relation, schema);
  return (statement.cmds ?? []).map((node) =>
    "AlterTableCmd" in node
      ? clause(node.AlterTableCmd, table, schema)
      : { kind: "other", command: "ALTER TABLE", table },
  );
}

function clause(command: AlterTableCmd, table: TableName, schema: string): SchemaAction {
  const { def } = command;
  const subtype: string = command.subtype ?? "";
  const column = command.name ?? "";
  switch (subtype) {
    case "AT_AddColumn":
      if (def === undefined || !("ColumnDef" in def)) break;
      return { kind: "add-column", table, ...columnDefinition(def.ColumnDef, schema) };
    case "AT_DropColumn":
      return { kind: "drop-column", table, column };
    case "AT_AlterColumnType": {
      if (def === undefined || !("ColumnDef" in def)) break;
      const { raw_default: using, typeName } = def.ColumnDef;
      const type = typeText(typeName);
      return { kind: "set-column-type", table, column, type, using: sqlText(using) || null };
    }
    case "AT_SetNotNull":
      return { kind: "set-not-null", table, column };
    case "AT_DropNotNull":
      return { kind: "drop-not-null", table, column };
    case "AT_ColumnDefault":
      return { kind: "set-default", table, column, default: isNull(def) ? null : sqlText(def) };
    case "AT_AddIdentity":
      return { kind: "add-identity", table, column };
    case "AT_AddConstraint": {
      if (def === undefined || !("Constraint" in def)) break;
      const constraint = constraintDefinition(def.Constraint, null, schema);
      if (constraint === null) break;
      return { kind: "add-constraint", table, constraint };
    }
    case "AT_ValidateConstraint":
      return { kind: "validate-constraint", table, name: column };
    case "AT_DropConstraint":
      return { kind: "drop-constraint", table, name: column };
    case "AT_SetLogged":
      return { kind: "set-logged", table, logged: true };
    case "AT_SetUnLogged":
      return { kind: "set-logged", table, logged: false };
    case "AT_AttachPartition":
    case "AT_DetachPartition": {
      if (def === undefined || !("PartitionCmd" in def)) break;
      return {
        kind: subtype === "AT_AttachPartition" ? "attach-partition" : "detach-partition",
        table,
        partition: relationName(def.PartitionCmd.name, schema),
        concurrently: def.PartitionCmd.concurrent === true,
      };
    }
    case "AT_SetAccessMethod":
      return { kind: "rewrite-table", table, command: "ALTER TABLE ... SET ACCESS METHOD" };
    case "AT_SetTableSpace":
      return { kind: "rewrite-table", table, command: "ALTER TABLE ... SET TABLESPACE" };
    case "AT_SetExpression":
      return { kind: "rewrite-table", table, command: "ALTER COLUMN ... SET EXPRESSION" };
    default:
      break;
  }
  return { kind: "other", command: `ALTER TABLE ... ${clauseName(subtype)}`, table };
}

/** `AT_EnableRowSecurity`: `ENABLE ROW SECURITY`. */
function clauseName(subtype: string): string {
  return subtype
    .replace(/^AT_/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}
