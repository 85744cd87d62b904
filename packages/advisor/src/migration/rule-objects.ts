import type { TableName } from "../catalog/catalog.ts";
import type { FindingObject } from "../findings/finding.ts";

/** A table for a sentence; not SQL. One of the connection's own database has no schema. */
export function tableText({ schema, name }: TableName): string {
  return schema === "" ? name : `${schema}.${name}`;
}

/** What a finding is about: a table. */
export function tableObject({ schema, name }: TableName): FindingObject {
  return { type: "table", schema, table: name, name: null, columns: [] };
}

/** What a finding is about: columns of a table. */
export function columnObject(table: TableName, ...columns: readonly string[]): FindingObject {
  return { ...tableObject(table), type: "column", columns };
}

/** What a finding is about: a constraint; `null` for one that the server gives a name. */
export function constraintObject(
  table: TableName,
  name: string | null,
  columns: readonly string[],
): FindingObject {
  return { ...tableObject(table), type: "constraint", name, columns };
}

/** What a finding is about: an index; `null` for one that the server gives a name. */
export function indexObject(
  table: TableName,
  name: string | null,
  columns: readonly string[],
): FindingObject {
  return { ...tableObject(table), type: "index", name, columns };
}
