import { CompiledQuery, type DatabaseConnection, MysqlAdapter, type OperationNode } from "kysely";
import { type CoalescingEngine, NotMergeable } from "../coalescing-engine.ts";
import { markParameters } from "../compile-with-parameters.ts";
import { tableNames } from "../table-names.ts";
import { SAFE_FUNCTIONS } from "./safe-functions.ts";
import { unionPlan } from "./union-plan.ts";

/** Merging on MySQL and MariaDB: each call's query, its parameters plain placeholders, as a branch of UNION ALL. */
export const mysqlEngine: CoalescingEngine = {
  accepts: (adapter) => adapter instanceof MysqlAdapter,
  safeFunctions: SAFE_FUNCTIONS,
  async prepare(query, compiler, connection) {
    const plan = unionPlan(markParameters(query, compiler), compiler);
    await refuseHidden(query.query, connection);
    // What the server would refuse is found here, with nothing executed.
    const { sql, parameters } = plan.merge([query.parameters, query.parameters]);
    await connection.executeQuery(CompiledQuery.raw(`explain ${sql}`, [...parameters]));
    return plan;
  },
  faultOf(error) {
    const { errno, sqlState, fatal } = error as {
      readonly errno?: unknown;
      readonly sqlState?: unknown;
      readonly fatal?: unknown;
    };
    if (typeof sqlState !== "string" || fatal === true || LOST.has(Number(errno))) {
      return "connection";
    }
    if (sqlState.startsWith("08")) return "connection";
    // Class 42: syntax, names and access. Class 21: numbers of columns.
    return /^(?:42|21)/.test(sqlState) ? "statement" : "call";
  },
  // Nothing is learned here that another database or role would change: a text is merged as it is.
  changesNames: () => false,
};

/** ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED (MariaDB), ER_SESSION_WAS_KILLED, ER_CLIENT_INTERACTION_TIMEOUT. */
const LOST: ReadonlySet<number> = new Set([1053, 1927, 3169, 4031]);

/** What a view calls is not seen; a limit for each SELECT of the session would hold for all calls together. */
async function refuseHidden(query: OperationNode, connection: DatabaseConnection): Promise<void> {
  const tables = tableNames(query);
  const names = tables.map(() => "(lower(coalesce(?, database())), lower(?))").join(", ");
  const { rows } = await connection.executeQuery<{ why: string }>(
    CompiledQuery.raw(
      `select concat(table_name, ' is no table: what it calls is not seen') as why
       from information_schema.tables
       where (lower(table_schema), lower(table_name)) in (${names === "" ? "(null, null)" : names})
       and table_type <> 'BASE TABLE'
       union all
       select 'sql_select_limit is set' where @@sql_select_limit < 9223372036854775807`,
      tables.flatMap(({ schema, name }) => [schema ?? null, name]),
    ),
  );
  if (rows[0] !== undefined) throw new NotMergeable(rows[0].why);
}
