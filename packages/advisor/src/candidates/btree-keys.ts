import type { IndexKey } from "../catalog/catalog.ts";
import type { Predicate, SortKey } from "../workload/statement.ts";
import type { IndexForms } from "./index-forms.ts";
import { columnKey, plainKey, type TableAccess } from "./table-access.ts";

/** Key columns beyond which another one rarely saves a page. */
export const MAX_KEYS = 4;

/** Keys of a btree, and how many of the leading ones may stand in any order. */
export interface KeyList {
  readonly keys: readonly IndexKey[];
  readonly reorderable: number;
}

/**
 * Key lists for one use of a table: equalities first, then one range, the sort order or the groups. The lists that serve
 * most come first, then single keys, then the rest; none is longer than {@link MAX_KEYS}.
 */
export function btreeKeys(access: TableAccess): readonly KeyList[] {
  const { use } = access;
  const equal = distinct(keysOf("equality", access));
  const joined = distinct(keysOf("join", access)).filter((key) => !holds(equal, key));
  const ranged = distinct(keysOf("range", access)).filter((key) => !holds(equal, key));
  const sort = sortSuffix(use.order, equal, access.forms.nulls);
  const group = use.group
    .filter((column) => access.table.columns.some(({ name }) => name === column))
    .map((column) => columnKey(column, access))
    .filter((key) => !holds(equal, key));

  const lists: KeyList[] = [];
  for (const prefix of prefixesOf(equal, joined, access)) {
    const add = (...suffix: readonly IndexKey[]): void => {
      lists.push({ keys: [...prefix, ...suffix], reorderable: prefix.length });
    };
    const ranges = ranged.filter((key) => !holds(prefix, key));
    add();
    for (const range of ranges) add(range);
    const rest = sort.filter((key) => !holds(prefix, key));
    if (sort.length > 0) {
      add(...rest);
      for (const range of ranges) if (!holds(rest, range)) add(...rest, range);
    }
    if (group.length > 0) add(...group.filter((key) => !holds(prefix, key)));
  }
  const usable = unique(lists).filter(({ keys }) => keys.length > 0 && keys.length <= MAX_KEYS);
  return byWorth(usable, [...equal, ...joined], sort);
}

/**
 * A list is worth the conditions that it serves; an order, which saves a sort and lets a LIMIT stop early, counts like two.
 * Single keys come right after the best one: they are what most queries can share.
 */
function byWorth(
  lists: readonly KeyList[],
  equal: readonly IndexKey[],
  sort: readonly IndexKey[],
): readonly KeyList[] {
  const worth = ({ keys, reorderable }: KeyList): number => {
    const suffix = keys.slice(reorderable);
    const ordered = sort.length > 0 && suffix[0] !== undefined && holds(sort, suffix[0]);
    const fixed = keys.slice(0, reorderable).filter((key) => holds(equal, key)).length;
    return fixed + (suffix.length > 0 ? 1 : 0) + (ordered ? 1 : 0);
  };
  const best = Math.max(0, ...lists.map(worth));
  const rank = (list: KeyList): number =>
    worth(list) === best ? 2 : list.keys.length === 1 ? 1 : 0;
  return lists.toSorted((a, b) => rank(b) - rank(a) || worth(b) - worth(a));
}

function keysOf(role: Predicate["role"], access: TableAccess): readonly IndexKey[] {
  const known = new Set(access.table.columns.map((column) => column.name));
  return access.use.predicates
    .filter((predicate) => predicate.role === role)
    .filter(({ column }) => column === null || known.has(column))
    .map((predicate) => keyOf(predicate, access));
}

/** A pattern's prefix is a range only in the order of bytes: elsewhere it takes an operator class of its own. */
function keyOf(predicate: Predicate, access: TableAccess): IndexKey {
  const { column, expression } = predicate;
  const key = plainKey(column, expression, access.forms.nulls);
  const pattern =
    predicate.role === "range"
      ? predicate.access?.find((path) => path.method === "btree")
      : undefined;
  if (pattern === undefined) return key;
  const collation = access.table.columns.find(({ name }) => name === column)?.collation ?? null;
  if (collation === null ? access.byteOrder : isByteOrder(collation)) return key;
  const sorted = access.use.order.find((sort) => sort.expression === byteOrdered(expression));
  return sorted === undefined
    ? { ...key, operatorClass: pattern.operatorClass }
    : { ...key, collation: BYTE_ORDER };
}

const BYTE_ORDER = '"C"';

function byteOrdered(expression: string): string {
  return `(${expression} COLLATE ${BYTE_ORDER})`;
}

function isByteOrder(collation: string): boolean {
  return /(?:^|\.)"?(?:C|POSIX|ucs_basic)"?$/.test(collation);
}

/**
 * Leading keys worth trying: nothing, each alone, each pair, and all; equalities in front of joins. Which order of
 * equalities shares best between queries is left to selection, so pairs come both ways round. Partitions that a condition
 * on the partition key leaves out need no index on that key.
 */
function prefixesOf(
  equal: readonly IndexKey[],
  joined: readonly IndexKey[],
  { table }: TableAccess,
): readonly (readonly IndexKey[])[] {
  const all = [...equal, ...joined];
  const lists: (readonly IndexKey[])[] = [[]];
  for (const first of all) {
    lists.push([first]);
    for (const second of all) if (second !== first) lists.push([first, second]);
  }
  lists.push(equal, [...joined, ...equal], all);
  const { partitionKey } = table;
  if (partitionKey !== null) {
    const pruned = (key: IndexKey): boolean => partitionKey.includes(key.expression);
    lists.push(all.filter((key) => !pruned(key)));
  }
  return lists.filter((list) => list.length <= MAX_KEYS);
}

/** The sort keys after those that an equality already fixes; read forwards, so that mirrored orders give one candidate. */
function sortSuffix(
  order: readonly SortKey[],
  equal: readonly IndexKey[],
  nulls: IndexForms["nulls"],
): readonly IndexKey[] {
  const keys = order.filter((key) => !equal.some((one) => one.expression === key.expression));
  const flip = keys[0]?.direction === "desc";
  return keys.map((key) => ({
    ...(collatedKey(key, nulls) ?? plainKey(key.column, key.expression, nulls)),
    direction: flip === (key.direction === "desc") ? "asc" : "desc",
    nulls: flip === (key.nulls === "first") ? "last" : "first",
  }));
}

/** `ORDER BY name COLLATE "C"` is an order of the column under a collation, not of an expression. */
function collatedKey({ column, expression }: SortKey, nulls: IndexForms["nulls"]): IndexKey | null {
  const [, inner, collation] =
    /^\(((?:"(?:[^"]|"")+"|\w+)) COLLATE ("\w+")\)$/.exec(expression) ?? [];
  if (column !== null || inner === undefined || collation === undefined) return null;
  const name = inner.startsWith('"') ? inner.slice(1, -1).replaceAll('""', '"') : inner;
  return { ...plainKey(name, inner, nulls), collation };
}

function holds(keys: readonly IndexKey[], wanted: IndexKey): boolean {
  return keys.some(
    (key) => key.expression === wanted.expression && key.collation === wanted.collation,
  );
}

function distinct(keys: readonly IndexKey[]): readonly IndexKey[] {
  return keys.filter(
    (key, position) => keys.findIndex((other) => other.expression === key.expression) === position,
  );
}

function unique(lists: readonly KeyList[]): readonly KeyList[] {
  const text = ({ keys }: KeyList): string => JSON.stringify(keys);
  return [...new Map(lists.map((list) => [text(list), list])).values()];
}
