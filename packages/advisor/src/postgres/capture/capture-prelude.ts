import type { PreludeStatement } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { captureFunctions } from "./capture-functions.ts";
import { captureTypes } from "./capture-types.ts";
import { dependencyOrder } from "../../catalog/dependency-order.ts";
import { readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

/** A statement under the key of its object, which dependencies are given by. */
export interface PreludeObject {
  /** `t` (type), `f` (function) or `c` (collation), and its number in that catalog: numbers repeat between catalogs. */
  readonly key: string;
  readonly statement: PreludeStatement;
}

// An extension that makes its own schema needs no statement for it, but takes no offence at one.
const SCHEMAS = `
  select 'schema' as kind, quote_ident(n.nspname) as name,
    'CREATE SCHEMA IF NOT EXISTS ' || quote_ident(n.nspname) as ddl
  from pg_namespace n
  where ${userSchema("n")}
  order by n.nspname`;

const EXTENSIONS = `
  select 'extension' as kind, quote_ident(e.extname) as name,
    'CREATE EXTENSION IF NOT EXISTS ' || quote_ident(e.extname) || ' WITH SCHEMA ' || quote_ident(n.nspname)
      || ' CASCADE' as ddl
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname <> 'plpgsql'
  order by e.oid`;

// The locale's column was renamed twice: colliculocale in 15, colllocale in 17.
const COLLATIONS = `
  select 'c' || c.oid::text as key, quote_ident(n.nspname) || '.' || quote_ident(c.collname) as name,
    c.collprovider as provider, c.collisdeterministic as deterministic, c.collctype as ctype,
    coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate) as locale,
    to_jsonb(c) ->> 'collicurules' as rules
  from pg_collation c join pg_namespace n on n.oid = c.collnamespace
  where ${userSchema("n")} and ${notOfExtension("pg_collation", "c.oid")}
  order by c.oid`;

interface CollationRow {
  readonly key: string;
  readonly name: string;
  readonly provider: string;
  readonly deterministic: boolean;
  readonly locale: string;
  readonly ctype: string | null;
  readonly rules: string | null;
}

/** Dependencies between types, functions and collations. An array type stands for its element, a multirange for its range. */
const DEPENDENCIES = `
  select distinct
    case d.classid
      when 'pg_catalog.pg_class'::regclass then 't' || (select c.reltype::text from pg_class c where c.oid = d.objid)
      when 'pg_catalog.pg_constraint'::regclass
        then 't' || (select k.contypid::text from pg_constraint k where k.oid = d.objid)
      when 'pg_catalog.pg_proc'::regclass then 'f' || d.objid::text
      else 't' || d.objid::text end as dependent,
    case d.refclassid
      when 'pg_catalog.pg_proc'::regclass then 'f' || d.refobjid::text
      when 'pg_catalog.pg_collation'::regclass then 'c' || d.refobjid::text
      else 't' || coalesce(
        (select r.rngtypid::text from pg_range r where to_jsonb(r) ->> 'rngmultitypid' = d.refobjid::text),
        (select t.typelem::text from pg_type t where t.oid = d.refobjid and t.typcategory = 'A' and t.typelem <> 0),
        d.refobjid::text) end as "on"
  from pg_depend d
  where d.classid in ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_constraint'::regclass,
      'pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_type'::regclass)
    and d.refclassid in ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_collation'::regclass,
      'pg_catalog.pg_type'::regclass)
    and d.deptype in ('n', 'a')
    and (d.classid <> 'pg_catalog.pg_class'::regclass
      or exists (select from pg_class c where c.oid = d.objid and c.relkind = 'c'))
    and (d.classid <> 'pg_catalog.pg_constraint'::regclass
      or exists (select from pg_constraint k where k.oid = d.objid and k.contypid <> 0))`;

/**
 * Statements that make what tables and views need, in order: schemas, extensions, collations, then types and functions.
 * Of the functions only those that an object depends on or that one of `texts` (of functions, queries) names.
 */
export async function capturePrelude(
  session: Session,
  texts: readonly string[],
): Promise<readonly PreludeStatement[]> {
  const schemas = await readRows<PreludeStatement>(session, SCHEMAS);
  const extensions = await readRows<PreludeStatement>(session, EXTENSIONS);
  const collations = (await readRows<CollationRow>(session, COLLATIONS)).map(toCollation);
  const objects = [
    ...collations,
    ...(await captureTypes(session)),
    ...(await captureFunctions(session, texts)),
  ];
  const dependencies = await readRows<{ dependent: string; on: string }>(session, DEPENDENCIES);
  const byKey = new Map(objects.map((object) => [object.key, object.statement]));
  const ordered = dependencyOrder([...byKey.keys()], dependencies).flatMap(
    (key) => byKey.get(key) ?? [],
  );
  return [...schemas, ...extensions, ...ordered];
}

function toCollation(row: CollationRow): PreludeObject {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const provider = row.provider === "i" ? "icu" : row.provider === "b" ? "builtin" : "libc";
  const options = [
    `provider = ${provider}`,
    ...(provider === "libc"
      ? [`lc_collate = ${literal(row.locale)}`, `lc_ctype = ${literal(row.ctype ?? row.locale)}`]
      : [`locale = ${literal(row.locale)}`]),
    ...(row.rules === null ? [] : [`rules = ${literal(row.rules)}`]),
    ...(row.deterministic ? [] : ["deterministic = false"]),
  ];
  return {
    key: row.key,
    statement: {
      kind: "collation",
      name: row.name,
      ddl: `CREATE COLLATION ${row.name} (${options.join(", ")})`,
    },
  };
}
