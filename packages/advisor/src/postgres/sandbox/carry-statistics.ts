import { type TableName, tableKey } from "../../catalog/catalog.ts";
import { NO_VALUES } from "../../catalog/no-values.ts";
import type { ColumnEnds, ColumnStatistics, ExtendedStatistics } from "../../catalog/snapshot.ts";
import type { KeptColumn } from "./merge-structure.ts";
import type { Row, SandboxDatabase } from "./sandbox-database.ts";
import { quoteLiteral } from "./sql-names.ts";

/** What goes along with columns and indexes to their new names and types. */
export interface CarriedStatistics {
  readonly statistics: readonly ColumnStatistics[];
  readonly columnEnds: readonly ColumnEnds[];
  readonly notes: readonly string[];
}

/** Statistics of what is still there, under its new name. Values of a column of a new type are cast as the rows would be. */
export async function carryStatistics(
  database: SandboxDatabase,
  statistics: readonly ColumnStatistics[],
  ends: readonly ColumnEnds[],
  columns: readonly KeptColumn[],
  indexes: ReadonlyMap<string, TableName>,
): Promise<CarriedStatistics> {
  const kept = new Map(columns.map((each) => [columnKey(each.before, each.column), each]));
  const notes = new Set<string>();
  const carried: ColumnStatistics[] = [];
  for (const one of statistics) {
    const index = indexes.get(tableKey(one.relation));
    const column =
      typeof one.column === "string" ? kept.get(columnKey(one.relation, one.column)) : undefined;
    if (column !== undefined) {
      const moved = { ...one, relation: nameOf(column.after), column: column.now.name };
      if (!column.retyped) carried.push(moved);
      else {
        const cast = await castStatistics(database, moved, column);
        carried.push(cast.statistics);
        if (cast.lost) notes.add(lostValues(column));
      }
    } else if (index !== undefined) carried.push({ ...one, relation: index });
  }
  const carriedEnds: ColumnEnds[] = [];
  for (const one of ends) {
    const column = kept.get(columnKey(one.table, one.column));
    if (column === undefined) continue;
    const moved = { ...one, table: nameOf(column.after), column: column.now.name };
    if (!column.retyped) carriedEnds.push(moved);
    else {
      const cast = await castValues(database, arrayLiteral([one.least, one.greatest]), column);
      const [least, greatest] = cast?.ordered === true ? cast.values : [];
      if (least !== undefined && greatest !== undefined)
        carriedEnds.push({ ...moved, least, greatest });
    }
  }
  return { statistics: carried, columnEnds: carriedEnds, notes: [...notes] };
}

/** Statistics over several columns, under the new name of their table. `after`: as the sandbox prints them now. */
export function carryExtended(
  before: readonly ExtendedStatistics[],
  after: readonly ExtendedStatistics[],
  columns: readonly KeptColumn[],
): readonly ExtendedStatistics[] {
  const known = new Map(before.map((one) => [tableKey(one), one]));
  return after.map((one) => {
    const own = known.get(tableKey(one));
    if (own === undefined) return one;
    const numbers = new Map(
      columns
        .filter((column) => tableKey(column.before) === tableKey(own.table))
        .map((column) => [column.number, column.numberNow]),
    );
    const { ndistinct, dependencies } = own;
    return {
      ...one,
      ndistinct: renumbered(ndistinct, numbers),
      dependencies: renumbered(dependencies, numbers),
    };
  });
}

/** `{"1, 2": 40}` with the columns' new numbers: those behind a dropped one move up when the table is restored. */
function renumbered(text: string | null, numbers: ReadonlyMap<number, number>): string | null {
  return (
    text?.replaceAll(/"[^"]*"/g, (key) =>
      key.replaceAll(/\d+/g, (number) => String(numbers.get(Number(number)) ?? number)),
    ) ?? null
  );
}

async function castStatistics(
  database: SandboxDatabase,
  statistics: ColumnStatistics,
  column: KeptColumn,
): Promise<{ readonly statistics: ColumnStatistics; readonly lost: boolean }> {
  const { length } = column.now;
  const plain: ColumnStatistics = {
    ...statistics,
    averageWidth: length > 0 ? length : statistics.averageWidth,
    correlation: null,
    ...NO_VALUES,
  };
  const common = await castIfAny(database, statistics.commonValues, column);
  const histogram = await castIfAny(database, statistics.histogram, column);
  if (common === null || histogram === null) return { statistics: plain, lost: true };
  return {
    statistics: {
      ...plain,
      correlation: histogram?.ordered === false ? null : statistics.correlation,
      commonValues: common?.unsorted ?? null,
      commonFrequencies: common === undefined ? null : statistics.commonFrequencies,
      histogram: histogram === undefined ? null : arrayLiteral(histogram.values),
    },
    lost: false,
  };
}

interface CastValues {
  /** In the order of the new type. */
  readonly values: readonly string[];
  /** In the order that they were given in, as an array literal. */
  readonly unsorted: string;
  /** Whether both orders are the same. */
  readonly ordered: boolean;
}

/** `undefined` where there are no values, `null` where the new type does not take them. */
async function castIfAny(
  database: SandboxDatabase,
  literal: string | null,
  column: KeptColumn,
): Promise<CastValues | null | undefined> {
  return literal === null ? undefined : castValues(database, literal, column);
}

async function castValues(
  database: SandboxDatabase,
  literal: string,
  { now }: KeptColumn,
): Promise<CastValues | null> {
  let row: Row | undefined;
  try {
    [row] = await database.run(
      `select array_to_json(array_agg(v::text order by v))::text as sorted, array_agg(v::text order by n)::text as unsorted,
          array_agg(v order by v) = array_agg(v order by n) as ordered
        from (select value::${now.type} as v, n from unnest(${quoteLiteral(literal)}::text[]) with ordinality u (value, n)) a`,
    );
  } catch {
    return null;
  }
  const sorted: unknown = JSON.parse(String(row?.["sorted"]));
  if (!Array.isArray(sorted)) return null;
  return {
    values: sorted.map(String),
    unsorted: String(row?.["unsorted"]),
    ordered: row?.["ordered"] === true,
  };
}

function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}

function lostValues({ after, now }: KeptColumn): string {
  return `${after.schema}.${after.name}.${now.name} has a new type, ${now.type}, that its sampled values can't be cast to: plans that depend on its values are guesses`;
}

function nameOf({ schema, name }: TableName): TableName {
  return { schema, name };
}

function columnKey(table: TableName, column: string): string {
  return `${tableKey(table)}\0${column}`;
}
