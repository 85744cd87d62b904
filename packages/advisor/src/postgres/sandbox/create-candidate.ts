import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { type IndexKey, type Table, estimatedRows } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";
import type { FindEnds } from "./column-ends.ts";
import { rootNode } from "./explain-plan.ts";
import { createIndexFile } from "./index-files.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import { readIndexes, type SandboxIndex } from "./index-shapes.ts";
import { beginRestoration } from "./restoration.ts";
import { restoreRelation } from "./restore-statistics.ts";
import type { Row, SandboxDatabase } from "./sandbox-database.ts";
import { qualifiedName, quoteLiteral } from "./sql-names.ts";
import type { TableFamilies } from "./table-family.ts";

/** A candidate that exists in the sandbox, hidden from the planner. A partitioned table's has an index on each partition. */
export interface CreatedCandidate {
  readonly indexes: readonly SandboxIndex[];
  readonly bytes: number;
}

/** Prepares the sandbox for candidates: an empty file to stand for the tables' while an index is made. */
export async function prepareCandidates(database: SandboxDatabase): Promise<void> {
  await database.run("create schema dbadvise_sandbox; create table dbadvise_sandbox.empty ()");
}

/**
 * Makes a candidate on tables that seem empty: for the moment their catalog rows point to an empty file, so that the index
 * build finds nothing to read, and the planner never sees the index until it is asked to. Throws what PostgreSQL says.
 */
export async function createCandidate(
  database: SandboxDatabase,
  candidate: CandidateIndex,
  name: string,
  families: TableFamilies,
  find: FindStatistics,
  findEnds: FindEnds,
): Promise<CreatedCandidate> {
  const leaves = families.leaves(candidate.table);
  if (leaves.length === 0) throw new Error("the table is not in the sandbox");
  const names = leaves
    .map((table) => `to_regclass(${quoteLiteral(qualifiedName(table))})`)
    .join(", ");
  const heaps = await database.run(
    `select oid, relfilenode, (select max(indexrelid)::int8 from pg_index) as last from pg_class where oid in (${names})`,
  );
  const after = Number(heaps[0]?.["last"] ?? 0);
  try {
    await database.run(`
      begin;
      update pg_class set relfilenode = (select relfilenode from pg_class where oid = 'dbadvise_sandbox.empty'::regclass)
        where oid in (${heaps.map((row) => Number(row["oid"])).join(", ")});
      ${candidateDdl(candidate, name)};
      ${heaps.map(fileOfHeap).join(";")};
      update pg_index set indisvalid = false where indexrelid > ${after};
      commit`);
  } catch (error) {
    await database.run("rollback");
    throw error;
  }
  const made = await readIndexes(database, after);
  const indexes: SandboxIndex[] = [];
  let bytes = 0;
  for (const index of made) {
    const renamed = await renameApart(database, index, name, indexes.length);
    indexes.push(renamed);
    const table = families.find(index.table);
    if (index.partitioned || table === undefined) continue;
    bytes += await sizeIndex(database, renamed, table, candidate.predicate, find, findEnds);
  }
  return { indexes, bytes };
}

/** The names that PostgreSQL makes up for partitions' indexes may be other indexes' in the source. */
async function renameApart(
  database: SandboxDatabase,
  index: SandboxIndex,
  name: string,
  position: number,
): Promise<SandboxIndex> {
  if (index.name.name === name) return index;
  const apart = { schema: index.name.schema, name: `${name}_${position}` };
  await database.run(
    `alter index ${qualifiedName(index.name)} rename to ${quoteIdent(apart.name)}`,
  );
  return { ...index, name: apart };
}

function fileOfHeap(heap: Row): string {
  return `update pg_class set relfilenode = ${Number(heap["relfilenode"])} where oid = ${Number(heap["oid"])}`;
}

async function sizeIndex(
  database: SandboxDatabase,
  index: SandboxIndex,
  table: Table,
  predicate: string | null,
  find: FindStatistics,
  findEnds: FindEnds,
): Promise<number> {
  const rows =
    predicate === null ? estimatedRows(table) : await matchingRows(database, table, predicate);
  const bytes = await createIndexFile(database, index, table, Math.max(0, rows), find, findEnds);
  const restoration = beginRestoration(database);
  await restoreRelation(restoration, index.name, bytes / 8192, Math.max(0, Math.round(rows)), 0);
  const [gap] = restoration.gaps;
  if (gap !== undefined) throw new Error(gap.reason);
  return bytes;
}

async function matchingRows(
  database: SandboxDatabase,
  table: Table,
  predicate: string,
): Promise<number> {
  const rows = await database.run(
    `explain (format json) select from only ${qualifiedName(table)} where ${predicate}`,
  );
  return Number(rootNode(rows[0]?.["QUERY PLAN"])?.["Plan Rows"] ?? 0);
}

function candidateDdl(candidate: CandidateIndex, name: string): string {
  const include =
    candidate.include.length > 0
      ? ` include (${candidate.include.map(quoteIdent).join(", ")})`
      : "";
  const where = candidate.predicate === null ? "" : ` where ${candidate.predicate}`;
  const keys = candidate.keys.map(keySql).join(", ");
  return `create index ${quoteIdent(name)} on ${qualifiedName(candidate.table)} using ${quoteIdent(candidate.method)} (${keys})${include}${where}`;
}

export function keySql(key: IndexKey): string {
  return [
    key.column === null ? key.expression : quoteIdent(key.column),
    key.collation === null ? "" : `collate ${key.collation}`,
    key.operatorClass ?? "",
    key.direction === "desc" ? "desc" : "",
    key.nulls === (key.direction === "desc" ? "first" : "last") ? "" : `nulls ${key.nulls}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}
