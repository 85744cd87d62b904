import type { Session } from "../../engine.ts";
import type { PreludeObject } from "./capture-prelude.ts";
import { readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

interface FunctionRow {
  readonly key: string;
  readonly oid: number;
  readonly name: string;
  readonly ddl: string;
}

/**
 * Functions that indexes, partition keys, statistics, generated columns, checks, views, types or other functions
 * depend on. Defaults and triggers change no plan.
 */
const DEPENDED_ON = `
  select d.refobjid from pg_depend d
  where d.refclassid = 'pg_catalog.pg_proc'::regclass and (
    d.classid in ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_constraint'::regclass,
      'pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_statistic_ext'::regclass, 'pg_catalog.pg_type'::regclass)
    or d.classid = 'pg_catalog.pg_attrdef'::regclass and exists (
      select from pg_attrdef f join pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum
      where f.oid = d.objid and a.attgenerated <> ''))`;

const FUNCTIONS = `
  select 'f' || p.oid::text as key, p.oid::int8 as oid, quote_ident(n.nspname) || '.' || quote_ident(p.proname) as name,
    pg_get_functiondef(p.oid) as ddl
  from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    join pg_language l on l.oid = p.prolang
  where p.prokind in ('f', 'w') and l.lanname in ('sql', 'plpgsql')
    and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
    and ${userSchema("n")} and ${notOfExtension("pg_proc", "p.oid")}
    and (p.oid in (${DEPENDED_ON})
      or lower(p.proname) in (select jsonb_array_elements_text($1::text::jsonb)))
    and p.oid <> all ($2::text::oid[])
  order by p.oid`;

/** SQL and PL/pgSQL functions that an object depends on or a text names, with those that their bodies name. */
export async function captureFunctions(
  session: Session,
  texts: readonly string[],
): Promise<readonly PreludeObject[]> {
  const found = new Map<number, FunctionRow>();
  for (let words = wordsOf(texts), first = true; first || words.length > 0; first = false) {
    const rows = await readRows<FunctionRow>(session, FUNCTIONS, [
      JSON.stringify(words),
      `{${[...found.keys()].join(",")}}`,
    ]);
    for (const row of rows) found.set(row.oid, row);
    words = wordsOf(rows.map((row) => row.ddl));
  }
  return [...found.values()].map((row) => ({
    key: row.key,
    statement: { kind: "function", name: row.name, ddl: row.ddl.trimEnd() },
  }));
}

/** Everything in the texts that may be a function's name, in lower case: more is found than is called, never less. */
function wordsOf(texts: readonly string[]): readonly string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)) words.add(word.toLowerCase());
  }
  return [...words];
}
