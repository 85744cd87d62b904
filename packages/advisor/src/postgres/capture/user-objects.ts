/** SQL condition: the namespace `alias` is neither the system's nor a session's temporary one. */
export function userSchema(alias: string): string {
  return `${alias}.nspname !~ '^pg_' and ${alias}.nspname <> 'information_schema'`;
}

/** SQL condition: the object is no member of an extension, which brings its own. */
export function notOfExtension(
  catalog: "pg_class" | "pg_type" | "pg_proc" | "pg_collation",
  oid: string,
): string {
  return `not exists (
    select from pg_depend e
    where e.classid = 'pg_catalog.${catalog}'::regclass and e.objid = ${oid}
      and e.refclassid = 'pg_catalog.pg_extension'::regclass and e.deptype = 'e')`;
}
