import type { TableName } from "../../../catalog/catalog.ts";
import type {
  ColumnDefinition,
  ConstraintDefinition,
  SchemaAction,
} from "../../../migration/schema-action.ts";
import { columnDefinition } from "./column-definition.ts";
import { tableElement } from "./constraint-definition.ts";
import { readTokens, type TokenReader } from "./token-reader.ts";

/** Behind CREATE [OR REPLACE] [TEMPORARY] TABLE. */
export function createTable(
  reader: TokenReader,
  schema: string,
  temporary: boolean,
): readonly SchemaAction[] {
  const ifNotExists = reader.takes("IF", "NOT", "EXISTS");
  const table = reader.table(schema);
  const inside = reader.sees("(", "LIKE") ? null : reader.parentheses();
  const elements = inside === null ? EMPTY : elementsOf(inside, table);
  reader.takes("(");
  const columnsOf = reader.takes("LIKE") ? [reader.table(schema)] : [];
  const { columns, constraints, indexes } = elements;
  return [
    {
      kind: "create-table",
      table,
      columns,
      constraints,
      temporary,
      ifNotExists,
      partitionOf: null,
      ...(columnsOf.length === 0 ? {} : { columnsOf }),
    },
    ...indexes,
  ];
}

interface Elements {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly ConstraintDefinition[];
  readonly indexes: readonly SchemaAction[];
}

const EMPTY: Elements = { columns: [], constraints: [], indexes: [] };

function elementsOf(inside: string, table: TableName): Elements {
  const columns: ColumnDefinition[] = [];
  const constraints: ConstraintDefinition[] = [];
  const indexes: SchemaAction[] = [];
  const reader = readTokens(inside);
  do {
    const element = tableElement(reader, table);
    if (element === null) {
      const defined = columnDefinition(reader, table.schema);
      columns.push(defined.column);
      constraints.push(...defined.constraints);
    } else if (element.kind === "add-constraint") constraints.push(element.constraint);
    else indexes.push(element);
  } while (reader.nextClause());
  return { columns, constraints, indexes };
}
