import type { Session } from "../../engine.ts";
import type { PreludeObject } from "./capture-prelude.ts";
import { readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

/** Every name and literal in it is SQL already: quoted and qualified. */
interface TypeRow {
  readonly key: string;
  readonly name: string;
  readonly kind: "e" | "d" | "c" | "r";
  readonly labels: readonly string[] | null;
  readonly base: string;
  readonly notNull: boolean;
  readonly collation: string | null;
  readonly checks: readonly string[] | null;
  readonly attributes: readonly string[] | null;
  readonly subtype: string | null;
  readonly subtypeOperatorClass: string | null;
  readonly subtypeCollation: string | null;
  readonly subtypeDifference: string | null;
  readonly multirange: string | null;
}

const qualified = (namespace: string, name: string): string =>
  `(select quote_ident(nspname) from pg_namespace where oid = ${namespace}) || '.' || quote_ident(${name})`;

const TYPES = `
  select 't' || t.oid::text as key, quote_ident(n.nspname) || '.' || quote_ident(t.typname) as name, t.typtype as kind,
    (select json_agg(quote_literal(e.enumlabel) order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)
      as labels,
    format_type(t.typbasetype, t.typtypmod) as base, t.typnotnull as "notNull",
    case when t.typtype = 'd' and t.typcollation <> b.typcollation
      then (select ${qualified("c.collnamespace", "c.collname")} from pg_collation c where c.oid = t.typcollation)
    end as collation,
    (select json_agg('CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid) order by k.oid)
      from pg_constraint k where k.contypid = t.oid and k.contype = 'c') as checks,
    (select json_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
          || case when a.attcollation <> at.typcollation and a.attcollation <> 0 then ' COLLATE '
            || (select ${qualified("c.collnamespace", "c.collname")} from pg_collation c where c.oid = a.attcollation)
          else '' end
        order by a.attnum)
      from pg_attribute a join pg_type at on at.oid = a.atttypid
      where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) as attributes,
    format_type(r.rngsubtype, null) as subtype,
    (select ${qualified("o.opcnamespace", "o.opcname")} from pg_opclass o where o.oid = r.rngsubopc and not o.opcdefault)
      as "subtypeOperatorClass",
    (select ${qualified("c.collnamespace", "c.collname")} from pg_collation c
      where c.oid = r.rngcollation and c.oid <> (select s.typcollation from pg_type s where s.oid = r.rngsubtype))
      as "subtypeCollation",
    (select ${qualified("p.pronamespace", "p.proname")} from pg_proc p where p.oid = r.rngsubdiff)
      as "subtypeDifference",
    (select ${qualified("m.typnamespace", "m.typname")} from pg_type m
      where m.oid::text = to_jsonb(r) ->> 'rngmultitypid') as multirange
  from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    left join pg_type b on b.oid = t.typbasetype
    left join pg_range r on r.rngtypid = t.oid
    left join pg_class tc on tc.oid = t.typrelid
  where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and tc.relkind = 'c')
    and ${userSchema("n")} and ${notOfExtension("pg_type", "t.oid")}
  order by t.oid`;

/** Enums, domains, composite types and ranges of user schemas. A range's canonical function is left out. */
export async function captureTypes(session: Session): Promise<readonly PreludeObject[]> {
  const rows = await readRows<TypeRow>(session, TYPES);
  return rows.map((row) => ({
    key: row.key,
    statement: { kind: "type", name: row.name, ddl: typeDdl(row) },
  }));
}

function typeDdl(row: TypeRow): string {
  switch (row.kind) {
    case "e":
      return `CREATE TYPE ${row.name} AS ENUM (${(row.labels ?? []).join(", ")})`;
    case "c":
      return `CREATE TYPE ${row.name} AS (${(row.attributes ?? []).join(", ")})`;
    case "d":
      return [
        `CREATE DOMAIN ${row.name} AS ${row.base}`,
        ...(row.collation === null ? [] : [`COLLATE ${row.collation}`]),
        ...(row.notNull ? ["NOT NULL"] : []),
        ...(row.checks ?? []),
      ].join(" ");
    case "r": {
      const options = [
        `subtype = ${row.subtype}`,
        ...(row.subtypeOperatorClass === null
          ? []
          : [`subtype_opclass = ${row.subtypeOperatorClass}`]),
        ...(row.subtypeCollation === null ? [] : [`collation = ${row.subtypeCollation}`]),
        ...(row.subtypeDifference === null ? [] : [`subtype_diff = ${row.subtypeDifference}`]),
        ...(row.multirange === null ? [] : [`multirange_type_name = ${row.multirange}`]),
      ];
      return `CREATE TYPE ${row.name} AS RANGE (${options.join(", ")})`;
    }
  }
}
