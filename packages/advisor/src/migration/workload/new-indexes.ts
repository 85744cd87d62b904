import { type Catalog, type Index, type Table, tableKey } from "../../catalog/catalog.ts";
import type { SchemaChange } from "../../catalog/changed-snapshot.ts";
import type { TableIndex } from "../../catalog/partitions.ts";
import type { CheckedStatement } from "../migration-rule.ts";

/** A schema before and after the change: production's or the trial's. */
export interface SchemaPair {
  readonly before: Catalog;
  readonly after: Catalog;
  /** What each statement did; `null` where only the texts of the statements tell. */
  readonly changes: readonly SchemaChange[] | null;
  readonly statements: readonly CheckedStatement[];
}

/** An index that the change adds, and the statement that does. */
export interface NewIndex extends TableIndex {
  readonly checked: CheckedStatement;
}

/** Indexes that are there only after the change. One that is attached to a partitioned index comes with that one. */
export function newIndexes(pair: SchemaPair): readonly NewIndex[] {
  const renamed = new Set(
    (pair.changes ?? [])
      .filter(({ kind, change }) => kind === "index" && change === "renamed")
      .map(({ to }) => to),
  );
  const known = new Set(pair.before.tables.flatMap(indexKeys));
  return pair.after.tables.flatMap((table) =>
    table.indexes.flatMap((index): readonly NewIndex[] => {
      if (index.parent !== null || renamed.has(index.name)) return [];
      if (known.has(keyOf(table, index))) return [];
      const checked = statementOf(table, index, pair);
      return checked === undefined ? [] : [{ table, index, checked }];
    }),
  );
}

/** Whether the index was there before the change. */
export function isNew({ table, index }: TableIndex, indexes: readonly NewIndex[]): boolean {
  return indexes.some((each) => each.index === index && each.table === table);
}

/** The statement that makes the index: the last one that says so, since an index can be made, dropped and made again. */
function statementOf(
  table: Table,
  index: Index,
  { changes, statements }: SchemaPair,
): CheckedStatement | undefined {
  const created = changes?.findLast(
    ({ kind, change, name }) =>
      kind === "index" &&
      change === "created" &&
      tableKey(name) === tableKey({ schema: table.schema, name: index.name }),
  );
  if (created !== undefined) return statements[created.position];
  const onTable = statements.filter(({ actions }) =>
    actions.some((action) => {
      const name = action.kind === "create-index" ? action.index.table : tableIn(action);
      return name !== null && tableKey(name) === tableKey(table);
    }),
  );
  return (
    onTable.findLast(({ actions }) => actions.some((action) => names(action, index))) ??
    onTable.findLast(({ actions }) => actions.some((action) => makes(action, index)))
  );
}

type Action = CheckedStatement["actions"][number];

function names(action: Action, index: Index): boolean {
  if (action.kind === "create-index") return action.index.name === index.name;
  return action.kind === "add-constraint" && action.constraint.name === index.name;
}

/** Whether the action can make such an index without naming it. */
function makes(action: Action, index: Index): boolean {
  const columns = index.keys.map((key) => key.column ?? key.expression).join();
  if (action.kind === "create-index")
    return action.index.name === null && action.index.keys.length === index.keys.length;
  if (action.kind === "add-constraint") return action.constraint.columns.join() === columns;
  if (action.kind === "create-table") return index.constraint !== null;
  return action.kind === "add-column" && action.column.name === columns;
}

function tableIn(action: Action): Table | { schema: string; name: string } | null {
  return "table" in action ? action.table : null;
}

function indexKeys(table: Table): readonly string[] {
  return table.indexes.map((index) => keyOf(table, index));
}

/** By name and by what it indexes: an index that is made anew with other columns is a new one. */
function keyOf({ schema }: Table, index: Index): string {
  return JSON.stringify([
    schema,
    index.name,
    index.method,
    index.keys.map(({ expression }) => expression),
    index.include,
    index.predicate,
    index.unique,
  ]);
}
