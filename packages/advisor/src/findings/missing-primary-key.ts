import type { Index, Table } from "../catalog/catalog.ts";
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
  const promotable = keys.find((index) => table.kind === "table" && canBePromoted(index));
  const evidence: Evidence[] = [
    {
      check: "primary-key",
      verdict: "for",
      detail: "the catalog holds no primary key of the table",
    },
    replicationEvidence(table),
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
    message: message(name, key, promotable),
    confidence: "verified",
    evidence,
    queries: [],
    bytes: promotable ? 0 : null,
    savedMsPerDay: null,
    ddl: promotable
      ? context.ddl.promoteToPrimaryKey(
          { schema: table.schema, name: promotable.name },
          context.snapshot.catalog,
        )
      : null,
    planner: null,
  };
}

function message(name: string, key: Index | undefined, promotable: Index | undefined): string {
  if (promotable) {
    return `${name} has no primary key; its unique index ${promotable.name} (${keyTexts(promotable).join(", ")}) can become one without a rebuild.`;
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
    index.keys.every((key) => key.column !== null && notNull.has(key.column))
  );
}

/** The conditions of ADD PRIMARY KEY USING INDEX: not a constraint's already, and in the default order throughout. */
function canBePromoted(index: Index): boolean {
  return (
    index.constraint === null &&
    index.method === "btree" &&
    index.keys.every(
      (key) =>
        key.direction === "asc" &&
        key.nulls === "last" &&
        key.operatorClass === null &&
        key.collation === null,
    )
  );
}

function replicationEvidence(table: Table): Evidence {
  const check = "logical-replication";
  switch (table.replicaIdentity) {
    case "full":
      return {
        check,
        verdict: "for",
        detail:
          "its replica identity is FULL: a subscriber compares whole rows, slowly on a large table",
      };
    case "index":
      return {
        check,
        verdict: "against",
        detail: "its replica identity is a unique index: logical replication finds its rows",
      };
    case "default":
    case "nothing":
      return {
        check,
        verdict: "for",
        detail: "it has no replica identity: once it is published, UPDATE and DELETE on it fail",
      };
  }
}
