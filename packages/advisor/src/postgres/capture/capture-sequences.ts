import type { Sequence } from "../../catalog/catalog.ts";
import type { SequenceUsage } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

const USER_SEQUENCES = `
  pg_sequence s
    join pg_class c on c.oid = s.seqrelid
    join pg_namespace n on n.oid = c.relnamespace
  where not s.seqcycle and c.relpersistence <> 't' and ${userSchema("n")} and ${notOfExtension("pg_class", "c.oid")}`;

// A column is a sequence's by ownership (serial), as its identity, or by a default that asks it for a value.
const SEQUENCES = `
  select n.nspname as schema, c.relname as name, s.seqincrement as increment,
    case when s.seqincrement > 0 then s.seqmin else s.seqmax end as first,
    case when s.seqincrement > 0 then least(s.seqmax, o.most) else greatest(s.seqmin, -o.most - 1) end as limit,
    coalesce(case when s.seqincrement > 0 then o.most < s.seqmax else -o.most - 1 > s.seqmin end, false)
      as "limitedByColumn",
    case when o.attname is not null then json_build_object(
      'table', json_build_object('schema', o.nspname, 'name', o.relname), 'name', o.attname, 'type', o.type) end as column
  from pg_sequence s
    join pg_class c on c.oid = s.seqrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join lateral (
      select tn.nspname, t.relname, a.attname, format_type(a.atttypid, a.atttypmod) as type,
        case coalesce(nullif(ty.typbasetype, 0), ty.oid)
          when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647
          when 'int8'::regtype then 9223372036854775807 end::int8 as most
      from (
          select d.refobjid as relation, d.refobjsubid as number from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
            and d.deptype in ('a', 'i') and d.refobjsubid > 0
          union
          select ad.adrelid, ad.adnum from pg_depend d join pg_attrdef ad on ad.oid = d.objid
          where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
        ) u
        join pg_class t on t.oid = u.relation
        join pg_namespace tn on tn.oid = t.relnamespace
        join pg_attribute a on a.attrelid = u.relation and a.attnum = u.number
        join pg_type ty on ty.oid = a.atttypid
      order by most nulls last, tn.nspname, t.relname, a.attname
      limit 1
    ) o on true
  where s.seqrelid in (select s.seqrelid from ${USER_SEQUENCES})
  order by n.nspname, c.relname`;

// Asking for the value waits for whoever alters the sequence, so those are left out. Conditions run in any order, and asking
// for a sequence's privilege fails on a table.
const LAST_VALUES = `
  select n.nspname as schema, c.relname as name, pg_sequence_last_value(c.oid) as "lastValue"
  from ${USER_SEQUENCES}
    and case when c.relkind = 'S' then has_sequence_privilege(c.oid, 'select, usage') end
    and not (c.relpersistence = 'u' and pg_is_in_recovery())
    and not exists (select from pg_locks l
      where l.locktype = 'relation' and l.relation = c.oid and l.pid <> pg_backend_pid()
        and l.database = (select oid from pg_database where datname = current_database())
        and l.mode in ('ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
  order by n.nspname, c.relname`;

/** Sequences that do not cycle. Needs an empty `search_path`. */
export function captureSequences(session: Session): Promise<readonly Sequence[]> {
  return readRows<Sequence>(session, SEQUENCES);
}

/** The values that they gave last; without those that gave none yet, or that this role or moment can't read. */
export async function captureLastValues(session: Session): Promise<readonly SequenceUsage[]> {
  const rows = await readRows<{
    readonly schema: string;
    readonly name: string;
    readonly lastValue: number | null;
  }>(session, LAST_VALUES);
  return rows.flatMap(({ schema, name, lastValue }) =>
    lastValue === null ? [] : [{ sequence: { schema, name }, lastValue }],
  );
}
