import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { type ForeignKey, type Table, type TableName, tableKey } from "../catalog/catalog.ts";
import { findTable } from "../catalog/partitions.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { coversForeignKey, isForeignKeyIndexed } from "./foreign-key-coverage.ts";
import { MINIMUM_STATISTICS_DAYS, statisticsAge, tableCounters } from "./index-usage.ts";
import { queriesOn } from "./replan.ts";
import { isSmallTable } from "../catalog/small-table.ts";

/** A foreign key whose columns no index leads with: each delete of a referenced row then reads the whole table. */
export async function unindexedForeignKey(context: FindingContext): Promise<readonly Finding[]> {
  const { catalog } = context.snapshot;
  return catalog.tables
    .filter((table) => !isSmallTable(table, catalog))
    .flatMap((table) =>
      ownForeignKeys(table, context)
        .filter((key) => !isForeignKeyIndexed(table, key, catalog) && !isBeingIndexed(table, key))
        .map((key) => judge(table, key, context)),
    );
}

/** Without those that a partition has from its parent, and with one of several keys on the same columns. */
export function ownForeignKeys(table: Table, context: FindingContext): readonly ForeignKey[] {
  const parent = table.partitionOf
    ? findTable(table.partitionOf.parent, context.snapshot.catalog)
    : undefined;
  const seen = new Set(parent?.foreignKeys.map((key) => columnSet(key.columns)));
  return table.foreignKeys.filter((key) => {
    const columns = columnSet(key.columns);
    if (seen.has(columns)) return false;
    seen.add(columns);
    return true;
  });
}

/** An index that is being built, or whose build failed: finishing that one is the advice, not a second one. */
function isBeingIndexed(table: Table, key: ForeignKey): boolean {
  return table.indexes.some(
    (index) => !index.valid && coversForeignKey({ ...index, valid: true }, key.columns),
  );
}

function columnSet(columns: readonly string[]): string {
  return columns.toSorted().join("\0");
}

function judge(table: Table, key: ForeignKey, context: FindingContext): Finding {
  const { catalog } = context.snapshot;
  const deletes = deleteEvidence(key, context);
  const joins = joinEvidence(table, key, context);
  const shared = context.selection?.chosen.find(({ candidate }) =>
    leadsWith(candidate, table, key.columns),
  );
  const candidate = shared?.candidate ?? candidateFor(table, key, context);
  const name = context.nameIndex(candidate);
  const evidence: Evidence[] = [
    {
      check: "index",
      verdict: "for",
      detail: `none of the ${table.indexes.length} indexes of the table starts with these columns`,
    },
    deletes,
    joins,
  ];
  if (shared) {
    evidence.push({
      check: "missing-index",
      verdict: "for",
      detail: `the index that is advised for the workload serves the foreign key too (${name})`,
    });
  }
  const referenced = `${key.references.schema}.${key.references.name}`;
  return {
    code: "unindexed-foreign-key",
    severity: deletes.verdict === "against" && joins.verdict !== "for" ? "info" : "warning",
    object: {
      type: "constraint",
      schema: table.schema,
      table: table.name,
      name: key.name,
      columns: key.columns,
    },
    message: `Foreign key ${key.name} of ${table.schema}.${table.name} (${key.columns.join(", ")}) has no index: each row deleted from ${referenced}${actionText(key.onDelete)} reads all of ${table.schema}.${table.name}.${shared ? ` Index ${name}, advised for the workload, serves it too.` : ""}`,
    confidence: "verified",
    evidence,
    queries: [],
    bytes: null,
    savedMsPerDay: null,
    // The workload's finding holds the statement: twice in one report, it would fail the second time.
    ddl: shared ? null : context.ddl.createIndex(candidate, name, catalog),
    planner: null,
  };
}

function actionText(onDelete: string): string {
  return ["cascade", "set null", "set default"].includes(onDelete)
    ? ` (ON DELETE ${onDelete.toUpperCase()})`
    : "";
}

/** Whether a delete ever comes. An update of the referenced key would read the table too, but is not counted apart. */
function deleteEvidence(key: ForeignKey, context: FindingContext): Evidence {
  const { nodes, catalog } = context.snapshot;
  const line = (verdict: Evidence["verdict"], detail: string): Evidence => ({
    check: "deletes",
    verdict,
    detail,
  });
  const primary = nodes.find((node) => node.role === "primary");
  const table = findTable(key.references, catalog);
  const counters = primary && table ? tableCounters(table, primary, catalog) : null;
  if (!primary || !counters)
    return line("unknown", "how often referenced rows are deleted could not be read");
  const { days } = statisticsAge(primary);
  if (counters.deletes > 0)
    return line("for", `${counters.deletes} rows were deleted from the referenced table`);
  if (days < MINIMUM_STATISTICS_DAYS) {
    return line(
      "unknown",
      `no referenced row was deleted, but the counters may cover less than ${MINIMUM_STATISTICS_DAYS} days`,
    );
  }
  return line("against", `no referenced row was deleted in at least ${Math.floor(days)} days`);
}

/** Queries that find this table's rows by the foreign key. */
function joinEvidence(table: Table, key: ForeignKey, context: FindingContext): Evidence {
  const searches = queriesOn(table, context).filter((query) =>
    query.statement.tables.some(
      (use) =>
        tableKey(use.table) === tableKey(table) &&
        use.predicates.some(
          (predicate) =>
            (predicate.role === "join" || predicate.role === "equality") &&
            predicate.column !== null &&
            key.columns.includes(predicate.column),
        ),
    ),
  );
  if (searches.length === 0) {
    const detail =
      context.workload.queries.length === 0
        ? "no workload was read"
        : "no query of the workload searches by these columns";
    return { check: "joins", verdict: "unknown", detail };
  }
  const calls = searches.reduce((sum, query) => sum + query.calls, 0);
  return {
    check: "joins",
    verdict: "for",
    detail: `${searches.length === 1 ? "1 query" : `${searches.length} queries`} of the workload (${calls} calls) join or search by these columns`,
  };
}

function leadsWith(
  candidate: CandidateIndex,
  table: TableName,
  columns: readonly string[],
): boolean {
  const leading = candidate.keys.slice(0, columns.length).map((key) => key.column);
  return (
    tableKey(candidate.table) === tableKey(table) &&
    candidate.method === "btree" &&
    candidate.predicate === null &&
    columns.every((column) => leading.includes(column))
  );
}

function candidateFor(table: Table, key: ForeignKey, context: FindingContext): CandidateIndex {
  return {
    table: { schema: table.schema, name: table.name },
    method: "btree",
    keys: key.columns.map((column) => ({
      column,
      expression: context.ddl.quote(column),
      direction: "asc",
      nulls: context.forms.nulls,
      operatorClass: null,
      collation: null,
    })),
    include: [],
    predicate: null,
  };
}
