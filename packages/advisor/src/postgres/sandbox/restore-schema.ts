import { type Index, type Table, tableKey } from "../../catalog/catalog.ts";
import type { PreludeStatement, Snapshot } from "../../catalog/snapshot.ts";
import { quoteIdent } from "../quote-ident.ts";
import { type Restoration, reasonOf } from "./restoration.ts";
import { createTable } from "./restore-table.ts";
import { objectName, qualifiedName, quoteLiteral } from "./sql-names.ts";

/** Makes everything that an index or a query may need, except the indexes: the tables are empty. */
export async function restoreTables(restoration: Restoration, snapshot: Snapshot): Promise<void> {
  const { database } = restoration;
  await database.run("set check_function_bodies = off; set client_min_messages = warning");
  for (const schema of new Set(snapshot.catalog.tables.map((table) => table.schema))) {
    await restoration.attempt(
      `schema ${schema}`,
      `create schema if not exists ${quoteIdent(schema)}`,
    );
  }
  await setSearchPath(restoration, snapshot);
  await restoreCollations(restoration, snapshot);
  const waiting = await restorePrelude(restoration, snapshot.prelude);
  for (const table of parentsFirst(snapshot.catalog.tables)) await createTable(restoration, table);
  // What needs a table's row type could not be made before.
  for (const { kind, name, ddl } of waiting) await restoration.attempt(`${kind} ${name}`, ddl);
}

/** Indexes with the constraints that they implement, under their own names. */
export async function restoreIndexes(
  restoration: Restoration,
  tables: readonly Table[],
): Promise<void> {
  for (const table of tables) {
    for (const index of table.indexes) {
      await restoration.attempt(
        objectName("index", { schema: table.schema, name: index.name }),
        indexDdl(table, index),
      );
    }
  }
  for (const table of tables) {
    for (const index of table.indexes) {
      if (index.parent === null) continue;
      const name = { schema: table.schema, name: index.name };
      const ddl = `alter index ${qualifiedName(index.parent)} attach partition ${qualifiedName(name)}`;
      await restoration.attempt(objectName("index", name), ddl);
    }
  }
}

/** Foreign keys (they make join estimates right) and views. */
export async function restoreReferences(
  restoration: Restoration,
  snapshot: Snapshot,
): Promise<void> {
  for (const table of snapshot.catalog.tables) {
    for (const key of table.foreignKeys) {
      const ddl = `alter table ${qualifiedName(table)} add constraint ${quoteIdent(key.name)} ${key.definition}`;
      await restoration.attempt(`foreign key ${table.schema}.${table.name}.${key.name}`, ddl);
    }
  }
  for (const view of snapshot.catalog.views) {
    const ddl = `create view ${qualifiedName(view)} as ${view.definition.replace(/;\s*$/, "")}`;
    await restoration.attempt(objectName("view", view), ddl);
  }
}

export async function setSearchPath(restoration: Restoration, snapshot: Snapshot): Promise<void> {
  const path = snapshot.catalog.searchPath.map((schema) => quoteLiteral(schema)).join(", ");
  await restoration.attempt("search_path", `set search_path = ${path === "" ? "''" : path}`);
}

function indexDdl(table: Table, index: Index): string {
  const { constraint, constraintDefinition } = index;
  return constraint !== null && constraintDefinition
    ? `alter table only ${qualifiedName(table)} add constraint ${quoteIdent(constraint)} ${constraintDefinition}`
    : index.definition;
}

/** Statements that failed, to be tried again when the tables are there. Extensions do not need tables. */
async function restorePrelude(
  restoration: Restoration,
  prelude: readonly PreludeStatement[],
): Promise<readonly PreludeStatement[]> {
  const waiting: PreludeStatement[] = [];
  for (const statement of prelude) {
    if (statement.kind === "extension") {
      await restoreExtension(restoration, statement);
      continue;
    }
    const trial = { ...restoration, gaps: [] };
    const made = await attemptWith(trial, statement.ddl);
    if (!made) waiting.push(statement);
  }
  return waiting;
}

async function attemptWith(restoration: Restoration, sql: string): Promise<boolean> {
  try {
    await restoration.database.run(sql);
    return true;
  } catch {
    return false;
  }
}

async function restoreExtension(
  restoration: Restoration,
  { name, ddl }: PreludeStatement,
): Promise<void> {
  try {
    await restoration.database.run(ddl);
  } catch (error) {
    const reason = `not available in the sandbox, so what needs it was not analysed (${reasonOf(error)})`;
    restoration.gaps.push({ object: `extension ${name}`, reason });
  }
}

/** The operating system's collations are not all there; a stand-in compares alike as far as the planner looks. */
async function restoreCollations(restoration: Restoration, { catalog }: Snapshot): Promise<void> {
  const names = catalog.tables.flatMap((table) => [
    ...table.columns.map((column) => column.collation),
    ...table.indexes.flatMap((index) => index.keys.map((key) => key.collation)),
  ]);
  for (const name of new Set(names)) {
    if (name === null) continue;
    const [row] = await restoration.database.run(
      `select to_regcollation(${quoteLiteral(name)}) is null as missing`,
    );
    if (row?.["missing"] !== true) continue;
    await attemptWith(
      restoration,
      `create collation ${name} (provider = libc, locale = 'en_US.utf8')`,
    );
  }
}

function parentsFirst(tables: readonly Table[]): readonly Table[] {
  const byKey = new Map(tables.map((table) => [tableKey(table), table]));
  const ordered = new Set<Table>();
  const visit = (table: Table, above: ReadonlySet<Table>): void => {
    if (ordered.has(table) || above.has(table)) return;
    const parents = [
      ...table.inherits,
      ...(table.partitionOf === null ? [] : [table.partitionOf.parent]),
    ];
    for (const parent of parents) {
      const found = byKey.get(tableKey(parent));
      if (found !== undefined) visit(found, new Set([...above, table]));
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table, new Set());
  return [...ordered];
}
