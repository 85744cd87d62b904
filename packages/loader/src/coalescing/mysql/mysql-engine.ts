import {
  CompiledQuery,
  type DatabaseConnection,
  MysqlAdapter,
  type OperationNode,
  type QueryCompiler,
} from "kysely";
import { type CoalescingEngine, type MergePlan, NotMergeable } from "../coalescing-engine.ts";
import { type MarkedQuery, markParameters } from "../compile-with-parameters.ts";
import { tableNames } from "../table-names.ts";
import { pointPlan } from "./point-plan.ts";
import { readPointQuery } from "./point-query.ts";
import { SAFE_FUNCTIONS } from "./safe-functions.ts";
import { readServerFacts } from "./server-facts.ts";
import { unionPlan } from "./union-plan.ts";

/**
 * Merging on MySQL and MariaDB: rows by whole numbers in one join with them, anything else as UNION ALL of the calls' queries,
 * their parameters plain placeholders.
 */
export const mysqlEngine: CoalescingEngine = {
  accepts: (adapter) => adapter instanceof MysqlAdapter,
  safeFunctions: SAFE_FUNCTIONS,
  async prepare(query, compiler, connection) {
    const marked = markParameters(query, compiler);
    const plan = unionPlan(marked, compiler);
    await refuseHidden(query.query, connection);
    await tryOut(plan, [query.parameters, query.parameters], connection);
    const join = await joinPlanOf(marked, compiler, connection);
    return join === undefined ? plan : { ...join, otherwise: plan };
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
  changesNames: (sql) => /(?:^|;)\s*use\b/i.test(sql),
};

/** ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED (MariaDB), ER_SESSION_WAS_KILLED, ER_CLIENT_INTERACTION_TIMEOUT. */
const LOST: ReadonlySet<number> = new Set([1053, 1927, 3169, 4031]);

/** What the server would refuse is found here, with nothing executed. */
async function tryOut(
  plan: MergePlan,
  calls: readonly (readonly unknown[])[],
  connection: DatabaseConnection,
): Promise<void> {
  const { sql, parameters } = plan.merge(calls);
  await connection.executeQuery(CompiledQuery.raw(`explain ${sql}`, [...parameters]));
}

async function joinPlanOf(
  marked: MarkedQuery,
  compiler: QueryCompiler,
  connection: DatabaseConnection,
): Promise<MergePlan | undefined> {
  const query = readPointQuery(marked);
  if (query === undefined) return undefined;
  const facts = await readServerFacts(query.table, connection);
  const plan = pointPlan(query, marked, compiler, facts);
  if (plan === undefined) return undefined;
  try {
    const call = query.keys.map(() => 0);
    await tryOut(plan, [call, call], connection);
    return plan;
  } catch (error) {
    if (mysqlEngine.faultOf(error) === "connection") throw error;
    // The table has columns of the keys' names, for example, of which class 23 speaks.
    return undefined;
  }
}

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
