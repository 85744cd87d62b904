import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { type Table, estimatedRows, tableKey } from "../../catalog/catalog.ts";
import { indexSql } from "../index-sql.ts";
import { quoteIdent } from "../quote-ident.ts";
import type { FindEnds } from "./column-ends.ts";
import { rootNode } from "./explain-plan.ts";
import { createIndexFile } from "./index-files.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import { readIndexes, type SandboxIndex } from "./index-shapes.ts";
import { PAGE_BYTES } from "./relation-files.ts";
import { reasonOf } from "./restoration.ts";
import type { Row, SandboxDatabase } from "./sandbox-database.ts";
import { qualifiedName, quoteLiteral } from "./sql-names.ts";
import type { TableFamilies } from "./table-family.ts";

/** A candidate that exists in the sandbox, hidden from the planner. A partitioned table's has an index on each partition. */
export interface CreatedCandidate {
  readonly indexes: readonly SandboxIndex[];
  readonly bytes: number;
}

/** Where candidates are made, and what is known of the tables. */
export interface CandidateParts {
  readonly database: SandboxDatabase;
  readonly families: TableFamilies;
  readonly find: FindStatistics;
  readonly findEnds: FindEnds;
}

/** Prepares the sandbox for candidates: an empty file to stand for the tables' while an index is made. */
export async function prepareCandidates(database: SandboxDatabase): Promise<void> {
  await database.run("create schema dbadvise_sandbox; create table dbadvise_sandbox.empty ()");
}

export interface NewCandidate {
  readonly candidate: CandidateIndex;
  /** Of its index in the sandbox: nobody else's. */
  readonly name: string;
}

/** One that could not be made comes with what PostgreSQL says. */
export type CandidateResult = CreatedCandidate | { readonly reason: string };

/** Indexes that are made in one go: each of a partitioned table's candidates counts as many as it has partitions. */
const MAX_BATCH = 256;

/**
 * Makes candidates on tables that seem empty: for the moment their catalog rows point to an empty file, so that the index
 * builds find nothing to read, and the planner never sees the indexes until it is asked to. Many are made in one go, since
 * each question to the database costs more than an index. Results are in the candidates' order.
 */
export async function createCandidates(
  parts: CandidateParts,
  candidates: readonly NewCandidate[],
): Promise<readonly CandidateResult[]> {
  const results: CandidateResult[] = [];
  let batch: NewCandidate[] = [];
  let size = 0;
  for (const one of candidates) {
    const leaves = parts.families.leaves(one.candidate.table).length;
    if (batch.length > 0 && size + leaves > MAX_BATCH) {
      results.push(...(await createBatch(parts, batch)));
      batch = [];
      size = 0;
    }
    batch.push(one);
    size += leaves;
  }
  return [...results, ...(await createBatch(parts, batch))];
}

/** What PostgreSQL refuses fails the whole batch: its halves are tried, down to the ones that are at fault. */
async function createBatch(
  parts: CandidateParts,
  batch: readonly NewCandidate[],
): Promise<readonly CandidateResult[]> {
  if (batch.length === 0) return [];
  let made: readonly SandboxIndex[];
  try {
    made = await makeIndexes(parts, batch);
  } catch (error) {
    if (batch.length === 1) return [{ reason: reasonOf(error) }];
    const middle = Math.ceil(batch.length / 2);
    return [
      ...(await createBatch(parts, batch.slice(0, middle))),
      ...(await createBatch(parts, batch.slice(middle))),
    ];
  }
  // Each candidate's own index is made before those of the partitions.
  const groups: SandboxIndex[][] = [];
  for (const index of made.toSorted((a, b) => a.oid - b.oid)) {
    if (index.name.name === batch[groups.length]?.name) groups.push([index]);
    else groups.at(-1)?.push(index);
  }
  const results: CandidateResult[] = [];
  const claims: Claim[] = [];
  for (const [position, { candidate, name }] of batch.entries()) {
    const indexes = (groups[position] ?? []).map((index, number) =>
      // The names that PostgreSQL makes up for partitions' indexes may be other indexes' in the source.
      number === 0
        ? index
        : { ...index, name: { schema: index.name.schema, name: `${name}_${number}` } },
    );
    let bytes = 0;
    try {
      for (const index of indexes) {
        const claim = await sizeIndex(parts, index, candidate.predicate);
        claims.push(claim);
        bytes += claim.bytes;
      }
      results.push({ indexes, bytes });
    } catch (error) {
      results.push({ reason: reasonOf(error) });
    }
  }
  await writeClaims(parts.database, claims);
  return results;
}

/** All indexes of a batch, or none: throws what PostgreSQL says. */
async function makeIndexes(
  { database, families }: CandidateParts,
  batch: readonly NewCandidate[],
): Promise<readonly SandboxIndex[]> {
  const leaves = new Map<string, Table>();
  for (const { candidate } of batch) {
    const found = families.leaves(candidate.table);
    if (found.length === 0) throw new Error("the table is not in the sandbox");
    for (const leaf of found) leaves.set(tableKey(leaf), leaf);
  }
  const names = [...leaves.values()]
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
      ${batch.map(({ candidate, name }) => candidateDdl(candidate, name)).join(";\n")};
      ${heaps.map(fileOfHeap).join(";")};
      update pg_index set indisvalid = false where indexrelid > ${after};
      commit`);
  } catch (error) {
    await database.run("rollback");
    throw error;
  }
  return readIndexes(database, after);
}

function fileOfHeap(heap: Row): string {
  return `update pg_class set relfilenode = ${Number(heap["relfilenode"])} where oid = ${Number(heap["oid"])}`;
}

/** What an index is to say of itself. */
export interface Claim {
  readonly index: SandboxIndex;
  readonly bytes: number;
  readonly rows: number;
}

/** Gives a new index's file its estimated length. */
export async function sizeIndex(
  { database, families, find, findEnds }: CandidateParts,
  index: SandboxIndex,
  predicate: string | null,
): Promise<Claim> {
  const table = families.find(index.table);
  if (index.partitioned || table === undefined) return { index, bytes: 0, rows: 0 };
  const all =
    predicate === null ? estimatedRows(table) : await matchingRows(database, table, predicate);
  const rows = Math.max(0, all);
  const bytes = await createIndexFile(database, index, table, rows, find, findEnds);
  return { index, bytes, rows };
}

/** Names, pages and rows of new indexes, in the catalog. */
async function writeClaims(database: SandboxDatabase, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return;
  const values = claims.map(
    ({ index, bytes, rows }) =>
      `(${index.oid}, ${quoteLiteral(index.name.name)}, ${bytes / PAGE_BYTES}, ${Math.round(rows)})`,
  );
  await database.run(
    `update pg_class set relname = claim.name, relpages = claim.pages, reltuples = claim.rows
      from (values ${values.join(", ")}) claim (oid, name, pages, rows) where pg_class.oid = claim.oid`,
  );
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
  return `create index ${quoteIdent(name)} on ${qualifiedName(candidate.table)} ${indexSql(candidate)}`;
}
