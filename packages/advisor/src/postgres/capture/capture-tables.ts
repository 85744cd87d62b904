import type { Column, ForeignKey, Index, Table, TableName } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { groupRows, readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

/** A table with its number in the catalogs, and what this role may read of it. */
export interface CapturedTable {
  readonly oid: number;
  readonly table: Table;
  /** Columns whose statistics the server hides from this role. */
  readonly hiddenColumns: readonly string[];
  /** True where row security hides statistics even of readable columns. */
  readonly rowSecurity: boolean;
}

interface TableRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: "r" | "p" | "m" | "f";
  readonly rows: number;
  readonly pages: number;
  readonly allVisiblePages: number;
  readonly currentPages: number;
  readonly replicaIdentity: "d" | "f" | "n" | "i";
  readonly storageParameters: readonly string[] | null;
  readonly partitionKey: string | null;
  readonly isPartition: boolean;
  readonly bound: string | null;
  readonly rowSecurity: boolean;
}

interface ColumnRow extends Omit<Column, "virtual"> {
  readonly oid: number;
  readonly virtual: boolean;
  readonly readable: boolean;
}

interface ForeignKeyRow extends Omit<ForeignKey, "onDelete" | "references"> {
  readonly oid: number;
  readonly referencesSchema: string;
  readonly referencesName: string;
  readonly onDelete: string;
}

/** Relations that a table may be: ordinary, partitioned, materialized view, foreign. Needs `$1`: oids to leave out, as an array's text. */
const USER_TABLES = `
  pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'f') and c.relpersistence <> 't'
    and ${userSchema("n")} and ${notOfExtension("pg_class", "c.oid")} and c.oid <> all ($1::text::oid[])`;

// Before version 14 a table without statistics had 0 rows on 0 pages; since then it has -1 rows.
const TABLES = `
  select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relkind as kind,
    case when c.reltuples = 0 and c.relpages = 0 and $2::int < 140000 then -1 else c.reltuples end as rows,
    c.relpages as pages, c.relallvisible as "allVisiblePages",
    case when c.relkind in ('r', 'm')
      then coalesce(pg_relation_size(c.oid) / current_setting('block_size')::int8, c.relpages)
      else greatest(c.relpages, 0) end as "currentPages",
    c.relreplident as "replicaIdentity", c.reloptions as "storageParameters",
    case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as "partitionKey",
    c.relispartition as "isPartition", pg_get_expr(c.relpartbound, c.oid) as bound,
    row_security_active(c.oid) as "rowSecurity"
  from ${USER_TABLES}
  order by n.nspname, c.relname`;

const COLUMNS = `
  select a.attrelid::int8 as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as "notNull",
    case when a.attcollation <> t.typcollation and a.attcollation <> 0
      then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end as collation,
    case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as generated,
    a.attgenerated = 'v' as virtual,
    greatest(a.attlen, -1) as length,
    case a.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end as alignment,
    has_column_privilege(a.attrelid, a.attnum, 'select') as readable
  from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_collation co on co.oid = a.attcollation
    left join pg_namespace cn on cn.oid = co.collnamespace
  where a.attnum > 0 and not a.attisdropped and a.attrelid in (select c.oid from ${USER_TABLES})
  order by a.attrelid, a.attnum`;

/** Names of the columns numbered by an array, in the array's order. */
function columnNames(relation: string, numbers: string): string {
  return `(select json_agg(a.attname order by u.n)
    from unnest(${numbers}) with ordinality u (attnum, n)
      join pg_attribute a on a.attrelid = ${relation} and a.attnum = u.attnum)`;
}

// Keys with a parent constraint are the partitions' copies of one on the partitioned table.
const FOREIGN_KEYS = `
  select k.conrelid::int8 as oid, k.conname as name,
    ${columnNames("k.conrelid", "k.conkey")} as columns,
    ${columnNames("k.confrelid", "k.confkey")} as "referencedColumns",
    rn.nspname as "referencesSchema", r.relname as "referencesName",
    k.confdeltype as "onDelete", pg_get_constraintdef(k.oid) as definition
  from pg_constraint k
    join pg_class r on r.oid = k.confrelid
    join pg_namespace rn on rn.oid = r.relnamespace
  where k.contype = 'f' and k.conparentid = 0 and k.conrelid in (select c.oid from ${USER_TABLES})
  order by k.conname`;

const CHECKS = `
  select k.conrelid::int8 as oid, k.conname as name, pg_get_constraintdef(k.oid) as definition
  from pg_constraint k
  where k.contype = 'c' and k.conislocal and k.conrelid in (select c.oid from ${USER_TABLES})
  order by k.conname`;

const PARENTS = `
  select i.inhrelid::int8 as oid, n.nspname as schema, p.relname as name
  from pg_inherits i
    join pg_class p on p.oid = i.inhparent
    join pg_namespace n on n.oid = p.relnamespace
  where p.relkind in ('r', 'p', 'f')
  order by i.inhrelid, i.inhseqno`;

const KINDS: Readonly<Record<TableRow["kind"], Table["kind"]>> = {
  r: "table",
  p: "partitioned",
  m: "materialized-view",
  f: "foreign",
};

const REPLICA_IDENTITIES: Readonly<Record<TableRow["replicaIdentity"], Table["replicaIdentity"]>> =
  {
    d: "default",
    f: "full",
    n: "nothing",
    i: "index",
  };

const ON_DELETE: Readonly<Record<string, string>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

/** Every table of the user's schemas without those in `leaveOut`, with `indexes` by the table's oid. */
export async function captureTables(
  session: Session,
  versionNumber: number,
  leaveOut: string,
  indexes: ReadonlyMap<number, readonly Index[]>,
): Promise<readonly CapturedTable[]> {
  const rows = await readRows<TableRow>(session, TABLES, [leaveOut, versionNumber]);
  const columns = groupRows(
    await readRows<ColumnRow>(session, COLUMNS, [leaveOut]),
    (row) => row.oid,
  );
  const foreignKeys = groupRows(
    await readRows<ForeignKeyRow>(session, FOREIGN_KEYS, [leaveOut]),
    (row) => row.oid,
  );
  const checks = groupRows(
    await readRows<{ oid: number; name: string; definition: string }>(session, CHECKS, [leaveOut]),
    (row) => row.oid,
  );
  const parents = groupRows(
    await readRows<TableName & { oid: number }>(session, PARENTS),
    (row) => row.oid,
  );

  return rows.map((row): CapturedTable => {
    const own = columns.get(row.oid) ?? [];
    const above = (parents.get(row.oid) ?? []).map(({ schema, name }) => ({ schema, name }));
    const parent = above[0];
    return {
      oid: row.oid,
      hiddenColumns: own.filter((column) => !column.readable).map((column) => column.name),
      rowSecurity: row.rowSecurity,
      table: {
        schema: row.schema,
        name: row.name,
        kind: KINDS[row.kind],
        columns: own.map(toColumn),
        indexes: indexes.get(row.oid) ?? [],
        foreignKeys: (foreignKeys.get(row.oid) ?? []).map(toForeignKey),
        checks: (checks.get(row.oid) ?? []).map(({ name, definition }) => ({ name, definition })),
        partitionKey: row.partitionKey,
        partitionOf:
          row.isPartition && parent && row.bound !== null ? { parent, bound: row.bound } : null,
        inherits: row.isPartition ? [] : above,
        replicaIdentity: REPLICA_IDENTITIES[row.replicaIdentity],
        storageParameters: row.storageParameters ?? [],
        rows: row.rows,
        pages: Math.max(row.pages, 0),
        allVisiblePages: row.allVisiblePages,
        currentPages: row.currentPages,
      },
    };
  });
}

function toColumn({ oid: _oid, readable: _readable, virtual, ...column }: ColumnRow): Column {
  return virtual ? { ...column, virtual } : column;
}

function toForeignKey(row: ForeignKeyRow): ForeignKey {
  return {
    name: row.name,
    columns: row.columns,
    references: { schema: row.referencesSchema, name: row.referencesName },
    referencedColumns: row.referencedColumns,
    onDelete: ON_DELETE[row.onDelete] ?? "no action",
    definition: row.definition,
  };
}
