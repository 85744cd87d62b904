import {
  type Catalog,
  type Index,
  type IndexKey,
  rowIndexOf,
  type Table,
} from "../catalog/catalog.ts";
import { partitionsOf } from "../catalog/partitions.ts";
import { storedKeys } from "./merge-candidates.ts";
import type { ProposedIndex } from "./table-access.ts";

/** What is asked of a candidate. */
type Served = Pick<ProposedIndex, "candidate" | "stored">;

/** Whether an index of the table that plans may use does it, or one on each of its partitions. */
export function isServedOn(proposed: Served, table: Table, catalog: Catalog): boolean {
  const row = rowIndexOf(table);
  if (table.indexes.some((index) => index.visible !== false && isServedBy(proposed, index, row)))
    return true;
  const parts = table.kind === "partitioned" ? partitionsOf(table, catalog) : [];
  return parts.length > 0 && parts.every((part) => isServedOn(proposed, part, catalog));
}

/**
 * Whether an existing index already does what the candidate would: same leading keys in the same order, or all of them
 * mirrored; the same condition; the columns that the candidate is to hold.
 * An invalid index counts: rebuilding it is the advice then, not a second one.
 * @param row the index that the table's rows are stored in, as `rowIndexOf` tells
 */
export function isServedBy(proposed: Served, index: Index, row: Index | null): boolean {
  const { candidate, stored = 0 } = proposed;
  if (index.method !== candidate.method || !sameSql(index.predicate, candidate.predicate)) {
    return false;
  }
  const ordered = candidate.method === "btree";
  if (!ordered) {
    return candidate.keys.every((key) => index.keys.some((other) => sameKey(key, other, false)));
  }
  const wanted = candidate.keys.slice(0, candidate.keys.length - stored);
  const implied = index === row ? [] : (row?.keys ?? []);
  const keys = [...index.keys, ...implied];
  if (index === row) {
    // What stands behind the whole key of a row tells rows apart no further, and the row is there.
    wanted.splice(index.keys.length);
  } else {
    const whole = keys.filter((key) => key.prefix === undefined).map((key) => key.column);
    const held = new Set([...whole, ...index.include]);
    const toHold = [...candidate.include, ...storedKeys(proposed).map((key) => key.column)];
    if (!toHold.every((column) => column !== null && held.has(column))) return false;
  }
  if (keys.length < wanted.length) return false;
  return (
    wanted.every((key, position) => sameKey(key, keys[position], false)) ||
    wanted.every((key, position) => sameKey(key, keys[position], true))
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
    (wanted.nulls === existing.nulls) !== mirrored &&
    (existing.prefix ?? Infinity) >= (wanted.prefix ?? Infinity)
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
