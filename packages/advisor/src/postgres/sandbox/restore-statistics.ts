import { type Table, type TableName, tableKey } from "../../catalog/catalog.ts";
import type { ColumnStatistics, Snapshot } from "../../catalog/snapshot.ts";
import { serializeDependencies, serializeDistinct } from "./extended-statistics.ts";
import type { Restoration } from "./restoration.ts";
import { objectName, qualifiedName, quoteLiteral } from "./sql-names.ts";

/** Tells the planner what the source server knew. A value that PostgreSQL refuses is a gap. */
export async function restoreStatistics(
  restoration: Restoration,
  snapshot: Snapshot,
): Promise<void> {
  for (const table of snapshot.catalog.tables) {
    await restoreRelation(restoration, table, table.pages, table.rows, table.allVisiblePages);
    for (const index of table.indexes) {
      const name = { schema: table.schema, name: index.name };
      if (index.parent !== null || table.kind !== "partitioned") {
        await restoreRelation(restoration, name, index.pages, index.rows, 0);
      }
    }
  }
  const indexes = new Set(snapshot.catalog.tables.flatMap(indexKeys));
  for (const statistics of snapshot.statistics) {
    const kind = indexes.has(tableKey(statistics.relation)) ? "index" : "table";
    const object = `${objectName(kind, statistics.relation)}, statistics of ${statistics.column}`;
    await restore(
      restoration,
      object,
      "pg_restore_attribute_stats",
      attributeArguments(statistics),
    );
  }
  await restoreExtended(restoration, snapshot);
}

/** Tells the planner an object's rows and pages. */
async function restoreRelation(
  restoration: Restoration,
  relation: TableName,
  pages: number,
  rows: number,
  allVisiblePages: number,
): Promise<void> {
  await restore(
    restoration,
    `${relation.schema}.${relation.name}, statistics`,
    "pg_restore_relation_stats",
    [
      ["schemaname", quoteLiteral(relation.schema)],
      ["relname", quoteLiteral(relation.name)],
      ["relpages", `${Math.round(pages)}::integer`],
      ["reltuples", `${rows}::real`],
      ["relallvisible", `${allVisiblePages}::integer`],
    ],
  );
}

type Argument = readonly [name: string, sql: string];

async function restore(
  { database, gaps }: Restoration,
  object: string,
  restoring: string,
  values: readonly Argument[],
): Promise<void> {
  const list = values.map(([name, sql]) => `'${name}', ${sql}`).join(", ");
  const warnings: string[] = [];
  try {
    await database.run(`select ${restoring}('version', 180000, ${list})`, warnings);
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error));
  }
  if (warnings.length > 0)
    gaps.push({ object, reason: `statistics not taken over: ${warnings.join("; ")}` });
}

function attributeArguments(statistics: ColumnStatistics): readonly Argument[] {
  const text = (literal: string | null): string | null =>
    literal === null ? null : `${quoteLiteral(literal)}::text`;
  const real = (number: number | null): string | null =>
    number === null ? null : `'${number}'::real`;
  const reals = (numbers: readonly number[] | null): string | null =>
    numbers === null ? null : `'{${numbers.join(",")}}'::real[]`;
  const { column } = statistics;
  // Values and their frequencies come as a pair; without values (`--no-values`) the frequencies alone are refused.
  const common = statistics.commonValues !== null;
  const elements = statistics.commonElements !== null;
  const values: readonly (readonly [string, string | null])[] = [
    ["schemaname", quoteLiteral(statistics.relation.schema)],
    ["relname", quoteLiteral(statistics.relation.name)],
    typeof column === "number"
      ? ["attnum", `${column}::smallint`]
      : ["attname", quoteLiteral(column)],
    ["inherited", String(statistics.inherited)],
    ["null_frac", real(statistics.nullFraction)],
    ["avg_width", `${Math.round(statistics.averageWidth)}::integer`],
    ["n_distinct", real(statistics.distinct)],
    ["most_common_vals", text(statistics.commonValues)],
    ["most_common_freqs", common ? reals(statistics.commonFrequencies) : null],
    ["histogram_bounds", text(statistics.histogram)],
    ["correlation", real(statistics.correlation)],
    ["most_common_elems", text(statistics.commonElements)],
    ["most_common_elem_freqs", elements ? reals(statistics.commonElementFrequencies) : null],
    ["elem_count_histogram", reals(statistics.elementCountHistogram)],
    ["range_length_histogram", text(statistics.rangeLengthHistogram)],
    ["range_empty_frac", real(statistics.rangeEmptyFraction)],
    ["range_bounds_histogram", text(statistics.rangeBoundsHistogram)],
  ];
  return values.flatMap(([name, sql]) => (sql === null ? [] : [[name, sql] as const]));
}

function indexKeys(table: Table): readonly string[] {
  return table.indexes.map((index) => tableKey({ schema: table.schema, name: index.name }));
}

/** No function takes extended statistics before PostgreSQL 19, so their stored form is written. */
async function restoreExtended(
  restoration: Restoration,
  { extendedStatistics }: Snapshot,
): Promise<void> {
  if (extendedStatistics.length === 0) return;
  await restoration.database.run(
    "create cast (bytea as pg_ndistinct) without function; create cast (bytea as pg_dependencies) without function",
  );
  for (const statistics of extendedStatistics) {
    const object = objectName("statistics", statistics);
    if ((await restoration.attempt(object, statistics.definition)) === null) continue;
    const bytes = (value: Uint8Array | null, type: string): string =>
      value === null ? "null" : `'\\x${Buffer.from(value).toString("hex")}'::bytea::${type}`;
    const distinct = statistics.ndistinct === null ? null : serializeDistinct(statistics.ndistinct);
    const dependencies =
      statistics.dependencies === null ? null : serializeDependencies(statistics.dependencies);
    await restoration.attempt(
      object,
      `insert into pg_statistic_ext_data (stxoid, stxdinherit, stxdndistinct, stxddependencies)
       select oid, (select relkind = 'p' from pg_class c where c.oid = stxrelid), ${bytes(distinct, "pg_ndistinct")}, ${bytes(dependencies, "pg_dependencies")}
       from pg_statistic_ext
       where stxname = ${quoteLiteral(statistics.name)} and stxnamespace = ${quoteLiteral(statistics.schema)}::regnamespace
         and stxrelid = ${quoteLiteral(qualifiedName(statistics.table))}::regclass`,
    );
  }
}
