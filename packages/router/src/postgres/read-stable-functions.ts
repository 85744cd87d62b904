import type { Lease } from "@dbadvise/pool";

/**
 * Functions of a database that its own catalog calls immutable or stable, all of that name and in that schema: `schema.name` for
 * each, and `name` alone where no schema has one that isn't. PostgreSQL lets such functions run no statement that writes (manual, 36.7);
 * that they call no volatile one is their author's word. For `trustFunctions` of the classifier.
 */
const STABLE = `
  with known as (
    select nspname as schema, proname as name, bool_and(provolatile in ('i', 's')) as stable
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
    where prokind <> 'p'
    group by nspname, proname
  )
  select schema || '.' || name as name from known
  where stable and schema not in ('pg_catalog', 'information_schema')
  union all
  select name from known group by name
  having bool_and(stable) and bool_and(schema not in ('pg_catalog', 'information_schema'))`;

export async function readStableFunctions(lease: Lease<unknown>): Promise<readonly string[]> {
  const { rows } = await lease.query<{ name: string }>(STABLE);
  return rows.map(({ name }) => name);
}
