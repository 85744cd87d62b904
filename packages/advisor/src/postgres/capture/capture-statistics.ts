import type { TableName } from "../../catalog/catalog.ts";
import { NO_VALUES } from "../../catalog/no-values.ts";
import type { CaptureGap, ColumnStatistics, ExtendedStatistics } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { CapturedTable } from "./capture-tables.ts";
import { readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

interface StatisticsRow extends Omit<ColumnStatistics, "relation"> {
  readonly schema: string;
  readonly name: string;
  /** Whether the values are of a type that `values: false` keeps. */
  readonly plain: boolean;
}

/**
 * Types whose values stay in a snapshot without values: truth values, numbers, dates and times. Without these a range's
 * selectivity would be a guess. Domains count as the type under them.
 */
const PLAIN_TYPES =
  "bool, int2, int4, int8, float4, float8, numeric, money, date, time, timetz, timestamp, timestamptz, interval";

// The column's number is the key's position for an index. Range statistics are in the view since version 17.
const STATISTICS = `
  select s.schemaname as schema, s.tablename as name,
    case when c.relkind in ('i', 'I') then to_json(a.attnum) else to_json(a.attname) end as column,
    s.inherited, s.null_frac as "nullFraction", s.avg_width as "averageWidth", s.n_distinct as distinct, s.correlation,
    s.most_common_vals::text as "commonValues", s.most_common_freqs as "commonFrequencies",
    s.histogram_bounds::text as histogram,
    s.most_common_elems::text as "commonElements", s.most_common_elem_freqs as "commonElementFrequencies",
    s.elem_count_histogram as "elementCountHistogram",
    $range
    coalesce(nullif(t.typbasetype, 0), t.oid)::regtype = any ('{${PLAIN_TYPES}}'::regtype[]) as plain
  from pg_stats s
    join pg_namespace n on n.nspname = s.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
    join pg_attribute a on a.attrelid = c.oid and a.attname = s.attname
    join pg_type t on t.oid = a.atttypid
  where c.relpersistence <> 't' and ${userSchema("n")} and ${notOfExtension("pg_class", "c.oid")}
  order by s.schemaname, s.tablename, a.attnum, s.inherited`;

const RANGE_STATISTICS = `
    s.range_length_histogram::text as "rangeLengthHistogram", s.range_empty_frac as "rangeEmptyFraction",
    s.range_bounds_histogram::text as "rangeBoundsHistogram",`;

const NO_RANGE_STATISTICS = `
    null as "rangeLengthHistogram", null as "rangeEmptyFraction", null as "rangeBoundsHistogram",`;

const EXTENDED = `
  select n.nspname as schema, e.stxname as name, tn.nspname as "tableSchema", c.relname as "tableName",
    pg_get_statisticsobjdef(e.oid) as definition,
    s.n_distinct::text as ndistinct, s.dependencies::text as dependencies
  from pg_statistic_ext e
    join pg_namespace n on n.oid = e.stxnamespace
    join pg_class c on c.oid = e.stxrelid
    join pg_namespace tn on tn.oid = c.relnamespace
    left join lateral (
      select x.n_distinct, x.dependencies from pg_stats_ext x
      where x.statistics_schemaname = n.nspname and x.statistics_name = e.stxname
      order by coalesce((to_jsonb(x) ->> 'inherited')::bool, false) = (c.relkind = 'p') desc
      limit 1
    ) s on true
  where ${userSchema("tn")} and ${notOfExtension("pg_class", "c.oid")}
  order by n.nspname, e.stxname`;

/** Statistics of columns and of index expressions, those that this role may see. */
export async function captureStatistics(
  session: Session,
  versionNumber: number,
  values: boolean,
): Promise<readonly ColumnStatistics[]> {
  const range = versionNumber >= 170_000 ? RANGE_STATISTICS : NO_RANGE_STATISTICS;
  const rows = await readRows<StatisticsRow>(session, STATISTICS.replace("$range", range));
  return rows.map((row) => toStatistics(row, values));
}

export async function captureExtendedStatistics(
  session: Session,
): Promise<readonly ExtendedStatistics[]> {
  const rows = await readRows<
    Omit<ExtendedStatistics, "table"> & { readonly tableSchema: string; readonly tableName: string }
  >(session, EXTENDED);
  return rows.map(({ tableSchema, tableName, ...row }) => ({
    ...row,
    table: { schema: tableSchema, name: tableName },
  }));
}

function toStatistics(
  { schema, name, plain, ...row }: StatisticsRow,
  values: boolean,
): ColumnStatistics {
  const relation: TableName = { schema, name };
  return { relation, ...row, ...(values || plain ? {} : NO_VALUES) };
}

/** What is unknown of the tables for want of statistics, each with what to do about it. */
export function statisticsGaps(
  tables: readonly CapturedTable[],
  statistics: readonly ColumnStatistics[],
  role: string,
  versionNumber: number,
): readonly CaptureGap[] {
  const seen = new Set(statistics.map((row) => `${row.relation.schema}\0${row.relation.name}`));
  const readAll = versionNumber >= 140_000 ? `, or GRANT pg_read_all_data TO ${role}` : "";
  return tables.flatMap(({ table, hiddenColumns, rowSecurity }): CaptureGap[] => {
    const object = `table ${table.schema}.${table.name}`;
    if (hiddenColumns.length > 0) {
      const columns =
        hiddenColumns.length === table.columns.length
          ? "its columns"
          : `columns ${hiddenColumns.join(", ")}`;
      return [
        {
          object,
          reason: `The server hides the statistics of ${columns} from role ${role}, which may not SELECT there: costs of queries on it would be guesses. GRANT SELECT ON the table TO ${role}${readAll}.`,
        },
      ];
    }
    if (rowSecurity) {
      return [
        {
          object,
          reason: `Row security hides the statistics of this table from role ${role}: costs of queries on it would be guesses. Connect as the table's owner, or as a role with BYPASSRLS.`,
        },
      ];
    }
    if (
      table.kind !== "foreign" &&
      table.currentPages > 0 &&
      !seen.has(`${table.schema}\0${table.name}`)
    ) {
      return [
        {
          object,
          reason:
            "The planner has no statistics of this table: it was never analysed. Run ANALYZE on it.",
        },
      ];
    }
    return [];
  });
}
