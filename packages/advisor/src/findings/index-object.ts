import type { Catalog, Index } from "../catalog/catalog.ts";
import { findTable, indexTableName, indexTree, type TableIndex } from "../catalog/partitions.ts";
import type { FindingObject } from "./finding.ts";

/** Bytes of one page of the supported servers' default build. */
const PAGE_BYTES = 8192;

/** A finding's object for an existing index. */
export function indexObject({ table, index }: TableIndex): FindingObject {
  return {
    type: "index",
    schema: table.schema,
    table: table.name,
    name: index.name,
    columns: keyTexts(index),
  };
}

/** The keys for people: column names as stored, expressions as SQL. */
export function keyTexts(index: Index): readonly string[] {
  return index.keys.map((key) => key.column ?? key.expression);
}

/** Size on disk, with everything attached below it. */
export function indexBytes(index: TableIndex, catalog: Catalog): number {
  return indexTree(index, catalog).reduce((sum, part) => sum + part.index.pages, 0) * PAGE_BYTES;
}

/** The index that a finding is about; `undefined` for one that is only advised. */
export function indexOf(
  { schema, table, name }: FindingObject,
  catalog: Catalog,
): TableIndex | undefined {
  const found = findTable({ schema, name: table }, catalog);
  const index = found?.indexes.find((each) => each.name === name);
  return found && index && { table: found, index };
}

/** `schema.name` for a sentence. */
export function indexLabel(target: TableIndex): string {
  const { schema, name } = indexTableName(target);
  return `${schema}.${name}`;
}
