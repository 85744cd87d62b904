import type { Index, IndexKey } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { groupRows, readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

/** Flags of `pg_index.indoption`. */
const DESCENDING = 1;
const NULLS_FIRST = 2;

/** Number of `pg_catalog."default"` in every version. */
const DEFAULT_COLLATION = 100;

interface IndexRow extends Omit<Index, "keys" | "include" | "parent"> {
  readonly oid: number;
  readonly table: number;
  readonly parentSchema: string | null;
  readonly parentName: string | null;
}

interface KeyRow {
  readonly oid: number;
  readonly included: boolean;
  readonly column: string | null;
  readonly expression: string;
  readonly options: number | null;
  readonly operatorClass: string | null;
  readonly collation: string | null;
}

/** Indexes on user tables. Needs `$1`: oids of tables and indexes to leave out, as an array's text. */
const USER_INDEXES = `
  pg_index i
    join pg_class ic on ic.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and ${userSchema("n")}
    and ${notOfExtension("pg_class", "c.oid")}
    and i.indexrelid <> all ($1::text::oid[]) and i.indrelid <> all ($1::text::oid[])`;

// The progress view hides other roles' builds from a role without pg_read_all_stats. Such a hidden build counts for
// every invalid index whose table is locked as a concurrent build locks it. The file's size, not relpages, is what
// the planner takes for an index. Expression statistics that this role may not see are taken to be there.
const INDEXES = `
  with progress as (
    select relid, index_relid from pg_stat_progress_create_index
    where datname = current_database() and pid <> pg_backend_pid()
  )
  select i.indexrelid::int8 as oid, i.indrelid::int8 as table, ic.relname as name,
    pg_get_indexdef(i.indexrelid) as definition, am.amname as method,
    pg_get_expr(i.indpred, i.indrelid) as predicate, i.indisunique as unique,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false) as "nullsNotDistinct",
    i.indisprimary as primary, k.conname as constraint, pg_get_constraintdef(k.oid) as "constraintDefinition",
    i.indisvalid as valid,
    not i.indisvalid and (
      exists (select from progress p where p.index_relid = i.indexrelid)
      or exists (select from progress p where p.relid is null) and exists (
        select from pg_locks l
        where l.relation = i.indrelid and l.mode = 'ShareUpdateExclusiveLock' and l.pid <> pg_backend_pid()
          and l.database = (select oid from pg_database where datname = current_database()))
    ) as building,
    i.indisclustered as clustered, i.indisreplident as "replicaIdentity",
    pn.nspname as "parentSchema", pc.relname as "parentName",
    case when ic.relkind = 'i' then coalesce(z.pages, ic.relpages) else 0 end as pages,
    case when ic.relpages > 0 and z.pages is not null then round(ic.reltuples::float8 * z.pages / ic.relpages)
      else greatest(ic.reltuples, 0) end as rows,
    i.indexprs is not null and (
      not has_column_privilege(i.indexrelid, 1::int2, 'select')
      or (n.nspname, ic.relname) in (select schemaname, tablename from pg_stats)
    ) as "expressionStatistics"
  from (select i.indexrelid as id from ${USER_INDEXES}) u
    join pg_index i on i.indexrelid = u.id
    join pg_class ic on ic.oid = i.indexrelid
    join pg_namespace n on n.oid = ic.relnamespace
    join pg_am am on am.oid = ic.relam
    cross join lateral (
      select case when ic.relkind = 'i'
        then pg_relation_size(i.indexrelid) / current_setting('block_size')::int8 end as pages
    ) z
    left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
    left join pg_inherits h on h.inhrelid = i.indexrelid
    left join pg_class pc on pc.oid = h.inhparent
    left join pg_namespace pn on pn.oid = pc.relnamespace
  order by n.nspname, ic.relname`;

// An expression's own collation can't be seen here: any but the database's default one is named.
const KEYS = `
  select i.indexrelid::int8 as oid, g.n > i.indnkeyatts as included, a.attname as column,
    pg_get_indexdef(i.indexrelid, g.n, false) as expression, i.indoption[g.n - 1] as options,
    case when not oc.opcdefault or p.parameters is not null
      then case when ocn.nspname = 'pg_catalog' then '' else quote_ident(ocn.nspname) || '.' end
        || quote_ident(oc.opcname) || coalesce(' (' || p.parameters || ')', '')
    end as "operatorClass",
    case when co.oid <> coalesce(a.attcollation, ${DEFAULT_COLLATION})
      then quote_ident(con.nspname) || '.' || quote_ident(co.collname) end as collation
  from (select i.indexrelid as id from ${USER_INDEXES}) u
    join pg_index i on i.indexrelid = u.id
    cross join lateral generate_series(1, i.indnatts::int) g (n)
    join pg_attribute ia on ia.attrelid = i.indexrelid and ia.attnum = g.n
    left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[g.n - 1] and a.attnum <> 0
    left join pg_opclass oc on oc.oid = i.indclass[g.n - 1]
    left join pg_namespace ocn on ocn.oid = oc.opcnamespace
    left join pg_collation co on co.oid = i.indcollation[g.n - 1]
    left join pg_namespace con on con.oid = co.collnamespace
    cross join lateral (
      select string_agg(split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)), ', ')
      from jsonb_array_elements_text(nullif(to_jsonb(ia) -> 'attoptions', 'null'::jsonb)) o
    ) p (parameters)
  order by i.indexrelid, g.n`;

/** Indexes by their table's oid, ordered by name. An index that `leaveOut` names is missing. */
export async function captureIndexes(
  session: Session,
  leaveOut: string,
): Promise<ReadonlyMap<number, readonly Index[]>> {
  const keys = groupRows(await readRows<KeyRow>(session, KEYS, [leaveOut]), (row) => row.oid);
  const rows = await readRows<IndexRow>(session, INDEXES, [leaveOut]);
  const byTable = new Map<number, readonly Index[]>();
  for (const [table, group] of groupRows(rows, (row) => row.table)) {
    byTable.set(
      table,
      group.map((row) => toIndex(row, keys.get(row.oid) ?? [])),
    );
  }
  return byTable;
}

function toIndex(row: IndexRow, keys: readonly KeyRow[]): Index {
  return {
    name: row.name,
    definition: row.definition,
    method: row.method,
    keys: keys.filter((key) => !key.included).map(toKey),
    include: keys.filter((key) => key.included).map((key) => key.column ?? key.expression),
    predicate: row.predicate,
    unique: row.unique,
    nullsNotDistinct: row.nullsNotDistinct,
    primary: row.primary,
    constraint: row.constraint,
    constraintDefinition: row.constraintDefinition ?? null,
    valid: row.valid,
    building: row.building,
    clustered: row.clustered,
    replicaIdentity: row.replicaIdentity,
    parent:
      row.parentSchema !== null && row.parentName !== null
        ? { schema: row.parentSchema, name: row.parentName }
        : null,
    expressionStatistics: row.expressionStatistics,
    pages: row.pages,
    rows: row.rows,
  };
}

function toKey(row: KeyRow): IndexKey {
  const options = row.options ?? 0;
  return {
    column: row.column,
    expression: row.expression,
    direction: options & DESCENDING ? "desc" : "asc",
    nulls: options & NULLS_FIRST ? "first" : "last",
    operatorClass: row.operatorClass,
    collation: row.collation,
  };
}
