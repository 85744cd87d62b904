import type { Catalog, Index, IndexKey, Table } from "../catalog/catalog.ts";
import { partitionsOf } from "../catalog/partitions.ts";
import type { CandidateIndex } from "./candidate-index.ts";

/** Whether an index of the table does it, or one on each of its partitions. */
export function isServedOn(candidate: CandidateIndex, table: Table, catalog: Catalog): boolean {
  if (table.indexes.some((index) => isServedBy(candidate, index))) return true;
  const parts = table.kind === "partitioned" ? partitionsOf(table, catalog) : [];
  return parts.length > 0 && parts.every((part) => isServedOn(candidate, part, catalog));
}

/**
 * Whether an existing index already does what the candidate would: same leading keys in the same order, or all of them
 * mirrored; the same condition; the columns that the candidate includes.
 * An invalid index counts: rebuilding it is the advice then, not a second one.
 */
export function isServedBy(candidate: CandidateIndex, index: Index): boolean {
  if (index.method !== candidate.method || !sameSql(index.predicate, candidate.predicate)) {
    return false;
  }
  const held = new Set([...index.keys.map((key) => key.column), ...index.include]);
  if (!candidate.include.every((column) => held.has(column))) return false;
  const ordered = candidate.method === "btree";
  if (!ordered) {
    return candidate.keys.every((key) => index.keys.some((other) => sameKey(key, other, false)));
  }
  const leading = index.keys.slice(0, candidate.keys.length);
  if (leading.length < candidate.keys.length) return false;
  return (
    candidate.keys.every((key, position) => sameKey(key, leading[position], false)) ||
    candidate.keys.every((key, position) => sameKey(key, leading[position], true))
  );
}

function sameKey(wanted: IndexKey, existing: IndexKey | undefined, mirrored: boolean): boolean {
  if (existing === undefined) return false;
  const sameColumn =
    wanted.column === null
      ? existing.column === null && sameSql(wanted.expression, existing.expression)
      : wanted.column === existing.column;
  return (
    sameColumn &&
    wanted.operatorClass === existing.operatorClass &&
    bareCollation(wanted.collation) === bareCollation(existing.collation) &&
    (wanted.direction === existing.direction) !== mirrored &&
    (wanted.nulls === existing.nulls) !== mirrored
  );
}

/** The server prints expressions with the types that it found, and with parentheses of its own. */
function sameSql(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && bareSql(a) === bareSql(b));
}

const QUOTED = String.raw`'(?:[^']|'')*'|"(?:[^"]|"")*"`;
const CAST = String.raw`::\s*(?:"(?:[^"]|"")*"|[a-z_ .]+)(?:\([\d, ]*\))?(?:\[\])?`;
const NOISE = new RegExp(String.raw`(${QUOTED})|${CAST}|[\s()]+`, "gi");

function bareSql(sql: string): string {
  return sql
    .replaceAll(NOISE, (_, quoted: string | undefined) => quoted ?? "")
    .replaceAll(new RegExp(`(${QUOTED})|[A-Z]+`, "g"), (part, quoted: string | undefined) =>
      quoted === undefined ? part.toLowerCase() : part,
    )
    .replaceAll(/=anyarray\[(.*?)\]/g, "in$1");
}

function bareCollation(collation: string | null): string | null {
  return collation === null ? null : collation.replace(/^pg_catalog\./, "");
}
