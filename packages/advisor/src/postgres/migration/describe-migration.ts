import { loadModule, hasSqlDetails, type Node, parseSync } from "libpg-query";
import type { DescribedStatement, SchemaAction } from "../../migration/schema-action.ts";
import { nameParts } from "../describe/node-parts.ts";
import { alterTable } from "./describe/alter-table.ts";
import { createTable, createTableAs } from "./describe/create-table.ts";
import { describeDrop, describeRename, describeSetSchema } from "./describe/drop.ts";
import { createIndex, reindex } from "./describe/index-statements.ts";
import { cluster, refreshView, vacuum } from "./describe/maintenance.ts";
import { partsName, relationName } from "./describe/names.ts";
import { describeSelect, writes } from "./describe/rows.ts";
import { allReset, describeSet, describeTransaction } from "./describe/settings.ts";

/**
 * What a text does to the schema, by PostgreSQL's own parser. Several statements in one text are read as one that does
 * all of it. Never throws.
 */
export async function describeMigration(sql: string, schema: string): Promise<DescribedStatement> {
  await loadModule();
  if (sql.trim() === "") return actions();
  try {
    const statements = parseSync(sql).stmts ?? [];
    return together(
      statements.flatMap(({ stmt }) => (stmt === undefined ? [] : [describeTree(stmt, schema)])),
    );
  } catch (error) {
    const position = hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined;
    return {
      kind: "error",
      message: error instanceof Error ? error.message : String(error),
      ...(position === undefined || position < 0 ? {} : { position }),
    };
  }
}

/** What can't be seen in one of several hides what all of them do. */
function together(parts: readonly DescribedStatement[]): DescribedStatement {
  const hidden = parts.find(({ kind }) => kind !== "actions");
  if (hidden !== undefined) return hidden;
  return {
    kind: "actions",
    actions: parts.flatMap((part) => (part.kind === "actions" ? part.actions : [])),
  };
}

function describeTree(tree: Node, schema: string): DescribedStatement {
  if ("SelectStmt" in tree) return describeSelect(tree.SelectStmt, schema);
  if ("DropStmt" in tree) return describeDrop(tree.DropStmt, schema);
  if ("CreateSchemaStmt" in tree) {
    const inside = tree.CreateSchemaStmt.schemaname ?? schema;
    const elements = tree.CreateSchemaStmt.schemaElts ?? [];
    return together([
      actions({ kind: "other", command: "CREATE SCHEMA" }),
      ...elements.map((node) => describeTree(node, inside)),
    ]);
  }
  const reason = hiddenBy(tree);
  if (reason !== null) return { kind: "opaque", reason };
  return actions(...describeActions(tree, schema));
}

function actions(...list: readonly SchemaAction[]): DescribedStatement {
  return { kind: "actions", actions: list };
}

/** Why the text of a statement does not say what it does. */
function hiddenBy(tree: Node): string | null {
  if ("DoStmt" in tree) return "DO runs code";
  if ("CallStmt" in tree) return "CALL runs a procedure";
  if ("ExecuteStmt" in tree) return "EXECUTE runs a statement that was prepared elsewhere";
  if ("DropOwnedStmt" in tree) return "DROP OWNED drops whatever a role owns";
  if ("AlterDomainStmt" in tree) {
    const { def, subtype } = tree.AlterDomainStmt;
    const unchecked = def !== undefined && "Constraint" in def && def.Constraint.skip_validation;
    const checks = subtype === "O" || subtype === "V" || (subtype === "C" && unchecked !== true);
    return checks ? "it checks every table that has a column of the domain" : null;
  }
  return null;
}

function describeActions(tree: Node, schema: string): readonly SchemaAction[] {
  if ("AlterTableStmt" in tree) return alterTable(tree.AlterTableStmt, schema);
  if ("CreateStmt" in tree) return [createTable(tree.CreateStmt, schema)];
  if ("CreateTableAsStmt" in tree) {
    const { if_not_exists: ifNotExists = false, into, objtype } = tree.CreateTableAsStmt;
    if (objtype === "OBJECT_MATVIEW") {
      return [{ kind: "other", command: "CREATE MATERIALIZED VIEW" }];
    }
    return [createTableAs(into, ifNotExists, schema)];
  }
  if ("IndexStmt" in tree) return [createIndex(tree.IndexStmt, schema)];
  if ("ReindexStmt" in tree) return [reindex(tree.ReindexStmt, schema)];
  if ("RenameStmt" in tree) return [describeRename(tree.RenameStmt, schema)];
  if ("AlterObjectSchemaStmt" in tree)
    return [describeSetSchema(tree.AlterObjectSchemaStmt, schema)];
  if ("TruncateStmt" in tree) {
    return (tree.TruncateStmt.relations ?? []).map((node) => ({
      kind: "truncate",
      table: relationName("RangeVar" in node ? node.RangeVar : undefined, schema),
    }));
  }
  if ("LockStmt" in tree) {
    // Up to SHARE UPDATE EXCLUSIVE, the fourth of the modes, it keeps nobody from reading or writing.
    if ((tree.LockStmt.mode ?? 0) <= 4) return [{ kind: "other", command: "LOCK TABLE" }];
    return (tree.LockStmt.relations ?? []).map((node) => ({
      kind: "other",
      command: "LOCK TABLE",
      table: relationName("RangeVar" in node ? node.RangeVar : undefined, schema),
    }));
  }
  if ("VacuumStmt" in tree) return vacuum(tree.VacuumStmt, schema);
  if ("ClusterStmt" in tree) return [cluster(tree.ClusterStmt, schema)];
  if ("RefreshMatViewStmt" in tree) return [refreshView(tree.RefreshMatViewStmt, schema)];
  if ("CreateTrigStmt" in tree) {
    const { relation, trigname = "" } = tree.CreateTrigStmt;
    return [{ kind: "create-trigger", table: relationName(relation, schema), name: trigname }];
  }
  if ("CopyStmt" in tree) {
    const { is_from: from, relation } = tree.CopyStmt;
    if (from !== true) return [{ kind: "other", command: "COPY TO" }];
    const table = relationName(relation, schema);
    return [{ kind: "write-rows", table, command: "insert", filtered: false }];
  }
  if ("AlterEnumStmt" in tree) {
    const { newVal: value = "", oldVal, typeName } = tree.AlterEnumStmt;
    if (oldVal !== undefined) return [{ kind: "other", command: "ALTER TYPE" }];
    return [{ kind: "add-enum-value", type: partsName(nameParts(typeName), schema), value }];
  }
  if ("VariableSetStmt" in tree) return describeSet(tree.VariableSetStmt);
  if ("DiscardStmt" in tree && tree.DiscardStmt.target === "DISCARD_ALL") return allReset();
  if ("TransactionStmt" in tree) return describeTransaction(tree.TransactionStmt);
  if ("AlterTableMoveAllStmt" in tree) {
    return [{ kind: "rewrite-table", table: null, command: "ALTER TABLE ALL IN TABLESPACE" }];
  }
  return [...writes(tree, schema), ...plain(tree, schema)];
}

/** All else changes nothing that holds rows; some of it locks a table. */
function plain(tree: Node, schema: string): readonly SchemaAction[] {
  if ("InsertStmt" in tree || "UpdateStmt" in tree) return [];
  if ("DeleteStmt" in tree || "MergeStmt" in tree) return [];
  const command = commandName(tree);
  const relation =
    "CreatePolicyStmt" in tree
      ? tree.CreatePolicyStmt.table
      : "AlterPolicyStmt" in tree
        ? tree.AlterPolicyStmt.table
        : "RuleStmt" in tree
          ? tree.RuleStmt.relation
          : undefined;
  if (relation === undefined) return [{ kind: "other", command }];
  return [{ kind: "other", command, table: relationName(relation, schema) }];
}

/** Statements that the parser calls by another name than their first words. */
const COMMANDS: Readonly<Record<string, string>> = {
  CompositeTypeStmt: "CREATE TYPE",
  CreateEnumStmt: "CREATE TYPE",
  CreateSeqStmt: "CREATE SEQUENCE",
  DefineStmt: "CREATE",
  RuleStmt: "CREATE RULE",
  ViewStmt: "CREATE VIEW",
};

/** The parser's name of a statement as words: `CreateFunctionStmt` is `CREATE FUNCTION`. */
function commandName(tree: Node): string {
  const kind = Object.keys(tree)[0] ?? "";
  const known = COMMANDS[kind];
  if (known !== undefined) return known;
  return kind
    .replace(/Stmt$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}
