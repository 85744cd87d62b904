import { CompiledQuery } from "kysely";
import { compileWithParameters, markParameters } from "../../coalescing/compile-with-parameters.ts";
import { lateralPlan } from "../../coalescing/postgres/lateral-plan.ts";
import { parameterTypes } from "../../coalescing/postgres/parameter-types.ts";
import { postgresEngine } from "../../coalescing/postgres/postgres-engine.ts";
import { differsByKeyAlone } from "../differs-by-key-alone.ts";
import type { RelationEngine } from "../relation-engine.ts";
import { joinPlan } from "./join-plan.ts";

/** Relations on PostgreSQL: keys as arrays, joined where no key needs a limit of its own, and LATERAL where one does. */
export const postgresRelations: RelationEngine = {
  accepts: postgresEngine.accepts,
  mayBeOneKeysError: (error) => postgresEngine.faultOf(error) === "call",
  async prepare(query, connection, isTransaction) {
    const run = (sql: string): Promise<unknown> => connection.executeQuery(CompiledQuery.raw(sql));
    // In a transaction a pooler between here and the server keeps to one server connection.
    if (!isTransaction) await run("begin");
    const types = await parameterTypes(query.sql, connection).catch(async (error: unknown) => {
      if (!isTransaction) await run("rollback");
      throw error;
    });
    if (!isTransaction) await run("commit");
    const marked = markParameters(query, query.compiler);
    const lateral = lateralPlan(types, (write) =>
      compileWithParameters(marked, query.compiler, write),
    );
    if (query.form === "perKey") return () => lateral;
    const join = joinPlan(query, types);
    return (calls) => (differsByKeyAlone(query, calls) ? join : lateral);
  },
};
