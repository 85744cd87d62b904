import type { EffectMeter } from "./measure-effect.ts";

/** A schema as a list of lines, in an order that does not rest on how it was made. */
export async function readSchema(meter: EffectMeter): Promise<readonly string[]> {
  const rows = await meter.query(`
    select format('column %s.%s %s null:%s default:%s identity:%s generated:%s', c.relname, a.attname,
      format_type(a.atttypid, a.atttypmod), not a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped
    union all
    select format('constraint %s %s %s valid:%s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
    from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0
    union all
    select format('index %s valid:%s', indexdef, i.indisvalid)
    from pg_indexes x join pg_index i on i.indexrelid = format('%I.%I', schemaname, indexname)::regclass where schemaname = 'public'
    union all
    select format('sequence %s %s', sequencename, data_type) from pg_sequences where schemaname = 'public'
    union all
    select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
    union all
    select format('partition %s %s', inhrelid::regclass, inhparent::regclass) from pg_inherits
    order by 1`);
  return rows.map(({ line }) => String(line));
}
