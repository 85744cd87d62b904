import { CompiledQuery, type DatabaseConnection, PostgresAdapter } from "kysely";
import { type CoalescingEngine, NotMergeable } from "../coalescing-engine.ts";
import { compileWithParameters } from "../compile-with-parameters.ts";
import { tableNames } from "../table-names.ts";
import { lateralPlan } from "./lateral-plan.ts";
import { SAFE_FUNCTIONS } from "./safe-functions.ts";

let prepared = 0;

/** Merging on PostgreSQL: the calls' parameters become rows, and the query runs for each of them in a LATERAL join. */
export const postgresEngine: CoalescingEngine = {
  accepts: (adapter) => adapter instanceof PostgresAdapter,
  safeFunctions: SAFE_FUNCTIONS,
  async prepare(query, compiler, connection) {
    const types = await parameterTypes(query, connection);
    if (types.length !== query.parameters.length) {
      throw new NotMergeable("the server sees another number of parameters");
    }
    const plan = lateralPlan(types, (write) => compileWithParameters(query, compiler, write));
    // What the server would refuse is found here, where no transaction can be harmed.
    await parameterTypes(
      { sql: plan.merge([[], []].map(() => types.map(() => null))).sql },
      connection,
    );
    await refuseViews(query, connection);
    return plan;
  },
  mayBeOneCallsError: (error) => {
    const code = codeOf(error);
    return code.startsWith("22") || code === "57014";
  },
};

/** Types that the server gives the parameters of a statement (manual: view `pg_prepared_statements`). */
async function parameterTypes(
  { sql }: { readonly sql: string },
  connection: DatabaseConnection,
): Promise<readonly string[]> {
  prepared += 1;
  const name = `dbadvise_shape_${prepared}`;
  await connection.executeQuery(CompiledQuery.raw(`prepare ${name} as ${sql}`));
  try {
    const { rows } = await connection.executeQuery<{ type: string }>(
      CompiledQuery.raw(
        `select type::text from pg_prepared_statements, unnest(parameter_types) with ordinality p(type, n)
         where name = $1 order by n`,
        [name],
      ),
    );
    return rows.map(({ type }) => type);
  } finally {
    await connection.executeQuery(CompiledQuery.raw(`deallocate ${name}`));
  }
}

/** A view may hide a volatile function, which would run once for all calls. */
async function refuseViews(
  { query }: CompiledQuery,
  connection: DatabaseConnection,
): Promise<void> {
  const tables = tableNames(query);
  const { rows } = await connection.executeQuery<{ name: string }>(
    CompiledQuery.raw(
      `select relname::text as name
       from unnest($1::text[], $2::text[]) n(schema, name), pg_class
       where relkind not in ('r', 'p', 'm')
         and pg_class.oid = to_regclass(coalesce(quote_ident(schema) || '.', '') || quote_ident(n.name))`,
      [tables.map(({ schema }) => schema ?? null), tables.map(({ name }) => name)],
    ),
  );
  if (rows[0] !== undefined) {
    throw new NotMergeable(`${rows[0].name} is no table: what a view calls is not seen`);
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
