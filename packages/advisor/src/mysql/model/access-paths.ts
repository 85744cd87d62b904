import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import {
  estimatedRows,
  type Index,
  type IndexKey,
  rowIndexOf,
  type Table,
} from "../../catalog/catalog.ts";
import { type Access, readCost, readIndex, type ReadIndex, readTable } from "../access-cost.ts";
import { type CostConstants, INNODB_PAGE } from "../cost-constants.ts";
import {
  type BlockKey,
  type BlockTable,
  expressionKey,
  type ModelBlock,
  type Sarg,
} from "./blocks.ts";
import type { Selectivity } from "./selectivity.ts";

/** An index that a plan may use: production's, or a new one. */
export interface UsableIndex {
  readonly name: string;
  /** With those of the primary key that InnoDB adds. */
  readonly keys: readonly IndexKey[];
  /** How many keys make it unique; `null` where none do. */
  readonly uniqueBy: number | null;
  readonly read: ReadIndex;
  readonly prefixDistinct: readonly number[] | undefined;
}

/** One way to read a table. */
export interface AccessPath {
  readonly type: string;
  readonly indexes: readonly UsableIndex[];
  /** Keys that are looked up. */
  readonly keyParts: readonly string[];
  readonly ref: readonly string[];
  /** Each time that the table is read. */
  readonly rows: number;
  /** Share of them that the other conditions let through. */
  readonly filtered: number;
  /** The same by the statistics, where the server only guesses. */
  readonly kept: number;
  readonly covering: boolean;
  readonly ranges: number;
  readonly cost: number;
  /** Keys that all rows have the same values of. */
  readonly fixed: number;
}

export function usableIndexes(
  table: Table,
  candidates: readonly {
    readonly candidate: CandidateIndex;
    readonly name: string;
    readonly bytes: number;
  }[],
  isHidden: (index: Index) => boolean,
): readonly UsableIndex[] {
  const suffix =
    rowIndexOf(table)?.keys ?? table.indexes.find(({ primary }) => primary)?.keys ?? [];
  const withSuffix = (keys: readonly IndexKey[]): readonly IndexKey[] => [
    ...keys,
    ...suffix.filter(
      ({ column }) => !keys.some((key) => key.column === column && key.prefix === undefined),
    ),
  ];
  return [
    ...table.indexes
      .filter((index) => index.method === "btree" && index.visible !== false && !isHidden(index))
      .map((index): UsableIndex => ({
        name: index.name,
        keys: index.primary ? index.keys : withSuffix(index.keys),
        uniqueBy: index.unique ? index.keys.length : null,
        read: readIndex(index),
        prefixDistinct: index.prefixDistinct,
      })),
    ...candidates
      .filter(({ candidate }) => candidate.method === "btree")
      .map(({ candidate, name, bytes }): UsableIndex => ({
        name,
        keys: withSuffix(candidate.keys),
        uniqueBy: null,
        read: { clustered: false, bytes },
        prefixDistinct: undefined,
      })),
  ];
}

export interface PathFinder {
  /** Ways to read a table where `placed` are read before it; the first is the whole table. */
  paths(one: BlockTable, block: ModelBlock, placed: ReadonlySet<string>): readonly AccessPath[];
  /** Whether the rows of a path come in an order. */
  ordered(path: AccessPath, keys: readonly BlockKey[], alias: string): boolean;
}

/** Of conditions that no index serves, as the servers guess where they have no histogram. */
const FILTERED: Readonly<Record<CostConstants["product"], Readonly<Record<Sarg["kind"], number>>>> =
  {
    MySQL: { equal: 0.1, range: 1 / 3, like: 1 / 9, null: 0.1, "not-null": 0.9 },
    MariaDB: { equal: 1, range: 1, like: 1, null: 1, "not-null": 1 },
  };

export function pathFinder(
  indexesOf: (table: Table) => readonly UsableIndex[],
  selectivity: Selectivity,
  constants: CostConstants,
): PathFinder {
  const guesses = FILTERED[constants.product];

  function paths(
    one: BlockTable,
    block: ModelBlock,
    placed: ReadonlySet<string>,
  ): readonly AccessPath[] {
    const { table, alias } = one;
    if (table === null) return [];
    const rows = Math.max(1, estimatedRows(table));
    const size = readTable(table);
    const usable = block.sargs.filter(
      (sarg) => sarg.alias === alias && sarg.needs.every((name) => placed.has(name)),
    );
    const filter = (served: ReadonlySet<Sarg>): number =>
      usable
        .filter((sarg) => !served.has(sarg))
        .reduce((share, { kind }) => share * guesses[kind], 1);
    const kept = (served: ReadonlySet<Sarg>): number =>
      rangeShares(usable.filter((sarg) => !served.has(sarg))).reduce(
        (share, part) => share * part,
        1,
      );
    const path = (parts: Omit<AccessPath, "cost">): AccessPath => ({
      ...parts,
      cost:
        readCost(
          { ...parts, constant: parts.ref.every((ref) => ref === "const") } satisfies Access,
          size,
          parts.indexes[0]?.read ?? null,
          constants,
        ) +
        parts.rows * constants.row,
    });

    const found: AccessPath[] = [
      path({
        type: "ALL",
        indexes: [],
        keyParts: [],
        ref: [],
        rows,
        filtered: filter(new Set()),
        kept: kept(new Set()),
        covering: false,
        ranges: 1,
        fixed: 0,
      }),
    ];
    for (const index of indexesOf(table)) {
      const covering = isCovering(index, one.columns);
      const match = matchKeys(index, usable);
      const loose = looseScan(index, one, block);
      if (loose !== null) found.push(loose);
      if (match.served.length + match.range.length > 0)
        found.push(path(lookup(index, match, covering)));
      // Another order, or a narrower copy of what is asked.
      found.push(
        path({
          type: "index",
          indexes: [index],
          keyParts: [],
          ref: [],
          rows,
          filtered: filter(new Set()),
          kept: kept(new Set()),
          covering,
          ranges: 1,
          fixed: 0,
        }),
      );
    }
    const merged = mergedPath(one, block);
    if (merged !== null) found.push(merged);
    return found;

    function lookup(
      index: UsableIndex,
      { served, keyParts, range }: Match,
      isEnough: boolean,
    ): Omit<AccessPath, "cost"> {
      const all = new Set([...served, ...range]);
      const lists = served.filter(({ values }) => values.length > 1);
      const isUnique =
        index.uniqueBy !== null &&
        keyParts.length >= index.uniqueBy &&
        served.every(({ kind }) => kind === "equal") &&
        range.length === 0 &&
        lists.length === 0;
      const joins = served.some(({ isJoin }) => isJoin);
      const matched = rows * matchedShare(index, served, range);
      const expected = isUnique
        ? 1
        : joins && range.length === 0
          ? Math.max(1, matched)
          : dived(matched, rows, index);
      const type = isUnique
        ? joins
          ? "eq_ref"
          : "const"
        : range.length > 0 || lists.length > 0 || (block.writes && !joins)
          ? "range"
          : "ref";
      return {
        type,
        indexes: [index],
        keyParts,
        ref: served.map(({ ref }) => ref),
        rows: expected,
        filtered: filter(all),
        kept: kept(all),
        covering: isEnough,
        ranges: lists.reduce((product, { values }) => product * values.length, 1),
        fixed: range.length > 0 || lists.length > 0 ? 0 : served.length,
      };
    }

    function matchedShare(
      index: UsableIndex,
      served: readonly Sarg[],
      range: readonly Sarg[],
    ): number {
      if (table === null) return 1;
      const distinct = index.prefixDistinct?.[served.length - 1];
      // Where a value is not known when the plan is made, the server takes the average.
      if (served.some(({ isJoin }) => isJoin) && range.length === 0) {
        const groups =
          distinct ??
          Math.min(
            rows,
            served.reduce(
              (product, { column }) => product * selectivity.distinct(table, column),
              1,
            ),
          );
        return Math.max(constants.joinedRows / Math.max(1, groups), 1 / rows);
      }
      return rangeShares([...served.map((sarg) => asPrefix(index, sarg)), ...range]).reduce(
        (share, part) => share * part,
        1,
      );
    }

    /** Of a group's rows only one is read: where the index begins with the group's keys. */
    function looseScan(
      index: UsableIndex,
      { columns }: BlockTable,
      { tables, group, onlyEnds, filters, sargs, alternatives }: ModelBlock,
    ): AccessPath | null {
      if (table === null || tables.length > 1 || group === null || group.length === 0) return null;
      if (!onlyEnds || filters.length + sargs.length + alternatives.length > 0) return null;
      const leading = index.keys.slice(0, group.length);
      if (!leading.every((key) => group.some((wanted) => isKey(key, wanted)))) return null;
      // One key more can have its ends looked up.
      const held = new Set(index.keys.slice(0, group.length + 1).map(({ column }) => column));
      if (columns === "*" || ![...columns].every((column) => held.has(column))) return null;
      const groups = Math.min(
        rows,
        leading.reduce((product, { column }) => product * selectivity.distinct(table, column), 1),
      );
      return {
        type: "range",
        indexes: [index],
        keyParts: leading.map(({ column, expression }) => column ?? expression),
        ref: [],
        rows: groups,
        filtered: 1,
        kept: 1,
        covering: true,
        ranges: 1,
        cost: groups * (2 * constants.page(index.read.bytes, index.read.cached) + constants.row),
        fixed: 0,
      };
    }

    /** Two ends of one column are one range. */
    function rangeShares(sargs: readonly Sarg[]): readonly number[] {
      if (table === null) return [];
      const groups = Map.groupBy(sargs, ({ expression }) => expression);
      return [...groups.values()].map((group) => {
        const [first] = group;
        if (first === undefined) return 1;
        const ranges = group.filter(({ kind }) => kind === "range");
        if (ranges.length < 2) return Math.min(...group.map((sarg) => selectivity.of(table, sarg)));
        const ends: { low?: string | null; high?: string | null } = {};
        for (const { low, high } of ranges) {
          if (low !== undefined) ends.low = low;
          if (high !== undefined) ends.high = high;
        }
        return selectivity.of(table, { ...first, kind: "range", ...ends });
      });
    }

    /** OR of conditions that an index each serves. */
    function mergedPath(
      { alias: name }: BlockTable,
      { alternatives }: ModelBlock,
    ): AccessPath | null {
      for (const { alias: of, branches } of alternatives) {
        if (of !== name || table === null) continue;
        const served = branches.map(
          (branch) =>
            indexesOf(table)
              .map((index) => ({ index, match: matchKeys(index, branch) }))
              .filter(({ match }) => match.served.length + match.range.length > 0)
              .map(({ index, match }) => ({
                index,
                match,
                rows: dived(rows * matchedShare(index, match.served, match.range), rows, index),
              }))
              .toSorted((a, b) => a.rows - b.rows)[0],
        );
        if (served.some((branch) => branch === undefined)) continue;
        const parts = served.filter((branch) => branch !== undefined);
        const all = parts.reduce((sum, part) => sum + part.rows, 0);
        const indexes = [...new Set(parts.map(({ index }) => index))];
        const page = constants.page(size.bytes, size.cached);
        return {
          type: indexes.length > 1 ? "index_merge" : "range",
          indexes,
          keyParts: indexes.length > 1 ? [] : (parts[0]?.match.keyParts ?? []),
          ref: [],
          rows: Math.min(rows, all),
          filtered: filter(new Set()),
          kept: kept(new Set()),
          covering:
            indexes.length === 1 && indexes.every((index) => isCovering(index, one.columns)),
          ranges: parts.length,
          cost: all * (page + 2 * constants.row) + parts.length * constants.rangeStart,
          fixed: 0,
        };
      }
      return null;
    }
  }

  return {
    paths,
    ordered({ indexes, fixed, type }, keys, alias) {
      const [index] = indexes;
      if (index === undefined || indexes.length > 1) return type === "const";
      let turned: boolean | null = null;
      let at = 0;
      for (const key of keys) {
        if (key.alias !== alias) return false;
        const same = (one: IndexKey | undefined): boolean =>
          one !== undefined && one.prefix === undefined && isKey(one, key);
        // Keys with one value stand in any order.
        if (index.keys.slice(0, fixed).some(same)) continue;
        while (at < fixed) at += 1;
        const own = index.keys[at];
        if (!same(own) || own === undefined) return false;
        const other = own.direction !== key.direction;
        if (turned !== null && turned !== other) return false;
        turned = other;
        at += 1;
      }
      return true;
    },
  };
}

/** Leaf pages of a range that the server counts rows in; longer ranges are estimated by them (btr0cur.cc, N_PAGES_READ_LIMIT). */
const COUNTED_PAGES = 10;

/** Rows of a range as the server counts them by a dive: an estimate is doubled, to at most half of the table. */
function dived(rows: number, all: number, { read }: UsableIndex): number {
  const pages = (rows / all) * (read.bytes / INNODB_PAGE);
  return Math.max(1, pages <= COUNTED_PAGES ? rows : Math.min(rows * 2, Math.max(rows, all / 2)));
}

/** A key of leading characters finds all values that begin with them. */
function asPrefix({ keys }: UsableIndex, sarg: Sarg): Sarg {
  const prefix = keys.find((key) => isKey(key, sarg))?.prefix;
  const [value] = sarg.values;
  if (prefix === undefined || value == null || value.length < prefix) return sarg;
  return { ...sarg, kind: "like", low: value.slice(0, prefix) };
}

interface Match {
  readonly served: readonly Sarg[];
  readonly keyParts: readonly string[];
  /** Conditions on the key behind those that are compared for equality. */
  readonly range: readonly Sarg[];
}

/** Equalities on the leading keys, then a range on the next. */
function matchKeys(index: UsableIndex, sargs: readonly Sarg[]): Match {
  const served: Sarg[] = [];
  const keyParts: string[] = [];
  for (const key of index.keys) {
    const on = sargs.filter((sarg) => isKey(key, sarg));
    const equal =
      on.find(({ kind, isJoin }) => kind === "equal" && !isJoin) ??
      on.find(({ kind }) => kind === "equal" || kind === "null");
    if (equal !== undefined) {
      served.push(equal);
      keyParts.push(key.column ?? key.expression);
      if (key.prefix === undefined) continue;
      return { served, keyParts, range: [] };
    }
    const range = on.filter(
      ({ kind }) => kind === "range" || kind === "like" || kind === "not-null",
    );
    return {
      served,
      range,
      keyParts: range.length > 0 ? [...keyParts, key.column ?? key.expression] : keyParts,
    };
  }
  return { served, keyParts, range: [] };
}

function isKey(
  key: IndexKey,
  one: { readonly column: string | null; readonly expression: string },
): boolean {
  return key.column === null
    ? one.column === null && expressionKey(key.expression) === one.expression
    : key.column === one.column;
}

function isCovering({ keys, read }: UsableIndex, columns: BlockTable["columns"]): boolean {
  if (read.clustered || columns === "*") return false;
  const held = new Set(
    keys.flatMap(({ column, prefix }) => (prefix === undefined ? [column] : [])),
  );
  return [...columns].every((column) => held.has(column));
}
