import type { CreateStmt, IntoClause, Node } from "libpg-query";
import type { TableName } from "../../../catalog/catalog.ts";
import type {
  ColumnDefinition,
  ConstraintDefinition,
  SchemaAction,
} from "../../../migration/schema-action.ts";
import { columnDefinition } from "./column-definition.ts";
import { constraintDefinition } from "./constraint-definition.ts";
import { relationName } from "./names.ts";

/** CREATE TABLE with what its columns and constraints say; those of a primary key or NOT NULL constraint are not NULL. */
export function createTable(statement: CreateStmt, schema: string): SchemaAction {
  const elements = statement.tableElts ?? [];
  const defined = elements.flatMap((node) =>
    "ColumnDef" in node ? [columnDefinition(node.ColumnDef, schema)] : [],
  );
  const constraints = [
    ...defined.flatMap((one) => one.constraints),
    ...elements.flatMap((node) => {
      if (!("Constraint" in node)) return [];
      const constraint = constraintDefinition(node.Constraint, null, schema);
      return constraint === null ? [] : [constraint];
    }),
  ];
  const parents = (statement.inhRelations ?? []).map((node) => parentName(node, schema));
  const partition = statement.partbound !== undefined;
  const columnsOf = [
    ...elements.flatMap((node) =>
      "TableLikeClause" in node ? [relationName(node.TableLikeClause.relation, schema)] : [],
    ),
    ...(partition ? [] : parents),
  ];
  return {
    kind: "create-table",
    table: relationName(statement.relation, schema),
    columns: defined.map(({ column }) => withKeys(column, constraints)),
    constraints,
    temporary: isTemporary(statement.relation),
    ifNotExists: statement.if_not_exists === true,
    partitionOf: partition ? (parents[0] ?? null) : null,
    ...(columnsOf.length > 0 ? { columnsOf } : {}),
    ...(statement.partspec === undefined ? {} : { partitioned: true }),
  };
}

/** CREATE TABLE AS and SELECT INTO: the query says which columns. */
export function createTableAs(
  into: IntoClause | undefined,
  ifNotExists: boolean,
  schema: string,
): SchemaAction {
  return {
    kind: "create-table",
    table: relationName(into?.rel, schema),
    columns: [],
    constraints: [],
    temporary: isTemporary(into?.rel),
    ifNotExists,
    partitionOf: null,
  };
}

function withKeys(
  column: ColumnDefinition,
  constraints: readonly ConstraintDefinition[],
): ColumnDefinition {
  const notNull = constraints.some(
    ({ kind, columns }) =>
      (kind === "primary-key" || kind === "not-null") && columns.includes(column.name),
  );
  return notNull ? { ...column, notNull } : column;
}

function parentName(node: Node, schema: string): TableName {
  return relationName("RangeVar" in node ? node.RangeVar : undefined, schema);
}

function isTemporary(relation: CreateStmt["relation"]): boolean {
  return relation?.relpersistence === "t" || relation?.schemaname === "pg_temp";
}
