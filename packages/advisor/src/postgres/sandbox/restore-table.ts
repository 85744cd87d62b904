import type { Column, Table } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";
import { type Restoration, reasonOf } from "./restoration.ts";
import { objectName, qualifiedName, quoteLiteral } from "./sql-names.ts";

/**
 * Creates one empty table, as a partition of its parent where it is one. Where the whole definition is refused, the table
 * is made without its checks, generated expressions and unknown types, and a gap says so.
 */
export async function createTable(restoration: Restoration, table: Table): Promise<void> {
  const { database, gaps } = restoration;
  try {
    await database.run(tableDdl(table));
  } catch (error) {
    gaps.push({
      object: objectName("table", table),
      reason: `planned without some of its definition: ${reasonOf(error)}`,
    });
    const made = await restoration.attempt(
      objectName("table", table),
      tableDdl(await plainTable(restoration, table)),
    );
    if (made === null) return;
  }
  if (table.kind === "foreign") {
    gaps.push({
      object: objectName("table", table),
      reason: "a foreign table: planned as if it were here",
    });
  }
  if (table.partitionOf !== null) {
    const { parent, bound } = table.partitionOf;
    const ddl = `alter table ${qualifiedName(parent)} attach partition ${qualifiedName(table)} ${bound}`;
    await restoration.attempt(objectName("table", table), ddl);
  }
}

function tableDdl(table: Table): string {
  const items = [
    ...table.columns.map(columnDdl),
    ...table.checks.map(({ name, definition }) => `constraint ${quoteIdent(name)} ${definition}`),
  ];
  const storage = (table.storageParameters ?? []).map((parameter) => {
    const [name = "", ...value] = parameter.split("=");
    return `${name} = ${quoteLiteral(value.join("="))}`;
  });
  return [
    `create table ${qualifiedName(table)} (${items.join(", ")})`,
    table.inherits.length > 0 ? `inherits (${table.inherits.map(qualifiedName).join(", ")})` : "",
    table.partitionKey !== null ? `partition by ${table.partitionKey}` : "",
    storage.length > 0 ? `with (${storage.join(", ")})` : "",
  ].join(" ");
}

function columnDdl(column: Column): string {
  return [
    `${quoteIdent(column.name)} ${column.type}`,
    column.collation !== null ? `collate ${column.collation}` : "",
    column.generated !== null
      ? `generated always as (${column.generated}) ${column.virtual === true ? "virtual" : "stored"}`
      : "",
    column.notNull ? "not null" : "",
  ].join(" ");
}

async function plainTable(restoration: Restoration, table: Table): Promise<Table> {
  const columns: Column[] = [];
  for (const column of table.columns) {
    const type = await knownType(restoration, column.type);
    const collation = type === column.type ? column.collation : null;
    columns.push({ ...column, type, collation, generated: null });
  }
  return { ...table, columns, checks: [], storageParameters: [] };
}

/** The type itself, or where the sandbox does not have it, a domain of its name over text. */
async function knownType({ database }: Restoration, type: string): Promise<string> {
  const isKnown = async (name: string): Promise<boolean> => {
    const [row] = await database.run(
      `select to_regtype(${quoteLiteral(name)}) is not null as known`,
    );
    return row?.["known"] === true;
  };
  if (await isKnown(type)) return type;
  const [, base = "text", array = ""] = /^(.*?)(?:\([^)]*\))?((?:\[\])*)$/s.exec(type) ?? [];
  if (!(await isKnown(base))) {
    try {
      await database.run(`create domain ${base} as text`);
    } catch {
      return "text";
    }
  }
  return base + array;
}
