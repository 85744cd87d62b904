import { type TableName, tableKey } from "../catalog/catalog.ts";
import type { KnownColumn, KnownConstraint, KnownSchema, KnownTable } from "./known-schema.ts";
import type { ColumnDefinition, ConstraintDefinition, SchemaAction } from "./schema-action.ts";

type Tables = ReadonlyMap<string, KnownTable>;

/** What no statement has spoken of yet. */
export const EMPTY_SCHEMA: KnownSchema = knownSchema(new Map());

/**
 * The schema after one statement. `created`: its migration is being checked, so that a table it makes has few rows.
 * What is done to tables that nobody created here is remembered too: a table in `structure.sql` may be older than the history.
 */
export function afterActions(
  schema: KnownSchema,
  actions: readonly SchemaAction[],
  created: boolean,
): KnownSchema {
  if (actions.length === 0) return schema;
  const tables = new Map([...schema.tables()].map((table) => [tableKey(table), table]));
  for (const action of actions) apply(tables, action, created);
  return knownSchema(tables);
}

/** The same schema some time later: no table counts as new any more. */
export function inUse(schema: KnownSchema): KnownSchema {
  const tables = [...schema.tables()].map((table) => ({
    ...table,
    created: false,
    columns: table.columns.map(({ name, type, notNull }) => ({ name, type, notNull })),
  }));
  return knownSchema(new Map(tables.map((table) => [tableKey(table), table])));
}

function knownSchema(tables: Tables): KnownSchema {
  return {
    tables: () => tables.values(),
    table: (name) => tables.get(tableKey(name)) ?? null,
    tableOf: (index) =>
      [...tables.values()].find(
        (table) =>
          table.schema === index.schema && table.indexes.some(({ name }) => name === index.name),
      ) ?? null,
  };
}

function apply(tables: Map<string, KnownTable>, action: SchemaAction, created: boolean): void {
  const change = (table: TableName, edit: (known: KnownTable) => KnownTable): void => {
    tables.set(tableKey(table), edit(tables.get(tableKey(table)) ?? unknownTable(table)));
  };
  switch (action.kind) {
    case "create-table":
      if (action.ifNotExists && tables.has(tableKey(action.table))) return;
      tables.set(tableKey(action.table), {
        ...action.table,
        created,
        temporary: action.temporary,
        ...(action.partitioned ? { partitioned: true } : {}),
        columns: action.columns.map((column) => knownColumn(column, created)),
        constraints: action.constraints.map(knownConstraint),
        indexes: [],
      });
      return;
    case "drop-table":
      tables.delete(tableKey(action.table));
      return;
    case "rename-table": {
      const known = tables.get(tableKey(action.table)) ?? unknownTable(action.table);
      tables.delete(tableKey(action.table));
      tables.set(tableKey(action.to), {
        ...known,
        ...action.to,
        indexes: known.indexes.map((index) => ({ ...index, table: action.to })),
      });
      return;
    }
    case "add-column":
      change(action.table, (known) => ({
        ...known,
        columns: [
          ...without(known.columns, action.column.name),
          knownColumn(action.column, created),
        ],
        constraints: [...known.constraints, ...action.constraints.map(knownConstraint)],
      }));
      return;
    case "drop-column":
      change(action.table, (known) => withoutColumn(known, action.column));
      return;
    case "rename-column":
      change(action.table, (known) => withRenamedColumn(known, action.column, action.to));
      return;
    case "set-column-type":
      change(action.table, (known) => editColumn(known, action.column, { type: action.type }));
      return;
    case "set-not-null":
    case "add-identity":
      change(action.table, (known) => editColumn(known, action.column, { notNull: true }));
      return;
    case "drop-not-null":
      change(action.table, (known) => editColumn(known, action.column, { notNull: false }));
      return;
    case "add-constraint":
      change(action.table, (known) => ({
        ...known,
        constraints: [...known.constraints, knownConstraint(action.constraint)],
      }));
      return;
    case "validate-constraint":
      change(action.table, (known) => ({
        ...known,
        constraints: known.constraints.map((one) =>
          one.name === action.name ? { ...one, validated: true } : one,
        ),
      }));
      return;
    case "drop-constraint":
      change(action.table, (known) => ({
        ...known,
        constraints: without(known.constraints, action.name),
      }));
      return;
    case "create-index":
      change(action.index.table, (known) => ({
        ...known,
        indexes: [...known.indexes, action.index],
      }));
      return;
    case "drop-index":
    case "rename-index": {
      const owner = [...tables.values()].find(
        (table) =>
          table.schema === action.index.schema &&
          table.indexes.some(({ name }) => name === action.index.name),
      );
      if (owner === undefined) return;
      change(owner, (known) => ({
        ...known,
        indexes:
          action.kind === "drop-index"
            ? without(known.indexes, action.index.name)
            : known.indexes.map((index) =>
                index.name === action.index.name ? { ...index, name: action.to } : index,
              ),
      }));
      return;
    }
    case "add-enum-value":
    case "attach-partition":
    case "convert-charset":
    case "create-trigger":
    case "detach-partition":
    case "drop-trigger":
    case "drop-type":
    case "other":
    case "reindex":
    case "rewrite-table":
    case "set-default":
    case "set-logged":
    case "set-schema":
    case "set-timeout":
    case "transaction":
    case "truncate":
    case "write-rows":
      // Nothing of what a rule asks the schema for.
      return;
  }
}

/** A table that was there before the history began. */
function unknownTable({ schema, name }: TableName): KnownTable {
  return {
    schema,
    name,
    created: false,
    temporary: false,
    columns: [],
    constraints: [],
    indexes: [],
  };
}

function without<T extends { readonly name: string | null }>(
  list: readonly T[],
  name: string,
): readonly T[] {
  return list.filter((one) => one.name !== name);
}

function withoutColumn(known: KnownTable, column: string): KnownTable {
  return {
    ...known,
    columns: without(known.columns, column),
    constraints: known.constraints.filter(({ columns }) => !columns.includes(column)),
    indexes: known.indexes.filter(({ keys }) => !keys.includes(column)),
  };
}

function withRenamedColumn(known: KnownTable, column: string, to: string): KnownTable {
  const renamed = (names: readonly string[]): readonly string[] =>
    names.map((name) => (name === column ? to : name));
  return {
    ...known,
    columns: known.columns.map((one) => (one.name === column ? { ...one, name: to } : one)),
    constraints: known.constraints.map((one) => ({
      ...one,
      columns: renamed(one.columns),
      impliesNotNull: renamed(one.impliesNotNull),
    })),
    indexes: known.indexes.map((index) => ({ ...index, keys: renamed(index.keys) })),
  };
}

function editColumn(known: KnownTable, column: string, edit: Partial<KnownColumn>): KnownTable {
  return {
    ...known,
    columns: known.columns.map((one) => (one.name === column ? { ...one, ...edit } : one)),
  };
}

function knownColumn({ name, type, notNull }: ColumnDefinition, created: boolean): KnownColumn {
  return { name, type, notNull, ...(created ? { created } : {}) };
}

function knownConstraint(constraint: ConstraintDefinition): KnownConstraint {
  return { ...constraint, validated: !constraint.notValid };
}
