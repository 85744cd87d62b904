import { estimatedRows, type Table, tableKey, type TableName } from "../catalog/catalog.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { Finding } from "../findings/finding.ts";
import { indexBytes, keyTexts } from "../findings/index-object.ts";
import type { Workload } from "../workload/workload.ts";
import type { ReportedTable } from "./report.ts";

/** Tables that findings are about or that the workload uses, by name. */
export function reportedTables(
  { catalog }: Snapshot,
  { queries }: Pick<Workload, "queries">,
  findings: readonly Finding[],
): readonly ReportedTable[] {
  const concerned = new Set([
    ...findings.map(({ object }) => tableKey({ schema: object.schema, name: object.table })),
    ...queries.flatMap(({ statement }) => statement.tables.map(({ table }) => tableKey(table))),
  ]);
  return catalog.tables
    .filter((table) => concerned.has(tableKey(table)))
    .toSorted(byName)
    .map((table) => ({
      schema: table.schema,
      name: table.name,
      rows: rowsOf(table),
      indexes: table.indexes.map((index) => ({
        name: index.name,
        method: index.method,
        keys: keyTexts(index),
        include: index.include,
        predicate: index.predicate,
        unique: index.unique,
        primary: index.primary,
        constraint: index.constraint,
        valid: index.valid,
        bytes: indexBytes({ table, index }, catalog),
      })),
    }));
}

function rowsOf(table: Table): number | null {
  const rows = estimatedRows(table);
  return rows < 0 ? null : Math.round(rows);
}

function byName(a: TableName, b: TableName): number {
  return a.schema.localeCompare(b.schema, "en") || a.name.localeCompare(b.name, "en");
}
