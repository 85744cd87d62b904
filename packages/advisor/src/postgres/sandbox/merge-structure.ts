import { isDeepStrictEqual } from "node:util";
import {
  type Column,
  type Index,
  type Table,
  type TableName,
  tableKey,
  type View,
} from "../../catalog/catalog.ts";
import type { PreludeStatement, Snapshot } from "../../catalog/snapshot.ts";
import type { Structure } from "./read-structure.ts";

/** A column before and after: its statistics go along. */
export interface KeptColumn {
  readonly before: TableName;
  readonly column: string;
  readonly after: TableName;
  readonly now: Column;
  readonly retyped: boolean;
  /** Place in its table before and after, from 1. */
  readonly number: number;
  readonly numberNow: number;
}

export interface MergedStructure {
  /** The snapshot with the new structure; statistics and ends are still those of before. */
  readonly snapshot: Snapshot;
  readonly columns: readonly KeptColumn[];
  /** Indexes that were there, by `tableKey` of their name before. */
  readonly indexes: ReadonlyMap<string, TableName>;
  /** Indexes whose size nobody knows. */
  readonly created: readonly { readonly table: TableName; readonly index: Index }[];
  readonly notes: readonly string[];
}

/**
 * The snapshot as the statements leave it. `base` and `after` are the sandbox's own view of itself before and after them: what
 * they have in common is taken from the snapshot as it was captured, so that whatever no statement touched stays the same to
 * the last digit, also where the sandbox could not restore it.
 */
export function mergeStructure(
  snapshot: Snapshot,
  base: Structure,
  after: Structure,
): MergedStructure {
  const originals = new Map(snapshot.catalog.tables.map((table) => [tableKey(table), table]));
  const bases = new Map(base.catalog.tables.map((table) => [tableKey(table), table]));
  const notes: string[] = [];
  const columns: KeptColumn[] = [];
  const indexes = new Map<string, TableName>();
  const created: { table: TableName; index: Index }[] = [];

  const mergeTable = (now: Table): Table => {
    const id = after.byName.get(tableKey(now))?.id ?? "";
    const known = base.identities.get(id);
    const before = bases.get(tableKey(known?.name ?? now));
    const original = before === undefined ? undefined : originals.get(tableKey(before));
    if (before === undefined || original === undefined) {
      created.push(...now.indexes.map((index) => ({ table: now, index })));
      return now;
    }
    if (known === undefined) {
      notes.push(
        `${now.schema}.${now.name} is dropped and made anew: it is taken to hold as many rows as before, and the same values`,
      );
    }
    const pairs = pairColumns(before, now, known === undefined ? null : id, base, after);
    const kept = now.columns.map((column, place): Column => {
      const name = pairs.get(column.name);
      const own = before.columns.find((each) => each.name === name);
      const first = original.columns.find((each) => each.name === name);
      if (own === undefined || first === undefined) return column;
      columns.push({
        before: original,
        column: own.name,
        after: now,
        now: column,
        retyped: own.type !== column.type,
        number: original.columns.indexOf(first) + 1,
        numberNow: place + 1,
      });
      return isDeepStrictEqual({ ...own, name: column.name }, column)
        ? { ...first, name: column.name }
        : column;
    });
    const keptIndexes = now.indexes.map((index): Index => {
      const name = { schema: now.schema, name: index.name };
      const identity = base.identities.get(after.byName.get(tableKey(name))?.id ?? "");
      const own = before.indexes.find((each) => each.name === (identity?.name.name ?? index.name));
      const first = original.indexes.find((each) => each.name === own?.name);
      if (own === undefined || first === undefined || !isSameShape(own, index)) {
        created.push({ table: now, index });
        return index;
      }
      indexes.set(tableKey({ schema: original.schema, name: first.name }), name);
      if (isDeepStrictEqual(own, index)) return first;
      const { pages, rows, valid, building, expressionStatistics } = first;
      return { ...index, pages, rows, valid, building, expressionStatistics };
    });
    const { rows, pages, allVisiblePages, currentPages } = original;
    const sizes = { rows, pages, allVisiblePages, currentPages };
    const unchanged = isDeepStrictEqual(before, now) ? original : { ...now, ...sizes };
    return {
      ...unchanged,
      columns: kept,
      indexes: keptIndexes,
      foreignKeys: now.foreignKeys.map((key) =>
        takeOriginal(key, before.foreignKeys, original.foreignKeys),
      ),
      checks: now.checks.map((check) => takeOriginal(check, before.checks, original.checks)),
    };
  };

  const tables = after.catalog.tables.map(mergeTable);
  // What the sandbox could not make, no statement has touched.
  const unmade = snapshot.catalog.tables.filter((table) => !bases.has(tableKey(table)));
  return {
    snapshot: {
      ...snapshot,
      prelude: mergePrelude(snapshot.prelude, base.prelude, after.prelude),
      catalog: {
        ...snapshot.catalog,
        tables: [...tables, ...unmade],
        views: mergeViews(snapshot.catalog.views, base.catalog.views, after.catalog.views),
      },
    },
    columns: [...columns, ...unmade.flatMap(untouched)],
    indexes: new Map([
      ...indexes,
      ...unmade.flatMap((table) =>
        table.indexes.map(({ name }): [string, TableName] => [
          tableKey({ schema: table.schema, name }),
          { schema: table.schema, name },
        ]),
      ),
    ]),
    created,
    notes,
  };
}

function untouched(table: Table): readonly KeptColumn[] {
  return table.columns.map((column, place) => ({
    before: table,
    column: column.name,
    after: table,
    now: column,
    retyped: false,
    number: place + 1,
    numberNow: place + 1,
  }));
}

/**
 * The name before of each column by its name now. A column keeps its number; one that was made anew under the name of one that
 * is gone takes its place, as when a type is changed by way of a second column.
 */
function pairColumns(
  before: Table,
  now: Table,
  id: string | null,
  base: Structure,
  after: Structure,
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (id !== null) {
    for (const [key, { parent, column }] of after.identities) {
      const old = parent === id && column !== null ? base.identities.get(key)?.column : null;
      if (column !== null && old) pairs.set(column, old);
    }
  }
  const taken = new Set(pairs.values());
  for (const { name } of now.columns) {
    const same = before.columns.some((column) => column.name === name);
    if (!pairs.has(name) && same && !taken.has(name)) pairs.set(name, name);
  }
  return pairs;
}

/** Whether an index holds as much as before: its keys may have been renamed or retyped. */
function isSameShape(before: Index, now: Index): boolean {
  return (
    before.method === now.method &&
    before.keys.length === now.keys.length &&
    before.include.length === now.include.length &&
    (before.predicate === null) === (now.predicate === null)
  );
}

/** The object as it was captured, where the sandbox sees no change in it. */
function takeOriginal<Named extends { readonly name: string; readonly schema?: string }>(
  now: Named,
  before: readonly Named[],
  original: readonly Named[],
): Named {
  const isSame = (each: Named): boolean => each.name === now.name && each.schema === now.schema;
  const own = before.find(isSame);
  return own !== undefined && isDeepStrictEqual(own, now) ? (original.find(isSame) ?? now) : now;
}

function mergeViews(
  original: readonly View[],
  base: readonly View[],
  after: readonly View[],
): readonly View[] {
  if (isDeepStrictEqual(base, after)) return original;
  const made = new Set(base.map(tableKey));
  return [
    ...after.map((view) => takeOriginal(view, base, original)),
    ...original.filter((view) => !made.has(tableKey(view))),
  ];
}

function mergePrelude(
  original: readonly PreludeStatement[],
  base: readonly PreludeStatement[],
  after: readonly PreludeStatement[],
): readonly PreludeStatement[] {
  if (isDeepStrictEqual(base, after)) return original;
  const keyOf = ({ kind, name }: PreludeStatement): string => `${kind} ${name}`;
  const originals = Map.groupBy(original, keyOf);
  const bases = Map.groupBy(base, keyOf);
  const seen = new Set<string>();
  const merged = after.flatMap((statement): readonly PreludeStatement[] => {
    const key = keyOf(statement);
    const own = bases.get(key);
    const now = after.filter((each) => keyOf(each) === key);
    // Functions of one name come together.
    if (own === undefined || !isDeepStrictEqual(own, now)) return [statement];
    if (seen.has(key)) return [];
    seen.add(key);
    return originals.get(key) ?? [statement];
  });
  const unmade = original.filter((statement) => !bases.has(keyOf(statement)));
  return [...unmade, ...merged];
}
