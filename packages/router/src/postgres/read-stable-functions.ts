/**
 * PostgreSQL lets functions that are declared stable or immutable run no statement that writes (manual, 36.7); that they call no
 * volatile ones is their authors' word.
 */
const STABLE = `
  with known as (
    select nspname as schema, proname as name, bool_and(provolatile in ('i', 's')) as stable,
      nspname not in ('pg_catalog', 'information_schema') as own
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
    where prokind <> 'p'
    group by nspname, proname
  )
  select schema || '.' || name as name from known where stable and own
  union all
  select name from known group by name having bool_and(stable and own)`;

/**
 * The functions of a database that its catalog calls stable or immutable, all that share the name: `schema.name` for each, and the
 * name alone where none of another schema is volatile. For the classifier's `trustFunctions`; `query` sends a text to any node.
 */
export async function readStableFunctions(
  query: (sql: string) => Promise<{ readonly rows: readonly { readonly name: string }[] }>,
): Promise<readonly string[]> {
  const { rows } = await query(STABLE);
  return rows.map(({ name }) => name);
}
