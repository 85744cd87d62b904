import { CompiledQuery, type DatabaseConnection } from "kysely";
import { NotMergeable } from "../coalescing-engine.ts";

let prepared = 0;

/**
 * Types that the server gives the parameters of a statement (manual: view `pg_prepared_statements`), by their full names, a
 * list's with `[]` behind its element's. The names that `regtype` prints say something else in a cast: `character` is of one
 * character there. The connection is in a transaction. Throws a {@link NotMergeable} where a type can't be the element of an unnested array.
 */
export async function parameterTypes(
  sql: string,
  connection: DatabaseConnection,
): Promise<readonly string[]> {
  prepared += 1;
  const name = `dbadvise_shape_${prepared}`;
  await connection.executeQuery(CompiledQuery.raw(`prepare ${name} as ${sql}`));
  const { rows } = await connection.executeQuery<{ type: string; kind: string }>(
    CompiledQuery.raw(
      `select format('%I.%I', nspname, element.typname) || case t.typcategory when 'A' then '[]' else '' end as type,
         coalesce(base.typtype, t.typtype) as kind
       from pg_prepared_statements, unnest(parameter_types) with ordinality p(type, n)
       join pg_type t on t.oid = p.type
       left join pg_type base on base.oid = t.typbasetype
       join pg_type element on element.oid = case t.typcategory when 'A' then t.typelem else t.oid end
       join pg_namespace on pg_namespace.oid = element.typnamespace
       where name = $1 order by n`,
      [name],
    ),
  );
  await connection.executeQuery(CompiledQuery.raw(`deallocate ${name}`));
  // `unnest` takes a row value apart; a pseudo-type has no arrays.
  const odd = rows.find(({ kind }) => kind === "c" || kind === "p");
  if (odd !== undefined) throw new NotMergeable(`a parameter of type ${odd.type}`);
  return rows.map(({ type }) => type);
}
