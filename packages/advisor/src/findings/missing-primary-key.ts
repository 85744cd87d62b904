import type { Index, Table } from "../catalog/catalog.ts";
import { indexTableName } from "../catalog/partitions.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { keyTexts } from "./index-object.ts";
import { isSmallTable } from "../catalog/small-table.ts";

/** A table without a primary key: rows can't be told apart, and logical replication can't find them. */
export async function missingPrimaryKey(context: FindingContext): Promise<readonly Finding[]> {
  return (
    context.snapshot.catalog.tables
      .filter((table) => table.kind === "table" || table.kind === "partitioned")
      // A partition has its parent's key.
      .filter((table) => table.partitionOf === null)
      .filter((table) => !table.indexes.some((index) => index.primary))
      .map((table) => judge(table, context))
  );
}

function judge(table: Table, context: FindingContext): Finding {
  const name = `${table.schema}.${table.name}`;
  const keys = table.indexes
    .filter((index) => isRowKey(index, table))
    .toSorted((a, b) => a.keys.length - b.keys.length);
  const promotable = keys.find((index) => table.kind === "table" && canBePromoted(index, context));
  const evidence: Evidence[] = [
    {
      check: "primary-key",
      verdict: "for",
      detail: "the catalog holds no primary key of the table",
    },
    context.words.keylessReplication(table),
  ];
  const [key] = keys;
  if (key) {
    evidence.push({
      check: "unique-key",
      verdict: "for",
      detail: `${key.name} (${keyTexts(key).join(", ")}) is unique and its columns are NOT NULL`,
    });
  }
  const mild = key !== undefined || isSmallTable(table, context.snapshot.catalog);
  return {
    code: "missing-primary-key",
    severity: mild ? "info" : "warning",
    object: {
      type: "table",
      schema: table.schema,
      table: table.name,
      name: null,
      columns: promotable ? keyTexts(promotable) : [],
    },
    message: message(name, key, promotable, context),
    confidence: "verified",
    evidence,
    queries: [],
    bytes: promotable ? 0 : null,
    savedMsPerDay: null,
    ddl: promotable
      ? context.ddl.promoteToPrimaryKey(
          indexTableName({ table, index: promotable }),
          context.snapshot.catalog,
        )
      : null,
    planner: null,
  };
}

function message(
  name: string,
  key: Index | undefined,
  promotable: Index | undefined,
  { words }: FindingContext,
): string {
  if (promotable) {
    return `${name} has no primary key; its unique index ${promotable.name} (${keyTexts(promotable).join(", ")}) can become one ${words.promotion}.`;
  }
  if (key) {
    return `${name} has no primary key, though ${key.name} (${keyTexts(key).join(", ")}) identifies its rows.`;
  }
  return `${name} has no primary key and no other key: two equal rows can't be told apart.`;
}

/** Whether the index identifies every row: unique, over all rows, of columns that are never NULL. */
function isRowKey(index: Index, table: Table): boolean {
  const notNull = new Set(
    table.columns.filter((column) => column.notNull).map((column) => column.name),
  );
  return (
    index.unique &&
    index.valid &&
    index.predicate === null &&
    index.keys.every(
      (key) => key.column !== null && notNull.has(key.column) && key.prefix === undefined,
    )
  );
}

/** Not a constraint's already, of whole values, and in the default order throughout. */
function canBePromoted(index: Index, { forms }: FindingContext): boolean {
  return (
    index.constraint === null &&
    index.method === "btree" &&
    index.keys.every(
      (key) =>
        key.direction === "asc" &&
        key.nulls === forms.nulls &&
        key.prefix === undefined &&
        key.operatorClass === null &&
        key.collation === null,
    )
  );
}
