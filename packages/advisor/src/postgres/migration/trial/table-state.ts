import type { TableName } from "../../../catalog/catalog.ts";
import type { TrialServer } from "./trial-server.ts";

/** A table, materialized view or index of the user's. */
export interface Relation extends TableName {
  readonly oid: number;
  /** `pg_class.relkind`. */
  readonly kind: string;
  /** The file of its rows; another one after they were written anew. */
  readonly file: number;
  /** Of an index: its table. */
  readonly table: number | null;
  /** Sequential scans in this transaction, by the server's own count. */
  readonly scans: number;
}

/** What the server says of its relations and of the locks of this session. */
export interface TableState {
  readonly relations: ReadonlyMap<number, Relation>;
  /** Modes as `pg_locks` names them, by relation. */
  readonly locks: ReadonlyMap<number, ReadonlySet<string>>;
}

/** A list for each property, all in one order: an object for each of a thousand relations takes the server far longer. */
const STATE = `
  select (
    select pg_catalog.json_build_object(
      'oid', pg_catalog.array_agg(c.oid::pg_catalog.int8),
      'schema', pg_catalog.array_agg(n.nspname::pg_catalog.text),
      'name', pg_catalog.array_agg(c.relname::pg_catalog.text),
      'kind', pg_catalog.array_agg(c.relkind::pg_catalog.text),
      'file', pg_catalog.array_agg(c.relfilenode::pg_catalog.int8),
      'table', pg_catalog.array_agg(i.indrelid::pg_catalog.int8),
      'scans', pg_catalog.array_agg(pg_catalog.pg_stat_get_xact_numscans(c.oid)))
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_index i on i.indexrelid = c.oid
    where c.relkind in ('r', 'p', 'm', 'i', 'I') and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  )::pg_catalog.text as relations, (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'oid', l.relation::pg_catalog.int8, 'mode', l.mode)), '[]')
    from pg_catalog.pg_locks l
    where l.locktype = 'relation' and l.pid = pg_catalog.pg_backend_pid() and l.granted
  )::pg_catalog.text as locks`;

type Lists = { readonly [Key in keyof Relation]: readonly Relation[Key][] | null };

export async function readState(server: TrialServer): Promise<TableState> {
  const [row] = await server.query(STATE);
  const held = JSON.parse(String(row?.["locks"])) as readonly {
    readonly oid: number;
    readonly mode: string;
  }[];
  const locks = new Map<number, Set<string>>();
  for (const { oid, mode } of held) {
    locks.set(oid, (locks.get(oid) ?? new Set<string>()).add(mode));
  }
  return { relations: relationsOf(JSON.parse(String(row?.["relations"])) as Lists), locks };
}

function relationsOf(lists: Lists): ReadonlyMap<number, Relation> {
  return new Map(
    (lists.oid ?? []).map((oid, at) => [
      oid,
      {
        oid,
        schema: lists.schema?.[at] ?? "",
        name: lists.name?.[at] ?? "",
        kind: lists.kind?.[at] ?? "",
        file: lists.file?.[at] ?? 0,
        table: lists.table?.[at] ?? null,
        scans: lists.scans?.[at] ?? 0,
      },
    ]),
  );
}
