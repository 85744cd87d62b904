import { parseArrayLiteral } from "../catalog/array-literal.ts";
import { type IndexKey, rowIndexOf } from "../catalog/catalog.ts";
import { columnKey, type ProposedIndex, type TableAccess } from "./table-access.ts";

/** Leading characters that are tried as a key, where it can't hold the whole value. */
const PREFIXES = [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 255];
/** Share of the known values that a prefix has to tell apart. */
const MIN_DISTINCT = 0.95;
/** Prefix where no values are known. */
const USUAL_PREFIX = 64;

/** A candidate as the server can make it; `null` where it can't, or where it would not be of use. */
export function inForm(proposed: ProposedIndex, access: TableAccess): ProposedIndex | null {
  const { forms, table, use } = access;
  const { candidate } = proposed;
  if (candidate.method !== "btree") return proposed;
  const added = forms.include ? [] : candidate.include.map((column) => columnKey(column, access));
  const include = forms.include ? candidate.include : [];
  const leading = withoutRowKeys(candidate.keys, access);
  const searched = new Set(
    use.predicates.filter(({ role }) => role !== "other").map(({ expression }) => expression),
  );
  const keys: IndexKey[] = [];
  for (const key of [...leading, ...added]) {
    if (key.column === null && !forms.expressions) return null;
    if (key.direction === "desc" && !forms.descending) return null;
    const column = table.columns.find(({ name }) => name === key.column);
    const most = column === undefined ? null : forms.prefixOf(column, table);
    // The beginnings of values don't sort them.
    if (most === 0 || (most !== null && !searched.has(key.expression))) return null;
    keys.push(most === null ? key : { ...key, prefix: prefixLength(key, most, access) });
  }
  if (!forms.fits(keys, table)) return null;
  return {
    ...proposed,
    candidate: { ...candidate, keys, include },
    reorderable: Math.min(proposed.reorderable, leading.length),
    ...(added.length === 0 ? {} : { stored: added.length }),
  };
}

/** Without the last keys that each index of the table ends with anyway. */
function withoutRowKeys(keys: readonly IndexKey[], { table }: TableAccess): readonly IndexKey[] {
  const row = rowIndexOf(table)?.keys ?? [];
  const from = keys.findIndex((_, position) => {
    const before = new Set(keys.slice(0, position).map((key) => key.column));
    const implied = row.filter((key) => !before.has(key.column));
    return keys
      .slice(position)
      .every((key, at) => key.direction === "asc" && key.column === implied[at]?.column);
  });
  // An index on the first columns of the row's key alone is another one than the row's.
  return from > 0 ? keys.slice(0, from) : keys;
}

/** The least prefix that tells most known values apart. */
function prefixLength({ column }: IndexKey, most: number, { statistics }: TableAccess): number {
  const known = column === null ? undefined : statistics(column);
  const values = [known?.commonValues, known?.histogram].flatMap((list) =>
    list === null || list === undefined
      ? []
      : parseArrayLiteral(list).flatMap((value) => value ?? []),
  );
  const distinct = new Set(values).size;
  if (distinct < 2) return Math.min(most, USUAL_PREFIX);
  const enough = PREFIXES.find(
    (length) =>
      new Set(values.map((value) => value.slice(0, length))).size >= distinct * MIN_DISTINCT,
  );
  return Math.min(most, enough ?? most);
}
