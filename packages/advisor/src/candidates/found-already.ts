import type { Index } from "../catalog/catalog.ts";
import { indexTableName } from "../catalog/partitions.ts";
import type { Predicate, TableUse } from "../workload/statement.ts";
import { MIN_CORRELATION, RANGES } from "./brin.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import type { TableAccess } from "./table-access.ts";

/** Pages in each of an index's block ranges up to which the two at a range's ends are no more than a small table. */
const MAX_RANGE_PAGES = 32;
/** What the server takes where an index says nothing of it. */
const DEFAULT_RANGE_PAGES = 128;
/** Rows on a page of the table below which an index that holds all that is read is far smaller than what it spares. */
const WIDE_ROWS = 20;

const ONE_VALUE: ReadonlySet<string> = new Set(["=", "is null", "is true", "is false"]);

/**
 * Names (`schema.name`) of existing indexes that lead to no more of the table than the candidate would, if the query's plan
 * uses them. The planner may still take the candidate for cheaper: it knows how the order on disk follows a btree's first
 * key, but charges the rows that a narrower index or block ranges find as if they were scattered.
 */
export function foundAlready(candidate: CandidateIndex, access: TableAccess): readonly string[] {
  if (candidate.method !== "btree" || candidate.predicate !== null) return [];
  return [...new Set([access.table, ...access.storage])].flatMap((table) =>
    table.indexes
      .filter(
        (index) =>
          index.valid &&
          (findsNoMore(index, candidate, access.use) || readsSameRange(index, candidate, access)),
      )
      .map((index) => indexTableName({ table, index }))
      .map(({ schema, name }) => `${schema}.${name}`),
  );
}

/** Whether a btree applies every condition that the candidate would: its rows are some of the candidate's, or the same. */
function findsNoMore(index: Index, candidate: CandidateIndex, use: TableUse): boolean {
  if (index.method !== "btree") return false;
  const applied = new Set(columnsFixedBy(index).filter((column) => hasOneValue(use, column)));
  for (const { column, operatorClass, collation } of index.keys) {
    if (column === null || operatorClass !== null || collation !== null) break;
    const one = hasOneValue(use, column);
    if (one || hasRange(use, column)) applied.add(column);
    if (!one) break;
  }
  const held = new Set([...index.keys.map((key) => key.column), ...index.include]);
  return (
    candidate.keys.every(({ column }) => column !== null && applied.has(column)) &&
    candidate.include.every((column) => held.has(column))
  );
}

/** Columns that a partial index's condition ties to one value; where it has alternatives, none is told. */
function columnsFixedBy({ predicate }: Index): readonly string[] {
  if (predicate === null || / or /i.test(predicate)) return [];
  const name = String.raw`("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
  const literal = String.raw`(?:'(?:[^']|'')*'|-?[\d.]+|true|false)(?:::[\w ."]+)?`;
  const term = new RegExp(String.raw`^(?:not )?${name}(?: is null| = ${literal})?$`, "iu");
  return predicate.split(/ and /i).flatMap((part) => {
    const [, column] = term.exec(part.replaceAll(/^[\s(]+|[\s)]+$/g, "")) ?? [];
    if (column === undefined) return [];
    return [column.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column];
  });
}

/** Whether block ranges find the rows of a range where they lie, in the order of the column: a btree then spares the ends only. */
function readsSameRange(index: Index, candidate: CandidateIndex, access: TableAccess): boolean {
  if (index.method !== "brin" || index.predicate !== null || candidate.keys.length !== 1)
    return false;
  const [key] = candidate.keys;
  const column = key?.column ?? null;
  const { use, statistics, storage } = access;
  if (column === null || !hasRange(use, column)) return false;
  if (use.order.length > 0 || use.group.includes(column)) return false;
  if (!index.keys.some((other) => other.column === column)) return false;
  if (Math.abs(statistics(column)?.correlation ?? 0) < MIN_CORRELATION) return false;
  const [, pages] = /\bpages_per_range\s*=\s*'?(\d+)/i.exec(index.definition) ?? [];
  if (Number(pages ?? DEFAULT_RANGE_PAGES) > MAX_RANGE_PAGES) return false;
  const held = new Set([column, ...candidate.include]);
  const holdsAll = use.columns !== "*" && use.columns.every((each) => held.has(each));
  const rows = storage.reduce((sum, part) => sum + Math.max(0, part.rows), 0);
  const heap = storage.reduce((sum, part) => sum + part.pages, 0);
  return !holdsAll || rows >= heap * WIDE_ROWS;
}

function hasOneValue(use: TableUse, column: string): boolean {
  return conditionsOn(use, column).some(
    ({ role, operator }) => role === "equality" && ONE_VALUE.has(operator),
  );
}

function hasRange(use: TableUse, column: string): boolean {
  return conditionsOn(use, column).some(
    ({ role, operator }) => role === "range" && RANGES.has(operator),
  );
}

/** Not those with another column, which hold one value only where that column's row is known. */
function conditionsOn(use: TableUse, column: string): readonly Predicate[] {
  return use.predicates.filter(
    (predicate) => predicate.column === column && predicate.value !== "column",
  );
}
