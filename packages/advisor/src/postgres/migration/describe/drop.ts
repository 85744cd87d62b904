import type { AlterObjectSchemaStmt, DropStmt, Node, RenameStmt } from "libpg-query";
import type { DescribedStatement, SchemaAction } from "../../../migration/schema-action.ts";
import { nameParts } from "../../describe/node-parts.ts";
import { objectName, partsName, relationName } from "./names.ts";

/** `OBJECT_MATVIEW`: `MATERIALIZED VIEW`. */
function objectTitle(type: string | undefined): string {
  return (type ?? "")
    .replace(/^OBJECT_/, "")
    .replace("MATVIEW", "MATERIALIZED VIEW")
    .replaceAll("_", " ");
}

export function describeDrop(statement: DropStmt, schema: string): DescribedStatement {
  const cascade = statement.behavior === "DROP_CASCADE";
  const concurrently = statement.concurrent === true;
  const title = objectTitle(statement.removeType);
  if (cascade && (title === "SCHEMA" || title === "EXTENSION")) {
    return {
      kind: "opaque",
      reason: `DROP ${title} ... CASCADE drops whatever depends on it`,
    };
  }
  return {
    kind: "actions",
    actions: (statement.objects ?? []).map((node) =>
      dropped(node, statement.removeType, { cascade, concurrently }, schema),
    ),
  };
}

function dropped(
  node: Node,
  type: DropStmt["removeType"],
  statement: { readonly cascade: boolean; readonly concurrently: boolean },
  schema: string,
): SchemaAction {
  const { cascade, concurrently } = statement;
  const name = objectName(node, schema);
  if (type === "OBJECT_TABLE") return { kind: "drop-table", table: name, cascade };
  if (type === "OBJECT_INDEX")
    return { kind: "drop-index", index: name, table: null, concurrently };
  if (type === "OBJECT_TYPE" || type === "OBJECT_DOMAIN") return { kind: "drop-type", name };
  const command = `DROP ${objectTitle(type)}`;
  if (type !== "OBJECT_TRIGGER" && type !== "OBJECT_POLICY" && type !== "OBJECT_RULE") {
    return { kind: "other", command };
  }
  // Named by the table and their own name.
  const parts = nameParts("List" in node ? node.List.items : []);
  const table = partsName(parts.slice(0, -1), schema);
  if (type !== "OBJECT_TRIGGER") return { kind: "other", command, table };
  return { kind: "drop-trigger", table, name: parts.at(-1) ?? "" };
}

export function describeRename(statement: RenameStmt, schema: string): SchemaAction {
  const named = relationName(statement.relation, schema);
  const { newname: to = "", relationType, renameType: type, subname = "" } = statement;
  if (type === "OBJECT_TABLE") {
    return { kind: "rename-table", table: named, to: { ...named, name: to } };
  }
  if (type === "OBJECT_COLUMN" && relationType === "OBJECT_TABLE") {
    return { kind: "rename-column", table: named, column: subname, to };
  }
  if (type === "OBJECT_INDEX") return { kind: "rename-index", index: named, to };
  if (type === "OBJECT_TABCONSTRAINT") {
    return { kind: "other", command: "ALTER TABLE ... RENAME CONSTRAINT", table: named };
  }
  return { kind: "other", command: `ALTER ${objectTitle(type)} ... RENAME` };
}

/** A table in another schema is another table to whoever names it. */
export function describeSetSchema(statement: AlterObjectSchemaStmt, schema: string): SchemaAction {
  if (statement.objectType === "OBJECT_TABLE") {
    const table = relationName(statement.relation, schema);
    return { kind: "rename-table", table, to: { ...table, schema: statement.newschema ?? "" } };
  }
  return { kind: "other", command: `ALTER ${objectTitle(statement.objectType)} ... SET SCHEMA` };
}
