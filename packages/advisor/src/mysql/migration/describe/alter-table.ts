import type { TableName } from "../../../catalog/catalog.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { columnDefinition, definitionOf } from "./column-definition.ts";
import { tableElement } from "./constraint-definition.ts";
import { readTokens, type TokenReader } from "./token-reader.ts";

/** Behind ALTER [ONLINE] [IGNORE] TABLE: each of its clauses. */
export function alterTable(reader: TokenReader, schema: string): readonly SchemaAction[] {
  reader.takes("IF", "EXISTS");
  const table = reader.table(schema);
  if (reader.takes("WAIT")) reader.any();
  reader.takes("NOWAIT");
  const actions: SchemaAction[] = [];
  do actions.push(...clause(reader, table));
  while (reader.nextClause());
  return actions;
}

function clause(reader: TokenReader, table: TableName): readonly SchemaAction[] {
  if (reader.takes("ADD")) return add(reader, table);
  if (reader.takes("DROP")) return [drop(reader, table)];
  if (reader.takes("MODIFY")) {
    reader.takes("COLUMN");
    reader.takes("IF", "EXISTS");
    return redefine(reader, table, reader.name() ?? "", null);
  }
  if (reader.takes("CHANGE")) {
    reader.takes("COLUMN");
    reader.takes("IF", "EXISTS");
    const column = reader.name() ?? "";
    return redefine(reader, table, column, reader.name() ?? "");
  }
  if (reader.takes("ALTER")) return [alterColumn(reader, table)];
  if (reader.takes("RENAME")) return [rename(reader, table)];
  if (reader.takes("CONVERT", "TO")) {
    if (!reader.takes("CHARACTER", "SET")) reader.takes("CHARSET");
    return [{ kind: "convert-charset", table, charset: reader.name() ?? "" }];
  }
  // How it is done, not what.
  if (reader.takesOne("ALGORITHM", "LOCK") !== null) return [];
  const written = ["ENGINE", "FORCE", "ROW_FORMAT", "KEY_BLOCK_SIZE", "ORDER", "TABLESPACE"].find(
    (word) => reader.sees(word),
  );
  if (written !== undefined)
    return [{ kind: "rewrite-table", table, command: `ALTER TABLE ... ${reader.restOfClause()}` }];
  return [other(reader, table)];
}

function add(reader: TokenReader, table: TableName): readonly SchemaAction[] {
  if (["PARTITION", "PERIOD", "SYSTEM"].some((word) => reader.sees(word)))
    return [other(reader, table)];
  const element = tableElement(reader, table);
  if (element !== null) return [element];
  reader.takes("COLUMN");
  reader.takes("IF", "NOT", "EXISTS");
  const list = reader.parentheses();
  const one = (from: TokenReader): SchemaAction => ({
    kind: "add-column",
    table,
    ...columnDefinition(from, table.schema),
  });
  if (list === null) return [one(reader)];
  const columns = readTokens(list);
  const actions = [one(columns)];
  while (columns.nextClause()) actions.push(one(columns));
  return actions;
}

function drop(reader: TokenReader, table: TableName): SchemaAction {
  if (reader.takes("PRIMARY", "KEY")) return { kind: "drop-constraint", table, name: "PRIMARY" };
  const constraint =
    reader.takes("FOREIGN", "KEY") || reader.takesOne("CONSTRAINT", "CHECK") !== null;
  const index = !constraint && reader.takesOne("INDEX", "KEY") !== null;
  if (!constraint && !index && ["PARTITION", "PERIOD", "SYSTEM"].some((word) => reader.sees(word)))
    return other(reader, table);
  reader.takes("COLUMN");
  reader.takes("IF", "EXISTS");
  const name = reader.name() ?? "";
  if (constraint) return { kind: "drop-constraint", table, name };
  return index
    ? { kind: "drop-index", index: { schema: table.schema, name }, table, concurrently: false }
    : { kind: "drop-column", table, column: name };
}

/** MODIFY and CHANGE say all of the column anew: what they leave out is taken away. */
function redefine(
  reader: TokenReader,
  table: TableName,
  column: string,
  to: string | null,
): readonly SchemaAction[] {
  const { column: defined } = definitionOf(column, reader.restOfClause(), table.schema);
  const { type, notNull } = defined;
  const renamed = to !== null && to.toLowerCase() !== column.toLowerCase();
  return [
    { kind: "set-column-type", table, column, type, using: null },
    { kind: notNull ? "set-not-null" : "drop-not-null", table, column },
    ...(renamed ? [{ kind: "rename-column" as const, table, column, to }] : []),
  ];
}

function alterColumn(reader: TokenReader, table: TableName): SchemaAction {
  if (reader.takesOne("INDEX", "KEY", "CHECK", "CONSTRAINT") !== null) return other(reader, table);
  reader.takes("COLUMN");
  const column = reader.name() ?? "";
  if (reader.takes("DROP", "DEFAULT")) return { kind: "set-default", table, column, default: null };
  if (reader.takes("SET", "DEFAULT"))
    return { kind: "set-default", table, column, default: reader.restOfClause() };
  return other(reader, table);
}

function rename(reader: TokenReader, table: TableName): SchemaAction {
  if (reader.takes("COLUMN")) {
    reader.takes("IF", "EXISTS");
    const column = reader.name() ?? "";
    reader.takes("TO");
    return { kind: "rename-column", table, column, to: reader.name() ?? "" };
  }
  if (reader.takesOne("INDEX", "KEY") !== null) {
    reader.takes("IF", "EXISTS");
    const name = reader.name() ?? "";
    reader.takes("TO");
    return {
      kind: "rename-index",
      index: { schema: table.schema, name },
      to: reader.name() ?? "",
    };
  }
  reader.takesOne("TO", "AS", "=");
  return { kind: "rename-table", table, to: reader.table(table.schema) };
}

function other(reader: TokenReader, table: TableName): SchemaAction {
  return { kind: "other", command: `ALTER TABLE ... ${reader.restOfClause()}`.trim(), table };
}
