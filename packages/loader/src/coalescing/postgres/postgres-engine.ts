import { CompiledQuery, type DatabaseConnection, PostgresAdapter } from "kysely";
import { type CoalescingEngine, NotMergeable } from "../coalescing-engine.ts";
import { compileWithParameters, markParameters } from "../compile-with-parameters.ts";
import { lateralPlan } from "./lateral-plan.ts";
import { parameterTypes } from "./parameter-types.ts";
import { refuseHiddenCode } from "./refuse-hidden-code.ts";
import { SAFE_FUNCTIONS } from "./safe-functions.ts";

/** Merging on PostgreSQL: the calls' parameters become rows, and the query runs for each of them in a LATERAL join. */
export const postgresEngine: CoalescingEngine = {
  accepts: (adapter) => adapter instanceof PostgresAdapter,
  safeFunctions: SAFE_FUNCTIONS,
  async prepare(query, compiler, connection) {
    const marked = markParameters(query, compiler);
    // In a transaction a pooler between here and the server keeps to one server connection.
    return await inTransaction(connection, async () => {
      await refuseHiddenCode(query.query, connection);
      const types = await parameterTypes(query.sql, connection);
      if (types.length !== query.parameters.length) {
        throw new NotMergeable("the server sees another number of parameters");
      }
      const plan = lateralPlan(types, (write) => compileWithParameters(marked, compiler, write));
      // What the server would refuse is found here, where no transaction of the application can be harmed.
      await parameterTypes(plan.merge([types.map(() => 0), types.map(() => 1)]).sql, connection);
      return plan;
    });
  },
  faultOf(error) {
    const code = codeOf(error);
    // Class 08: connection exception. 57P: shut down by the operator. Neither number: the socket.
    if (!/^[0-9A-Z]{5}$/.test(code) || /^(?:08|57P)/.test(code)) return "connection";
    // Class 42: syntax, names and types. Class 0A: not supported.
    return /^(?:42|0A)/.test(code) ? "statement" : "call";
  },
  changesNames: (sql, parameters) =>
    /\b(?:set\s+(?!local\b)(?:session\s+)?(?:search_path|schema|role|authorization)|discard\s+all|reset\s+(?:all|role|search_path|session))\b/i.test(
      sql,
    ) ||
    (/\bset_config\b/i.test(sql) &&
      /search_path|role|session_authorization/i.test([sql, ...parameters].join(" ")) &&
      !parameters.includes(true) &&
      !/\btrue\b/i.test(sql)),
};

async function inTransaction<Result>(
  connection: DatabaseConnection,
  task: () => Promise<Result>,
): Promise<Result> {
  const run = (sql: string): Promise<unknown> => connection.executeQuery(CompiledQuery.raw(sql));
  await run("begin");
  try {
    const result = await task();
    await run("commit");
    return result;
  } catch (error) {
    await run("rollback");
    throw error;
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
